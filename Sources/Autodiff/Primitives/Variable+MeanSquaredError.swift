public import TensorCore

extension Variable {
  /// The mean squared error (1/N) Σ (x − target)² over all N elements, as a scalar.
  ///
  /// - Parameter target: A constant of the variable's shape.
  /// - Returns: A variable without axes.
  public func meanSquaredError(to target: Tensor) -> Variable {
    precondition(shape == target.shape, "cannot compare shape \(shape) with a target of \(target.shape)")
    var difference = value
    difference.add(target, scaledBy: -1)
    let scale = 1 / Double(difference.count)
    return .primitive(Tensor(Float(difference.sumOfSquares * scale)), inputs: [self]) { gradient in
      var result = Tensor.zeros(difference.shape)
      result.add(difference, scaledBy: Float(2 * scale) * gradient.scalar)
      return [result]
    }
  }
}
