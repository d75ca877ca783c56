import TensorCore

extension Variable {
  /// The element-wise quotient of two variables of one shape: yᵢ = aᵢ/bᵢ.
  ///
  /// ```
  /// ∂L/∂a = g/b      ∂L/∂b = −g·y/b
  /// ```
  ///
  /// - Parameters:
  ///   - left: a.
  ///   - right: b, of the same shape; ``broadcast(to:)`` gives it that shape.
  /// - Returns: y.
  public static func / (left: Variable, right: Variable) -> Variable {
    let result = left.value.elementwise(with: right.value, /)
    let (needsLeft, needsRight, divisor) = (left.needsGradient, right.needsGradient, right.valueForPullback)
    return primitive(result, inputs: [left, right]) { gradient in
      let share = gradient.elementwise(with: divisor(), /)
      return [
        needsLeft ? share : nil, needsRight ? share.elementwise(with: result) { -$0 * $1 } : nil,
      ]
    }
  }

  /// A variable with a number added to every element: yᵢ = xᵢ + c.
  public static func + (variable: Variable, constant: Float) -> Variable {
    primitive(variable.value.elementwise { $0 + constant }, inputs: [variable]) { [$0] }
  }

  /// The negative of every element.
  public static prefix func - (variable: Variable) -> Variable { -1 * variable }
}
