import HDF5

/// A data set of fields, and which part of the samples' frames it holds.
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

extension StoredField {
  /// A data set for each variable, under its name, with all frames.
  @Sendable static func onePerVariable(_ variables: [String], frames: Int) -> [StoredField] {
    variables.enumerated().map { StoredField(name: $1, variables: $0..<$0 + 1, frames: 0..<frames) }
  }
}
