package import TensorCore

/// A matrix with the singular values of the product B·A, but only as many rows as the product's rank.
///
/// With B = QR, Q having orthonormal columns, the product is Q(RA), and Q does not change singular values: R·A stands
/// for B·A. That spares the eigenvalues of a full-size matrix, of which all but `rank` are zero.
///
/// - Parameters:
///   - down: A, `[rank, inputs]`.
///   - up: B, `[outputs, rank]`.
/// - Returns: R·A, `[rank, inputs]`.
func lowRankEquivalent(down: Tensor, up: Tensor) -> Tensor {
  let product = spectralEquivalent(down: complex(up), up: complex(down)).elements
  return Tensor(stride(from: 0, to: product.count, by: 2).map { product[$0] }, shape: down.shape)
}

/// A matrix as that of a single mode, `[rows, columns, 2]`, without imaginary parts.
private func complex(_ matrix: Tensor) -> Tensor {
  var elements = [Float](repeating: 0, count: 2 * matrix.count)
  for (index, value) in matrix.elements.enumerated() { elements[2 * index] = value }
  return Tensor(elements, shape: matrix.shape + [2])
}

extension LayerWeights {
  /// A layer of any kind with a low-rank correction added: W + scale·B·A for a matrix, as LoRA computes it.
  ///
  /// - Parameters:
  ///   - name: The layer's name.
  ///   - kind: What the layer does.
  ///   - bases: Its weights.
  ///   - factors: The correction.
  ///   - scale: What the products are multiplied by; LoRA's is its α over the rank.
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
