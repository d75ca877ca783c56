import HDF5
public import TensorCore

/// The data sets of a file in PDEBench's layout that is being written.
struct PDEBenchDataSets {
  /// How the samples are stored.
  enum Storage {
    /// One after the other, as many as there will be.
    case growing(deflateLevel: Int)
    /// In places that the file has before they are written; ``reserve(_:isStopped:)`` makes them.
    case reserved
  }

  private static let chunkBytes = 4 << 20
  private static let placesAtOnce = 1 << 15

  private let layout: PDEBenchLayout
  private let fields: [(field: StoredField, dataSet: HDF5DataSet)]
  private let extras: [(name: String, shape: [Int], dataSet: HDF5DataSet)]

  /// Writes the attributes and coordinates into a new file, and creates the data sets of the fields.
  init(creatingIn file: HDF5File, _ layout: PDEBenchLayout, _ storage: Storage) throws(HDF5Error) {
    for name in layout.attributes.keys.sorted() {
      guard let value = layout.attributes[name] else { continue }
      try file.writeAttribute(name, value)
    }
    for (name, values) in zip(PDEBenchCoordinates.spaceNames, layout.coordinates) {
      try file.writeList(name, values)
    }
    let hasTimeCoordinate =
      switch layout.kind.times {
      case .ofFile: true
      // Fields that are copied or predicted come without the times of each sample.
      case .ofSamples: layout.extras[PDEBenchCoordinates.sampleTimeName] == nil
      case .none: false
      }
    if hasTimeCoordinate {
      try file.writeList(PDEBenchCoordinates.timeName, layout.times)
    }
    try self.init(layout) { (name, shape, timeAxis) throws(HDF5Error) in
      var chunk = shape
      chunk[0] = 1
      if let timeAxis {
        let frameBytes = shape[(timeAxis + 1)...].reduce(MemoryLayout<Float>.stride, *)
        chunk[timeAxis] = min(max(Self.chunkBytes / frameBytes, 1), shape[timeAxis])
      }
      switch storage {
      case .growing(let level):
        return try file.createDataSet(name, shape: shape, layout: .chunked(chunk, deflate: level))
      case .reserved:
        return try file.createDataSet(name, shape: shape, layout: .reserved(chunk))
      }
    }
  }

  /// Finds the data sets in a file that was created so.
  init(openingIn file: HDF5File, _ layout: PDEBenchLayout) throws(HDF5Error) {
    try self.init(layout) { (name, _, _) throws(HDF5Error) in try file.dataSet(at: name) }
  }

  private init(
    _ layout: PDEBenchLayout,
    dataSet: (_ name: String, _ shape: [Int], _ timeAxis: Int?) throws(HDF5Error) -> HDF5DataSet
  ) throws(HDF5Error) {
    var fields: [(field: StoredField, dataSet: HDF5DataSet)] = []
    for field in layout.fields {
      let shape = field.shape(samples: 0, spatialShape: layout.spatialShape)
      fields.append((field, try dataSet(field.name, shape, field.hasTimeAxis ? 1 : nil)))
    }
    var extras: [(name: String, shape: [Int], dataSet: HDF5DataSet)] = []
    for (name, shape) in layout.extras.sorted(by: { $0.key < $1.key }) {
      extras.append((name, shape, try dataSet(name, [0] + shape, nil)))
    }
    self.layout = layout
    self.fields = fields
    self.extras = extras
  }

  /// Makes room for all samples, one data set after the other.
  ///
  /// - Parameters:
  ///   - count: The number of samples.
  ///   - isStopped: Whether to stop; called after every 32,768 samples.
  /// - Returns: Whether there is room for all.
  /// - Throws: ``HDF5Error/writeFailed(action:file:dataSet:stack:)``.
  func reserve(_ count: Int, isStopped: () -> Bool) throws(HDF5Error) -> Bool {
    for (dataSet, shape) in fields.map({
      ($0.dataSet, $0.field.shape(samples: 0, spatialShape: layout.spatialShape))
    }) + extras.map({ ($0.dataSet, [0] + $0.shape) }) {
      var places = 0
      while places < count {
        guard places == 0 || !isStopped() else { return false }
        places = min(places + Self.placesAtOnce, count)
        try dataSet.setExtent([places] + shape.dropFirst())
      }
    }
    return true
  }

