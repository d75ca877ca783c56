public import TensorCore

extension Variable {
  /// The mean squared error (1/N) Σ (x − target)² over all N elements, as a scalar.
  ///
  /// - Parameter target: A constant of the variable's shape.
  /// - Returns: A variable without axes.
  public func meanSquaredError(to target: Tensor) -> Variable {
    precondition(shape == target.shape, "cannot compare shape \(shape) with a target of \(target.shape)")
    let difference = value.elementwise(with: target, -)
    let scale = 1 / Double(difference.count)
    return .primitive(Tensor(Float(difference.sumOfSquares * scale)), inputs: [self]) { gradient in
      let slope = Float(2 * scale) * gradient.scalar
      return [difference.elementwise { slope * $0 }]
    }
  }
}
