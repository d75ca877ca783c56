public import TensorCore

/// A matrix with the singular values of the product B·A, but only as many rows as the product's rank.
///
/// With B = QR, Q having orthonormal columns, the product is Q(RA), and Q does not change singular values: R·A stands
/// for B·A. That spares the eigenvalues of a full-size matrix, of which all but `rank` are zero. R comes from the
/// modified Gram-Schmidt process, which is as accurate for R as any other.
///
/// - Parameters:
///   - down: A, `[rank, inputs]`.
///   - up: B, `[outputs, rank]`.
/// - Returns: R·A, `[rank, inputs]`.
func lowRankEquivalent(down: Tensor, up: Tensor) -> Tensor {
  let (outputs, rank, inputs) = (up.shape[0], up.shape[1], down.shape[1])
  let elements = up.elements.map(Double.init)
  var columns = (0..<rank).map { column in (0..<outputs).map { elements[$0 * rank + column] } }
  let rows = down.elements.map(Double.init)
  var product: [Float] = []
  for row in 0..<rank {
    let length = dot(columns[row], columns[row]).squareRoot()
    var combined = [Double](repeating: 0, count: inputs)
    accumulate(length, rows[row * inputs..<(row + 1) * inputs], into: &combined)
    // A column that depends on those before it has no direction of its own; its row of R is zero.
    if length > 0 {
      let direction = columns[row].map { $0 / length }
      for column in row + 1..<max(rank, row + 1) {
        let share = dot(direction, columns[column])
        accumulate(-share, direction[...], into: &columns[column])
        accumulate(share, rows[column * inputs..<(column + 1) * inputs], into: &combined)
      }
    }
    product.append(contentsOf: combined.lazy.map(Float.init))
  }
  return Tensor(product, shape: [rank, inputs])
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

private func accumulate(_ scale: Double, _ source: ArraySlice<Double>, into target: inout [Double]) {
  for (index, value) in zip(target.indices, source) { target[index] += scale * value }
}

extension LayerWeights {
  /// A linear layer with a low-rank correction added: W + scale·B·A, as LoRA computes it.
  ///
  /// - Parameters:
  ///   - name: The layer's name.
  ///   - base: W, `[outputs, inputs]`.
  ///   - down: A, `[rank, inputs]`.
  ///   - up: B, `[outputs, rank]`.
  ///   - scale: What the product is multiplied by; LoRA's is its α over the rank.
  /// - Returns: The weights of the sum, as a linear layer.
  /// - Throws: ``TempBalanceError/correctionDoesNotFit(layer:base:down:up:)`` if the three do not fit together.
  public static func merged(
    name: String, base: Tensor, down: Tensor, up: Tensor, scale: Float = 1
  ) throws(TempBalanceError) -> LayerWeights {
    guard base.rank == 2, let factors = LowRankFactors([down, up]) else {
      throw .correctionDoesNotFit(layer: name, base: base.shape, down: down.shape, up: up.shape)
    }
    return try merged(name: name, kind: .linear, bases: [base], factors, scale: scale)
  }

  /// A layer of any kind with a low-rank correction added.
  ///
  /// - Parameters:
  ///   - name: The layer's name.
  ///   - kind: What the layer does.
  ///   - bases: Its weights.
  ///   - factors: The correction.
  ///   - scale: What the products are multiplied by.
  /// - Returns: The weights of the sum.
  /// - Throws: ``TempBalanceError/correctionDoesNotFit(layer:base:down:up:)`` if weights and correction do not fit together.
  package static func merged(
    name: String, kind: LayerKind, bases: [Tensor], _ factors: LowRankFactors, scale: Float
  ) throws(TempBalanceError) -> LayerWeights {
    guard bases.count == factors.downs.count, bases.allSatisfy({ $0.shape == factors.productShape }) else {
      throw .correctionDoesNotFit(
        layer: name, base: bases.first?.shape ?? [], down: factors.downs[0].shape, up: factors.ups[0].shape)
    }
    return try LayerWeights(name: name, kind: kind, tensors: factors.added(to: bases, scale: scale))
  }
}
