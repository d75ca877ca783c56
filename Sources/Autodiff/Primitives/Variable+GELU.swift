import CVectorMath
import TensorCore

extension Variable {
  /// The Gaussian error linear unit, in its exact form: GELU(x) = x·Φ(x) = x·(1 + erf(x/√2))/2.
  ///
  /// Source: Hendrycks, Gimpel, *Gaussian Error Linear Units*, arXiv:1606.08415, section 2.
  public func gelu() -> Variable {
    var result = Tensor(uninitialized: shape)
    let (x, y) = (value.storage, result.mutableStorage())
    guard needsGradient else {
      parallelForPieces(of: value.count) { piece in
        vm_gelu(y.base + piece.lowerBound, x.base + piece.lowerBound, piece.count)
      }
      return Variable(result)
    }
    var slope = Tensor(uninitialized: shape)
    let s = slope.mutableStorage()
    parallelForPieces(of: value.count) { piece in
      let start = piece.lowerBound
      vm_gelu_with_slope(y.base + start, s.base + start, x.base + start, piece.count)
    }
    return .primitive(result, inputs: [self]) { [slope] gradient in [gradient * slope] }
  }
}
