import CVectorMath
import TensorCore

extension Variable {
  /// The Gaussian error linear unit, in its exact form: GELU(x) = x·Φ(x) = x·(1 + erf(x/√2))/2.
  ///
  /// Source: Hendrycks, Gimpel, *Gaussian Error Linear Units*, arXiv:1606.08415, section 2.
  public func gelu() -> Variable {
    var result = Tensor(uninitialized: shape)
    var slope = Tensor(uninitialized: shape)
    result.withUnsafeMutableElements { output in
      slope.withUnsafeMutableElements { slope in
        value.withUnsafeElements { input in
          guard let y = output.baseAddress, let s = slope.baseAddress, let x = input.baseAddress else {
            return
          }
          vm_gelu_with_slope(y, s, x, input.count)
        }
      }
    }
    return .primitive(result, inputs: [self]) { [slope] gradient in [gradient.map(with: slope, *)] }
  }
}
