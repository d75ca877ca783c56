import TensorCore

extension Variable {
  /// The element-wise sum of two variables of one shape.
  public static func + (left: Variable, right: Variable) -> Variable {
    var sum = left.value
    sum.add(right.value)
    return primitive(sum, inputs: [left, right]) { [$0, $0] }
  }

  /// The element-wise difference of two variables of one shape.
  public static func - (left: Variable, right: Variable) -> Variable {
    var difference = left.value
    difference.add(right.value, scaledBy: -1)
    return primitive(difference, inputs: [left, right]) { [$0, $0.elementwise { -$0 }] }
  }

  /// The element-wise product of two variables of one shape.
  public static func * (left: Variable, right: Variable) -> Variable {
    let (a, b) = (left.value, right.value)
    return primitive(a * b, inputs: [left, right]) { gradient in [gradient * b, gradient * a] }
  }

  /// A variable times a number.
  public static func * (scale: Float, variable: Variable) -> Variable {
    primitive(variable.value.elementwise { scale * $0 }, inputs: [variable]) {
      [$0.elementwise { scale * $0 }]
    }
  }

  /// The sum of all elements, as a scalar.
  public func sum() -> Variable {
    let shape = shape
    return .primitive(Tensor(Float(value.sum)), inputs: [self]) { gradient in
      [Tensor(repeating: gradient.scalar, shape: shape)]
    }
  }
}
