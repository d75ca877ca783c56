public import HDF5
import SystemFiles
package import TensorCore

/// A file in PDEBench's layout: fields of many samples on a uniform grid, over time.
///
/// Its kind is recognized by the names of its data sets, see ``PDEBenchKind``. Beside the fields stand `x-coordinate`,
/// `y-coordinate`, `z-coordinate` and `t-coordinate`, and the parameters as attributes of the file.
///
/// Opening a file reads these descriptions alone, no field.
public struct PDEBenchFile: FieldDataSet {
  /// Where the file is.
  public let path: String
  /// What it describes.
  public let kind: PDEBenchKind
  /// The variables, in the order in which they become channels.
  public let variables: [FieldVariable]
  /// The number of samples.
  public let samples: Int
  /// The axes of space; periodic or not as far as the attribute `boundary` says so.
  public let axes: [FieldAxis]
  /// The time of each frame. PDEBench's files list one time more than there are frames; it is left out here.
  public let times: [Double]
  /// Whether they are frame numbers, as the file has no times.
  package let timesAreAssumed: Bool
  /// The attributes of the file.
  public let attributes: [String: AttributeValue]
  /// How each variable is stored, in the order of ``variables``.
  public let storage: [DataSetStorage]
  /// What users should know about the file: one sentence each, empty for a file as PDEBench publishes it.
  public let notes: [String]

  /// The attribute of an unfinished file with the number of its finished samples.
  static let finishedAttribute = "finished_samples"
  /// The data set that says, for each sample of a compressible flow, how often a cell's pressure was raised to the
  /// solver's floor. PDEBench's files have none.
  package static let flooredCells = "floored_cells"

  /// The room for samples: the number of samples unless the file is unfinished.
  let capacity: Int
  /// What is stored beside the frames, once a sample: the shape by the name of the data set.
  public let extras: [String: [Int]]
  private let fields: [(field: StoredField, dataSet: HDF5DataSet)]
  private let extraSets: [String: HDF5DataSet]

  /// The name of its kind.
  public var layout: String { kind.name }

  /// The names of the frames of a kind that has no times.
  public var frameNames: [String]? {
    if case .none(let names) = kind.times { names } else { nil }
  }

  /// Opens a file and checks that its data sets agree.
  ///
  /// Where a coordinate is missing, points are taken to be the centers of equal cells of [0, 1], and times to count the
  /// frames; ``notes`` then says so.
  ///
  /// - Parameters:
  ///   - path: Where the file is.
  ///   - access: What the file may refer to, and what happens before it is opened.
  /// - Throws: ``DataFileError`` where the file is missing, not HDF5, truncated, in another layout, or its data sets
  ///   have the wrong rank, disagree in shape or are empty.
  public init(path: String, access: HDF5Access = .standard) throws(DataFileError) {
    try self.init(path: path, access: access, ignoresLocks: false)
  }

  /// Opens a file, even if another has locked it.
  ///
  /// - Parameters:
  ///   - path: Where the file is.
  ///   - kind: What it describes, where that is known.
  ///   - access: What the file may refer to, and what happens before it is opened.
  ///   - ignoresLocks: Whether to read it even if another writes to it.
  /// - Throws: ``DataFileError``, as the public initializer does.
  init(
    path: String, kind: PDEBenchKind? = nil, access: HDF5Access = .standard, ignoresLocks: Bool
  ) throws(DataFileError) {
    let contents = try FileContents(path: path, access: access, ignoresLocks: ignoresLocks)
    guard let kind = kind ?? PDEBenchKind.all.first(where: { $0.isFound(in: contents) }) else {
      throw .unknownLayout(
        file: path, found: contents.names, expected: PDEBenchKind.all.map(\.expectation))
    }
    try self.init(contents, kind: kind)
  }

