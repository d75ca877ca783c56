package import TensorCore

/// The tensors A and B of a low-rank correction: a pair, or for a spectral convolution one pair for each corner of the spectrum.
package struct LowRankFactors {
  /// How A and B make a product.
  enum Form {
    /// One matrix, B·A: A is `[rank, inputs, positions…]`, B is `[outputs, rank, 1…]`.
    case matrix
    /// A complex matrix for each mode, A·B: A is `[inputs, rank, modes…, 2]`, B is `[rank, outputs, modes…, 2]`.
    case modes

    /// The form of tensors of the given shapes, every A before every B; nil if they do not fit together.
    init?(_ shapes: [[Int]]) {
      let count = shapes.count / 2
      guard count > 0, shapes.count == 2 * count else { return nil }
      let (down, up) = (shapes[0], shapes[count])
      guard shapes[..<count].allSatisfy({ $0 == down }), shapes[count...].allSatisfy({ $0 == up }),
        down.count == up.count, down.count >= 2, down.allSatisfy({ $0 > 0 }), up.allSatisfy({ $0 > 0 })
      else { return nil }
      if count == 1, down.count <= 5, down[0] == up[1], up[2...].allSatisfy({ $0 == 1 }) {
        self = .matrix
      } else if (4...6).contains(down.count), down.last == 2, down[1] == up[0], down[2...] == up[2...] {
        self = .modes
      } else {
        return nil
      }
    }
  }

  let form: Form
  /// The A.
  let downs: [Tensor]
  /// The B, in the order of the A.
  let ups: [Tensor]

  /// Puts tensors together, every A before every B; nil if their shapes do not fit.
  package init?(_ tensors: [Tensor]) {
    guard let form = Form(tensors.map(\.shape)) else { return nil }
    self.form = form
    downs = Array(tensors[..<(tensors.count / 2)])
    ups = Array(tensors[(tensors.count / 2)...])
  }

  /// The rank of the products.
  package var rank: Int { downs[0].shape[form == .matrix ? 0 : 1] }

  /// The shape of a product, which is that of the tensor it corrects.
  var productShape: [Int] {
    let (down, up) = (downs[0].shape, ups[0].shape)
    switch form {
    case .matrix: return [up[0]] + down[1...]
    case .modes: return [down[0], up[1]] + down[2...]
    }
  }

  /// For each product, a tensor of matrices with the same singular values, but only as many rows as the rank: `[rank, columns]`,
  /// or `[rank, outputs, modes…, 2]`.
  var equivalents: [Tensor] {
    zip(downs, ups).map { down, up in
      switch form {
      case .matrix:
        lowRankEquivalent(
          down: down.reshaped([rank, down.count / rank]), up: up.reshaped([up.shape[0], rank]))
      case .modes: spectralEquivalent(down: down, up: up)
      }
    }
  }

  /// Adds the products to weights.
  ///
  /// - Parameters:
  ///   - bases: The weights, each of ``productShape``.
  ///   - scale: What the products are multiplied by.
  /// - Returns: W + scale·product for each of them.
  func added(to bases: [Tensor], scale: Float) -> [Tensor] {
    bases.indices.map { index in
      var sum = bases[index]
      downs[index].withUnsafeElements { down in
        ups[index].withUnsafeElements { up in
          sum.withUnsafeMutableElements { sum in
            switch form {
            case .matrix: addMatrix(scale, down, up, to: sum)
            case .modes: addModes(scale, down, up, to: sum)
            }
          }
        }
      }
      return sum
    }
  }

  private func addMatrix(
    _ scale: Float, _ down: UnsafeBufferPointer<Float>, _ up: UnsafeBufferPointer<Float>,
    to sum: UnsafeMutableBufferPointer<Float>
  ) {
    guard let a = down.baseAddress, let b = up.baseAddress, let c = sum.baseAddress else { return }
    let columns = down.count / rank
    BLAS.multiply(
      rows: up.count / rank, columns: columns, inner: rank, b, stride: rank, a, stride: columns, into: c,
      stride: columns, alpha: scale, beta: 1)
  }

  private func addModes(
    _ scale: Float, _ down: UnsafeBufferPointer<Float>, _ up: UnsafeBufferPointer<Float>,
    to sum: UnsafeMutableBufferPointer<Float>
  ) {
    let (rank, inputs, outputs) = (self.rank, productShape[0], productShape[1])
    let length = sum.count / (inputs * outputs)
    for input in 0..<inputs {
      for inner in 0..<rank {
        for output in 0..<outputs {
          var a = length * (input * rank + inner)
          var b = length * (inner * outputs + output)
          var c = length * (input * outputs + output)
          for _ in 0..<length / 2 {
            let (x, y) = (down[a], down[a + 1])
            let (u, v) = (up[b], up[b + 1])
            sum[c] += scale * (x * u - y * v)
            sum[c + 1] += scale * (x * v + y * u)
            (a, b, c) = (a + 2, b + 2, c + 2)
          }
        }
      }
    }
  }
}
