import Foundation
import TensorCore

extension Variable {
  /// The logistic sigmoid of every element: y = σ(x) = 1/(1 + e⁻ˣ), with ∂L/∂x = g·y·(1 − y).
  public func sigmoid() -> Variable {
    let result = value.elementwise(logistic)
    return .primitive(result, inputs: [self]) { [$0.elementwise(with: result) { $0 * $1 * (1 - $1) }] }
  }

  /// The sigmoid linear unit (also called swish) of every element: y = x·σ(x), with ∂L/∂x = g·σ(x)·(1 + x·(1 − σ(x))).
  ///
  /// Source: Hendrycks, Gimpel, *Gaussian Error Linear Units*, arXiv:1606.08415, section 4.2.
  public func silu() -> Variable {
    let x = valueForPullback
    return .primitive(value.elementwise { $0 * logistic($0) }, inputs: [self]) { gradient in
      [
        gradient.elementwise(with: x()) { gradient, x in
          let share = logistic(x)
          return gradient * share * (1 + x * (1 - share))
        }
      ]
    }
  }
}

/// 1/(1 + e⁻ˣ): 0 where the exponential overflows.
@inline(__always)
private func logistic(_ x: Float) -> Float { 1 / (1 + Foundation.exp(-x)) }
