import TensorCore

extension Tensor {
  /// The largest absolute value of an element, 0 if there is none.
  var largestMagnitude: Double {
    withUnsafeElements { $0.reduce(0.0) { max($0, abs(Double($1))) } }
  }
}
