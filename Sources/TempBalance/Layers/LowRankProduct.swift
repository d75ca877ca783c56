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
    let shapes = [base.shape, down.shape, up.shape]
    guard shapes.allSatisfy({ $0.count == 2 }), up.shape[1] == down.shape[0],
      base.shape == [up.shape[0], down.shape[1]]
    else {
      throw .correctionDoesNotFit(layer: name, base: base.shape, down: down.shape, up: up.shape)
    }
    let (outputs, rank, inputs) = (up.shape[0], up.shape[1], down.shape[1])
    var sum = base
    up.withUnsafeElements { up in
      down.withUnsafeElements { down in
        sum.withUnsafeMutableElements { sum in
          guard let up = up.baseAddress, let down = down.baseAddress, let sum = sum.baseAddress else {
            return
          }
          BLAS.multiply(
            rows: outputs, columns: inputs, inner: rank, up, stride: rank, down, stride: inputs, into: sum,
            stride: inputs, alpha: scale, beta: 1)
        }
      }
    }
    return try LayerWeights(name: name, kind: .linear, tensors: [sum])
  }
}
