import TensorCore

extension Variable {
  /// The same elements with the axes in another order: axis a of the result is axis `order[a]` of this variable.
  ///
  /// - Parameter order: Every axis once.
  /// - Returns: A variable of the permuted shape.
  /// - Precondition: `order` holds every axis once.
  public func permuted(_ order: [Int]) -> Variable {
    let result = value.permuted(order)
    var inverse = order
    for (new, old) in order.enumerated() { inverse[old] = new }
    return .primitive(result, inputs: [self]) { [inverse] in [$0.permuted(inverse)] }
  }

  /// The matrices in the last two axes, transposed: `[…, rows, columns]` to `[…, columns, rows]`.
  ///
  /// - Precondition: There are at least two axes.
  public func transposed() -> Variable {
    precondition(shape.count >= 2, "a variable of shape \(shape) holds no matrices")
    let last = shape.count - 1
    return permuted(Array(0..<last - 1) + [last, last - 1])
  }
}