  /// The data set of an open file that looks like one of a kind.
  init(_ contents: FileContents, kind: PDEBenchKind) throws(DataFileError) {
    let (file, names) = (contents.file, contents.names)
    let (leading, shape) = try Self.shape(of: kind, in: contents)
    let spatialShape = Array(shape[2...])
    let variables = kind.variables(dimensions: spatialShape.count)
    let fields = try Self.fields(of: kind, variables, in: contents, leading: leading, shape: shape)
    let coordinates = try PDEBenchCoordinates(contents, times: kind.times, shape: shape)
    var attributes = try inHDF5(file.attributes())
    let finished = attributes.removeValue(forKey: Self.finishedAttribute)?.number
    let samples = finished.flatMap { Int(exactly: $0) }.map { min($0, shape[0]) } ?? shape[0]
    guard samples > 0 else {
      throw .empty(dataSet: fields[0].field.name, file: file.path, shape: [0] + shape[1...])
    }
    var extraSets: [String: HDF5DataSet] = [:]
    for name in kind.extras where names.contains(name) {
      let dataSet = try inHDF5(file.dataSet(at: name))
      // A single axis is one of times, which may be as many as the samples, but for the count of cells.
      let isOfSamples = dataSet.shape.count > 1 || (name == Self.flooredCells && dataSet.shape.count == 1)
      if isOfSamples, dataSet.storage.isNumeric, dataSet.shape[0] == shape[0] { extraSets[name] = dataSet }
    }
    path = file.path
    self.kind = kind
    self.variables = variables.map { FieldVariable($0) }
    self.samples = samples
    self.fields = fields
    self.extraSets = extraSets
    self.attributes = attributes
    let isPeriodic = DomainEnds.arePeriodic(attributes)
    axes = zip(["x", "y", "z"], coordinates.space).map {
      FieldAxis(
        $0, coordinates: $1, isPeriodic: isPeriodic,
        isAssumed: coordinates.assumed.contains("\($0)-coordinate"))
    }
    capacity = shape[0]
    extras = extraSets.mapValues { Array($0.shape.dropFirst()) }
    // A Darcy flow's only variable is stored as two data sets, of which the last is what it is about.
    storage = variables.indices.compactMap { variable in
      fields.last { $0.field.variables.contains(variable) }?.dataSet.storage
    }
    times = coordinates.times
    timesAreAssumed = coordinates.timesAreAssumed
    // What the user takes for an input is not left out.
    let inputs = contents.selection.inputs ?? []
    let others = names.filter { !inputs.contains($0) }
    let packed = fields.filter { NumberPacking.isSaid(of: $0.dataSet, in: file) }
    // With letters for the axes a file is read as arrays of any names, of which those of one shape are variables.
    let isOneShape = Set(fields.map(\.dataSet.shape)).count == 1
    notes =
      coordinates.notes + Self.notes(onUnused: others, kind: kind, dimensions: spatialShape.count)
      + NumberPacking.notes(
        onUnapplied: packed.map(\.field.name), layout: "PDEBench's layout",
        wayOut: isOneShape ? "give a letter for each axis, or apply them before" : "apply them before")
      + (finished == nil ? [] : ["It is unfinished: \(samples) of \(shape[0]) samples are in it."])
  }

  private static func notes(onUnused names: [String], kind: PDEBenchKind, dimensions: Int) -> [String] {
    let used = kind.variables(dimensions: dimensions)
    let velocities = kind.variables(dimensions: 3).filter { names.contains($0) && !used.contains($0) }
    let known = Set(
      kind.fields(used, 2).map(\.name) + kind.extras + velocities + PDEBenchCoordinates.spaceNames + [
        PDEBenchCoordinates.timeName, PDEBenchCoordinates.sampleTimeName,
      ])
    let others = names.filter { !known.contains($0) }.map { "'\($0)'" }
    return velocities.map { "'\($0)' is not used: a flow in \(dimensions)D has no such velocity." }
      + (others.isEmpty ? [] : ["Not used: \(others.listed)."])
  }

