import Foundation
import TensorCore

extension Variable {
  /// The exponential of every element: y = eˣ, with ∂L/∂x = g·y.
  public func exp() -> Variable {
    let result = value.elementwise { Foundation.exp($0) }
    return .primitive(result, inputs: [self]) { [$0 * result] }
  }

  /// The natural logarithm of every element: y = ln x, with ∂L/∂x = g/x.
  ///
  /// NaN where x is negative, −∞ where it is zero.
  public func log() -> Variable {
    let x = valueForPullback
    return .primitive(value.elementwise { Foundation.log($0) }, inputs: [self]) {
      [$0.elementwise(with: x(), /)]
    }
  }

  /// The square root of every element: y = √x, with ∂L/∂x = g/2y.
  ///
  /// NaN where x is negative; the gradient is not finite where x is zero.
  public func squareRoot() -> Variable {
    let result = value.elementwise { $0.squareRoot() }
    return .primitive(result, inputs: [self]) { [$0.elementwise(with: result) { 0.5 * $0 / $1 }] }
  }
}
