import CVectorMath
import TensorCore

extension Variable {
  /// The hyperbolic tangent of every element.
  public func tanh() -> Variable {
    var result = Tensor(uninitialized: shape)
    let (x, y) = (value.storage, result.mutableStorage())
    parallelForPieces(of: result.count) { piece in
      vm_tanh(y.base + piece.lowerBound, x.base + piece.lowerBound, piece.count)
    }
    return .primitive(result, inputs: [self]) { [result] gradient in
      [gradient.elementwise(with: result) { $0 * (1 - $1 * $1) }]
    }
  }
}
