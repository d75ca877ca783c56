import TensorCore

extension Variable {
  /// The rectified linear unit of every element: y = max(x, 0), with ∂L/∂x = g where x > 0 and 0 elsewhere.
  ///
  /// NaN stays NaN.
  public func relu() -> Variable {
    let result = value.elementwise { $0 < 0 ? 0 : $0 }
    return .primitive(result, inputs: [self]) { [$0.elementwise(with: result) { $1 > 0 ? $0 : 0 }] }
  }
}