  /// Makes room for a number of samples.
  func setSamples(_ count: Int) throws(HDF5Error) {
    for (field, dataSet) in fields {
      try dataSet.setExtent(field.shape(samples: count, spatialShape: layout.spatialShape))
    }
    for (_, shape, dataSet) in extras { try dataSet.setExtent([count] + shape) }
  }

  /// Writes one sample into its place.
  ///
  /// - Parameters:
  ///   - sample: The sample.
  ///   - place: Its place in the file.
  /// - Throws: ``HDF5Error/writeFailed(action:file:dataSet:stack:)``.
  /// - Precondition: The sample has the layout's shape and extras.
  func write(_ sample: PDEBenchSample, at place: Int) throws(HDF5Error) {
    let expected = [layout.frames, layout.variables.count] + layout.spatialShape
    precondition(
      sample.frames.shape == expected, "a sample has shape \(expected), got \(sample.frames.shape)")
    for (field, dataSet) in fields {
      let stored = field.part(of: sample.frames)
      let selection = field.selection(
        sample: place, first: field.frames.lowerBound, stride: 1, count: field.frames.count,
        spatialShape: layout.spatialShape)
      try stored.withUnsafeElements { (source) throws(HDF5Error) in
        try dataSet.write(selection, from: source)
      }
    }
    for (name, shape, dataSet) in extras {
      guard let extra = sample.extras[name], extra.shape == shape else {
        preconditionFailure("a sample has '\(name)' of shape \(shape)")
      }
      let selection = Hyperslab(start: [place] + shape.map { _ in 0 }, count: [1] + shape)
      try extra.withUnsafeElements { (source) throws(HDF5Error) in
        try dataSet.write(selection, from: source)
      }
    }
  }
}

/// One sample of a file: its frames, and what is stored beside them.
public struct PDEBenchSample: Sendable {
  /// The frames, `[time, variable, x(, y(, z))]`.
  public let frames: Tensor
  /// The data sets beside them, by name.
  public let extras: [String: Tensor]

  /// A sample.
  ///
  /// - Parameters:
  ///   - frames: The frames, `[time, variable, x(, y(, z))]`.
  ///   - extras: The data sets beside them, by name.
  public init(frames: Tensor, extras: [String: Tensor] = [:]) {
    self.frames = frames
    self.extras = extras
  }
}

extension PDEBenchLayout {
  /// The data sets that hold the frames.
  var fields: [StoredField] { kind.fields(variables, frames) }

  /// The bytes that a sample takes in a file that is not compressed.
  var bytesPerSample: Double {
    let shapes = fields.map { $0.shape(samples: 1, spatialShape: spatialShape) } + extras.values
    return shapes.reduce(0) { $0 + $1.reduce(Double(MemoryLayout<Float>.stride)) { $0 * Double($1) } }
  }
}

extension StoredField {
  /// What of a sample's frames, `[time, variable, space…]`, the data set holds, in its order.
  fileprivate func part(of sample: Tensor) -> Tensor {
    let all = sample.shape[1]
    let points = sample.count / (sample.shape[0] * all)
    var part = Tensor(uninitialized: [frames.count * variables.count * points])
    part.withUnsafeMutableElements { target in
      sample.withUnsafeElements { source in
        for (index, frame) in frames.enumerated() {
          for (component, variable) in variables.enumerated() {
            let start = (frame * all + variable) * points
            let block = index * variables.count * points
            if hasVariableAxis {
              for point in 0..<points {
                target[block + point * variables.count + component] = source[start + point]
              }
            } else {
              let place = target[block + component * points..<block + (component + 1) * points]
              _ = UnsafeMutableBufferPointer(rebasing: place).update(
                fromContentsOf: source[start..<start + points])
            }
          }
        }
      }
    }
    return part
  }
}