  /// The data set that the others are to fit, and what it says of the numbers of samples, frames and points,
  /// `[sample, time, x(, y(, z))]`.
  private static func shape(
    of kind: PDEBenchKind, in contents: FileContents
  ) throws(DataFileError) -> (leading: HDF5DataSet, shape: [Int]) {
    let file = contents.file
    // What was written may have a name that leads into a group, so the root's names are not all.
    var known = kind.leading[0]
    for name in kind.leading where try inHDF5(file.contains(name)) {
      known = name
      break
    }
    let first = try inHDF5(file.dataSet(at: known))
    guard !first.shape.contains(0) || first.shape.count < 3 else {
      throw .empty(dataSet: first.name, file: file.path, shape: first.shape)
    }
    guard let shape = kind.shape(first.shape) else {
      throw .wrongRank(
        dataSet: first.name, file: file.path, shape: first.shape, expected: kind.leadingShape)
    }
    return (first, shape)
  }

  /// The data sets of the frames, whose shapes are known to agree.
  private static func fields(
    of kind: PDEBenchKind, _ variables: [String], in contents: FileContents, leading: HDF5DataSet,
    shape: [Int]
  ) throws(DataFileError) -> [(field: StoredField, dataSet: HDF5DataSet)] {
    let (file, spatialShape) = (contents.file, Array(shape[2...]))
    var result: [(field: StoredField, dataSet: HDF5DataSet)] = []
    for field in kind.fields(variables, shape[1]) {
      guard try inHDF5(file.contains(field.name)) else {
        throw .missingVariable(
          name: field.name, dimensions: spatialShape.count, file: file.path, found: contents.names)
      }
      let dataSet = try inHDF5(file.dataSet(at: field.name))
      let expected = field.shape(samples: shape[0], spatialShape: spatialShape)
      guard dataSet.shape == expected else {
        throw .shapesDisagree(
          dataSet: field.name, shape: dataSet.shape, other: leading.name, otherShape: leading.shape,
          file: file.path)
      }
      guard dataSet.storage.isNumeric else {
        throw .hdf5(
          .wrongType(
            dataSet: field.name, file: file.path, found: dataSet.storage.type, expected: "float32 or float64")
        )
      }
      result.append((field, dataSet))
    }
    return result
  }

  /// The most that is read from the file in one call, unless one frame is larger: it fits into the processor's cache.
  private static let blockBytes = 4 << 20

