import HDF5
import TensorCore

/// The range, moments and flaws of one variable, gathered sample by sample.
struct FieldSurvey {
  private static let blockBytes = 4 << 20

  private var moments = RunningMoments()
  private var notFinite = 0
  private var firstNotFinite: [Int]?

  /// Reads one sample and adds its values.
  mutating func add(sample: Int, variable: Int, of data: any FieldDataSet) throws {
    let points = data.spatialShape.reduce(1, *)
    let count = data.variables[variable].role == .state ? data.frames : 1
    let blockFrames = min(max(Self.blockBytes / (points * MemoryLayout<Float>.stride), 1), count)
    var block = Tensor(uninitialized: [blockFrames, points])
    for start in stride(from: 0, to: count, by: blockFrames) {
      let frames = Array(start..<min(start + blockFrames, count))
      try block.withUnsafeMutableElements { block in
        let slab = FieldSlab(sample: sample, variables: [variable], frames: frames)
        var values = block.extracting(..<(frames.count * points)).mutableSpan
        try data.read(slab, into: &values)
        for (index, frame) in frames.enumerated() {
          let values = UnsafeBufferPointer(rebasing: block[index * points..<(index + 1) * points])
          add(values, at: [sample, frame], shape: data.spatialShape)
        }
      }
    }
  }

  private mutating func add(_ values: UnsafeBufferPointer<Float>, at place: [Int], shape: [Int]) {
    if values.isFinite {
      moments.add(values)
      return
    }
    let finite = values.filter(\.isFinite)
    finite.withUnsafeBufferPointer { moments.add($0) }
    notFinite += values.count - finite.count
    if firstNotFinite == nil, let index = values.firstIndex(where: { !$0.isFinite }) {
      firstNotFinite = place + position(of: index, in: shape)
    }
  }

  /// What has been gathered.
  func variable(_ variable: FieldVariable, storage: DataSetStorage?) -> FileSummary.Variable {
    let hasValues = moments.count > 0
    return FileSummary.Variable(
      name: variable.name, isInput: variable.role == .constant, storage: storage,
      minimum: hasValues ? moments.minimum : nil,
      maximum: hasValues ? moments.maximum : nil, mean: hasValues ? moments.mean : nil,
      standardDeviation: hasValues ? moments.standardDeviation : nil, notFinite: notFinite,
      firstNotFinite: firstNotFinite)
  }
}
