import ArrayFiles
import HDF5
import SystemFiles
import TensorCore

/// Fields in the arrays of a file, whatever the order of their axes.
struct ArrayDataSet: FieldDataSet {
  let file: any ArrayFile
  let layout: String
  let stored: [StoredVariable]
  let axes: [FieldAxis]
  let times: [Double]
  var frameNames: [String]?
  let samples: Int
  var attributes: [String: AttributeValue] = [:]
  var notes: [String] = []
  var interpretation: [String] = []
  /// The layout that the fields are in, where that has more to it than arrays.
  var ownLayout: (any FieldLayout)?
  private let blocks = SampleBlocks()

  var path: String { file.path }
  var variables: [FieldVariable] { stored.map(\.variable) }

  /// The most that is read at once, unless one frame is larger: it stays in the processor's cache.
  private static let blockBytes = 4 << 20

  func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) throws {
    let shape = slab.shape(of: spatialShape)
    precondition(target.count == shape.reduce(1, *), "\(shape) values do not fit into \(target.count)")
    try target.withUnsafeMutableBufferPointer { target in
      var place = 0
      while place < slab.variables.count {
        // Variables that are entries of one array are read together.
        let first = stored[slab.variables[place]]
        var end = place + 1
        while end < slab.variables.count, first.sources.count == 1,
          first.sources[0].axes.contains(.variable), isSame(first, stored[slab.variables[end]])
        {
          end += 1
        }
        try read(place..<end, of: slab, into: target)
        place = end
      }
    }
  }

  private func isSame(_ first: StoredVariable, _ second: StoredVariable) -> Bool {
    second.sources.count == 1 && first.sources[0].array.name == second.sources[0].array.name
  }

  /// Reads neighboring variables of a slab that have the same array.
  private func read(
    _ places: Range<Int>, of slab: FieldSlab, into target: UnsafeMutableBufferPointer<Float>
  ) throws {
    let variables = slab.variables[places].map { stored[$0] }
    let step = slab.frames.count > 1 ? slab.frames[1] - slab.frames[0] : 1
    if variables[0].sources.count > 1 {
      for (index, frame) in slab.frames.enumerated() {
        try read([variables[0].source(ofFrame: frame)], places, index..<index + 1, (frame, 1), slab, target)
      }
      return
    }
    let sources = variables.map { $0.sources[0] }
    let points = spatialShape.reduce(1, *) * (sources[0].extent(of: .variable) ?? 1)
    let blockFrames = max(Self.blockBytes / (points * MemoryLayout<Float>.stride), 1)
    let isConstant = sources[0].extent(of: .time) == nil
    for start in Swift.stride(
      from: 0, to: slab.frames.count, by: isConstant ? slab.frames.count : blockFrames)
    {
      let end = isConstant ? slab.frames.count : min(start + blockFrames, slab.frames.count)
      try read(sources, places, start..<end, (slab.frames[start], step), slab, target)
    }
  }

  /// Reads some frames of some variables that have the same array to their places.
  private func read(
    _ sources: [FieldSource], _ places: Range<Int>, _ frames: Range<Int>, _ frame: (first: Int, step: Int),
    _ slab: FieldSlab, _ target: UnsafeMutableBufferPointer<Float>
  ) throws {
    let kept = slab.points(of: spatialShape).reduce(1, *)
    let source = sources[0]
    let part = source.slab(
      sample: slab.sample, firstFrame: frame.first, frameStride: frame.step,
      frames: source.extent(of: .time) == nil ? 1 : frames.count)
    if let axis = source.axes.firstIndex(of: .sample),
      let block = try blocks.block(
        of: source.array, sampleAxis: axis, part, in: file, sampleBytes: bytesOfSample)
    {
      return block.values.withUnsafeElements { values in
        spread(values, block.part, of: sources, places, frames, slab, target)
      }
    }
    if slab.variables.count == 1, slab.pointStride == 1, source.isOrdered,
      part.elements == kept * frames.count
    {
      // Nothing has to be moved.
      let place = UnsafeMutableBufferPointer(
        rebasing: target[frames.lowerBound * kept..<frames.upperBound * kept])
      var span = place.mutableSpan
      return try file.read(source.array, part, into: &span)
    }
    guard let bytes = ArraySize.bytes(of: part.count, element: MemoryLayout<Float>.stride),
      bytes <= SystemMemory.bytes
    else {
      throw DataFileError.tooLarge(
        dataSet: source.array.name, file: path, shape: part.count, memory: SystemMemory.bytes)
    }
    var block = Tensor(uninitialized: [part.elements])
    try block.withUnsafeMutableElements { block in
      var span = block.mutableSpan
      try file.read(source.array, part, into: &span)
      spread(UnsafeBufferPointer(block), part, of: sources, places, frames, slab, target)
    }
  }

  /// Copies fields out of a part of an array to their places.
  private func spread(
    _ values: UnsafeBufferPointer<Float>, _ part: ArraySlab, of sources: [FieldSource], _ places: Range<Int>,
    _ frames: Range<Int>, _ slab: FieldSlab, _ target: UnsafeMutableBufferPointer<Float>
  ) {
    guard let values = values.baseAddress, let target = target.baseAddress else { return }
    let points = slab.points(of: spatialShape)
    let kept = points.reduce(1, *)
    let source = sources[0]
    let time = source.stride(of: .time, in: part)
    let strides = ArrayAxis.space.prefix(points.count).map { source.stride(of: $0, in: part) }
    let sample = source.axes.firstIndex(of: .sample).map { slab.sample - part.start[$0] } ?? 0
    let first = values + sample * source.stride(of: .sample, in: part)
    for (place, source) in zip(places, sources) {
      let component = source.component * source.stride(of: .variable, in: part)
      for index in frames {
        gather(
          first + component + (index - frames.lowerBound) * time, strides: strides, points: points,
          step: slab.pointStride, into: target + (index * slab.variables.count + place) * kept)
      }
    }
  }

  /// What is stored of a variable at a sample, frame and point, where it is infinite as a 32-bit float.
  func number(_ variable: Int, at position: [Int]) throws -> StoredNumber {
    let source = stored[variable].source(ofFrame: position[1])
    guard let file = file as? any DoubleArrayFile else {
      return Self.doubles.contains(source.array.elementType) ? .unknown : .notFinite
    }
    let place = source.axes.map { axis in
      switch axis {
      case .sample: position[0]
      case .time: position[1]
      case .variable: source.component
      case .x, .y, .z: position[2 + (axis.spacePlace ?? 0)]
      }
    }
    let stored = try file.double(of: source.array, at: place)
    guard let packing = file.packing(of: source.array) else { return StoredNumber(stored) }
    return packing.isMissing(stored) ? .missing(stored) : StoredNumber(packing.unpacked(stored))
  }

  /// Whether a variable is stored in double precision.
  func isInDoublePrecision(_ variable: Int) -> Bool {
    stored[variable].sources.contains { Self.doubles.contains($0.array.elementType) }
  }

  /// What formats call numbers that a 32-bit float may not hold.
  private static let doubles: Set = ["float64", "complex128", "double"]

  /// The bytes that one sample takes in all arrays that have samples.
  private var bytesOfSample: Int {
    var seen: Set<String> = []
    var elements = 0
    for source in stored.flatMap(\.sources) where seen.insert(source.array.name).inserted {
      guard let count = source.extent(of: .sample), count > 0 else { continue }
      elements += source.array.shape.reduce(1, *) / count
    }
    return elements * MemoryLayout<Float>.stride
  }
}