  /// Reads a part of one sample.
  ///
  /// Whole frames are read and thinned out here: HDF5's own strides along the inner axes are hundreds of times slower.
  ///
  /// - Parameters:
  ///   - slab: The part.
  ///   - target: Room for the values, `[frame, variable, x(, y(, z))]`.
  /// - Throws: ``DataFileError/hdf5(_:)``.
  public func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) throws(DataFileError) {
    let spatialShape = spatialShape
    precondition(
      target.count == slab.shape(of: spatialShape).reduce(1, *),
      "\(slab.shape(of: spatialShape)) values do not fit into \(target.count)")
    let (points, keptShape) = (spatialShape.reduce(1, *), slab.points(of: spatialShape))
    let kept = keptShape.reduce(1, *)
    let strides = spatialShape.indices.map { spatialShape[($0 + 1)...].reduce(1, *) }
    try target.withUnsafeMutableBufferPointer { (target) throws(DataFileError) in
      if slab.variables.count == 1, kept == points {
        // Nothing has to be moved: the frames of one variable lie in the file as they are wanted.
        return try read(variable: slab.variables[0], sample: slab.sample, frames: slab.frames, into: target)
      }
      let blockFrames = max(Self.blockBytes / (points * MemoryLayout<Float>.stride), 1)
      var block = Tensor(uninitialized: [min(blockFrames, slab.frames.count), points])
      try block.withUnsafeMutableElements { (block) throws(DataFileError) in
        for (place, variable) in slab.variables.enumerated() {
          for start in stride(from: 0, to: slab.frames.count, by: blockFrames) {
            let end = min(start + blockFrames, slab.frames.count)
            try read(
              variable: variable, sample: slab.sample, frames: Array(slab.frames[start..<end]), into: block)
            guard let source = UnsafePointer(block.baseAddress), let target = target.baseAddress else {
              continue
            }
            for frame in start..<end {
              gather(
                source + (frame - start) * points, strides: strides, points: keptShape,
                step: slab.pointStride, into: target + (frame * slab.variables.count + place) * kept)
            }
          }
        }
      }
    }
  }

  /// Reads whole frames of one variable of one sample.
  ///
  /// - Parameters:
  ///   - variable: The variable's place in ``variables``.
  ///   - sample: The sample's place in the file.
  ///   - frames: The places of the frames in the file, evenly spaced.
  ///   - target: Room for as many frames, each of ``spatialShape``.
  /// - Throws: ``DataFileError/hdf5(_:)``.
  private func read(
    variable: Int, sample: Int, frames: [Int], into target: UnsafeMutableBufferPointer<Float>
  ) throws(DataFileError) {
    let (points, spatialShape) = (spatialShape.reduce(1, *), spatialShape)
    for (field, dataSet) in fields where field.variables.contains(variable) {
      let wanted = frames.indices.filter { field.frames.contains(frames[$0]) }
      guard let first = wanted.first, let last = wanted.last else { continue }
      let selection = field.selection(
        sample: sample, first: frames[first], stride: frames.count > 1 ? frames[1] - frames[0] : 1,
        count: wanted.count, spatialShape: spatialShape)
      let place = UnsafeMutableBufferPointer(rebasing: target[first * points..<(last + 1) * points])
      if field.hasVariableAxis {
        // HDF5's own strides along the last axis are many times slower than reading all and picking here.
        let all = try inHDF5(dataSet.floats(selection))
        let component = variable - field.variables.lowerBound
        all.withUnsafeElements { source in
          for point in place.indices { place[point] = source[point * field.variables.count + component] }
        }
      } else {
        try inHDF5(dataSet.read(selection, into: place))
      }
    }
  }

  /// What is stored of a variable at a sample, frame and point, where it is infinite as a 32-bit float.
  func number(_ variable: Int, at position: [Int]) throws(DataFileError) -> StoredNumber {
    let frame = position[1]
    guard
      let (field, dataSet) = fields.first(where: {
        $0.field.variables.contains(variable) && $0.field.frames.contains(frame)
      })
    else { return .notFinite }
    var start = [position[0]]
    if field.hasTimeAxis { start.append(frame - field.frames.lowerBound) }
    start += position[2...]
    if field.hasVariableAxis { start.append(variable - field.variables.lowerBound) }
    return StoredNumber(try inHDF5(dataSet.double(at: start)))
  }

  /// What is stored beside the frames under a name, of all samples: `[sample, …]`.
  ///
  /// - Parameter name: The name of the data set.
  /// - Returns: The values, or `nil` if there are none of that name.
  /// - Throws: ``DataFileError/hdf5(_:)``.
  package func extra(_ name: String) throws(DataFileError) -> Tensor? {
    guard let shape = extras[name], let dataSet = extraSets[name] else { return nil }
    let selection = Hyperslab(start: [0] + shape.map { _ in 0 }, count: [samples] + shape)
    return try inHDF5(dataSet.floats(selection))
  }

  /// What is stored beside the frames of one sample.
  func extras(sample: Int) throws(DataFileError) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (name, shape) in extras {
      guard let dataSet = extraSets[name] else { continue }
      let selection = Hyperslab(start: [sample] + shape.map { _ in 0 }, count: [1] + shape)
      result[name] = try inHDF5(dataSet.floats(selection).reshaped(shape))
    }
    return result
  }
}
