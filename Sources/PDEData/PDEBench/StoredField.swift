import HDF5

/// A data set of fields, and which part of the samples' frames it holds.
///
/// | Kind | Data sets |
/// |---|---|
/// | compressible flow, single field | each variable `[sample, time, x(, y(, z))]` under its name |
/// | Darcy flow | frame 0 is `nu` `[sample, x, y]`, frame 1 is `tensor` `[sample, 1, x, y]` |
/// | incompressible flow | `velocity` `[sample, time, x, y, 2]`, `particles` `[sample, time, x, y, 1]` |
struct StoredField: Sendable, Equatable {
  /// The name of the data set.
  let name: String
  /// The variables that it holds.
  let variables: Range<Int>
  /// The frames that it holds.
  let frames: Range<Int>
  /// Whether there is an axis of time, even for a single frame.
  var hasTimeAxis = true
  /// Whether the variables are the last axis.
  var hasVariableAxis = false

  /// The shape of the data set.
  func shape(samples: Int, spatialShape: [Int]) -> [Int] {
    [samples] + (hasTimeAxis ? [frames.count] : []) + spatialShape
      + (hasVariableAxis ? [variables.count] : [])
  }

  /// The selection of some frames of one sample.
  func selection(sample: Int, first: Int, stride: Int, count: Int, spatialShape: [Int]) -> Hyperslab {
    let inner = spatialShape + (hasVariableAxis ? [variables.count] : [])
    let time = hasTimeAxis ? 1 : 0
    let none = inner.map { _ in 0 }
    let ones = inner.map { _ in 1 }
    return Hyperslab(
      start: [sample] + Array(repeating: first - frames.lowerBound, count: time) + none,
      stride: [1] + Array(repeating: stride, count: time) + ones,
      count: [1] + Array(repeating: count, count: time) + inner)
  }
}

extension PDEBenchFile.Kind {
  /// The data sets that hold the frames, in the order of their variables.
  func fields(variables: [String], frames: Int) -> [StoredField] {
    switch self {
    case .compressibleFlow, .singleField:
      variables.enumerated().map { StoredField(name: $1, variables: $0..<$0 + 1, frames: 0..<frames) }
    case .darcyFlow:
      [
        StoredField(name: "nu", variables: 0..<1, frames: 0..<1, hasTimeAxis: false),
        StoredField(name: "tensor", variables: 0..<1, frames: 1..<2),
      ]
    case .incompressibleFlow:
      [
        StoredField(name: "velocity", variables: 0..<2, frames: 0..<frames, hasVariableAxis: true),
        StoredField(name: "particles", variables: 2..<3, frames: 0..<frames, hasVariableAxis: true),
      ]
    }
  }
}
