import TensorCore

extension Tensor {
  /// Each element passed through a function of it alone, on all cores.
  @inline(__always)
  func elementwise(_ function: (Float) -> Float) -> Tensor {
    var result = Tensor(uninitialized: shape)
    let (x, y) = (storage, result.mutableStorage())
    parallelForPieces(of: count) { piece in
      for index in piece { y.base[index] = function(x.base[index]) }
    }
    return result
  }

  /// Pairs of elements passed through a function of them alone, on all cores.
  ///
  /// - Precondition: The shapes agree.
  @inline(__always)
  func elementwise(with other: Tensor, _ function: (Float, Float) -> Float) -> Tensor {
    precondition(shape == other.shape, "cannot pair a tensor of shape \(shape) with one of \(other.shape)")
    var result = Tensor(uninitialized: shape)
    let (a, b, y) = (storage, other.storage, result.mutableStorage())
    parallelForPieces(of: count) { piece in
      for index in piece { y.base[index] = function(a.base[index], b.base[index]) }
    }
    return result
  }
}
