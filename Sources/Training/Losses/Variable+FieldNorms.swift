import Autodiff
import TensorCore

extension Variable {
  /// Σ u² over the points of each field: of `[samples, variables, x(, y(, z))]`, `[samples, variables]`.
  func squaresOfFields() -> Variable { (self * self).sum(axes: Array(2..<shape.count)) }

  /// The mean over fields of √(E / T), where E are these squares.
  ///
  /// A field whose T is zero is left out of the mean; the mean of none is zero. Where E is zero the gradient is zero.
  ///
  /// - Parameter squares: T, of the same shape.
  /// - Returns: A scalar.
  func meanRootRatio(to squares: Tensor) -> Variable {
    let factors = squares.reciprocalSquares
    let count = factors.elements.count { $0 > 0 }
    let mean = Variable(factors.map { $0 > 0 ? 1 / Float(count) : 0 })
    // The root has no slope at zero; the square root of this is beyond what a mean of single precision shows.
    return ((self * Variable(factors) + 1e-30).squareRoot() * mean).sum()
  }
}

extension Tensor {
  /// 1/T of the squares T of fields; zero where there is nothing to be relative to.
  fileprivate var reciprocalSquares: Tensor { map { $0 < .leastNormalMagnitude ? 0 : 1 / $0 } }

  /// The number of fields whose squares are not zero.
  var nonzeroFields: Int { reciprocalSquares.elements.count { $0 > 0 } }
}
