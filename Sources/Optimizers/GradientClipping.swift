public import Autodiff
internal import CVectorMath
internal import TensorCore

extension Parameters {
  /// Scales gradients down so that their common norm does not exceed a bound.
  ///
  /// ```
  /// ‖g‖ = √(Σ over all tensors and elements of g²)
  /// g ← g · min(1, bound / (‖g‖ + 10⁻⁶))
  /// ```
  ///
  /// Gradients whose norm is not finite are left as they are, for the caller to notice by the norm.
  ///
  /// Source: Pascanu, Mikolov and Bengio, *On the Difficulty of Training Recurrent Neural Networks*, arXiv:1211.5063,
  /// algorithm 1; the 10⁻⁶ is PyTorch's.
  ///
  /// - Parameter bound: The largest norm to let through, above zero.
  /// - Returns: The norm before clipping.
  @discardableResult
  public mutating func clipNorm(to bound: Double) -> Double {
    precondition(bound > 0, "a bound on the gradients' norm is positive, got \(bound)")
    let norm = reduce(0) { $0 + $1.tensor.sumOfSquares }.squareRoot()
    let factor = bound / (norm + 1e-6)
    guard norm.isFinite, factor < 1 else { return norm }
    for name in names {
      let storage = mutableStorage(of: name)
      parallelForPieces(of: storage.count) { range in
        vm_scale(storage.base + range.lowerBound, Float(factor), range.count)
      }
    }
    return norm
  }
}
