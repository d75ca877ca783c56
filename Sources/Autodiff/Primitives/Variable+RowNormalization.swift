import CVectorMath
import TensorCore

extension Variable {
  /// Layer normalization of every row: y = (x − x̄)/√(σ² + ε) · a + b, with the mean and the variance over the last axis.
  ///
  /// Source: Ba, Kiros, Hinton, *Layer Normalization*, arXiv:1607.06450, equation 3.
  ///
  /// - Parameters:
  ///   - scale: a, an element for each of a row's.
  ///   - shift: b, likewise.
  ///   - epsilon: ε.
  /// - Returns: A variable of the same shape, `[rows…, features]`.
  /// - Precondition: There are as many elements in scale and shift as features.
  public func layerNormalized(scale: Variable, shift: Variable, epsilon: Double) -> Variable {
    normalizedRows(scale, shift, epsilon)
  }

  /// Root mean square normalization of every row: y = x/√(mean of x² + ε) · a, with the mean over the last axis.
  ///
  /// Source: Zhang, Sennrich, *Root Mean Square Layer Normalization*, arXiv:1910.07467, equation 4.
  ///
  /// - Parameters:
  ///   - scale: a, an element for each of a row's.
  ///   - epsilon: ε.
  /// - Returns: A variable of the same shape, `[rows…, features]`.
  /// - Precondition: There are as many elements in scale as features.
  public func rootMeanSquareNormalized(scale: Variable, epsilon: Double) -> Variable {
    normalizedRows(scale, nil, epsilon)
  }

  /// Rows whose gradients are added up by one thread.
  private static let rowsPerPiece = 128

  private func normalizedRows(_ scale: Variable, _ shift: Variable?, _ epsilon: Double) -> Variable {
    let features = shape.last ?? 1
    precondition(
      features > 0 && scale.shape == [features] && shift.map { $0.shape == [features] } ?? true,
      "scale \(scale.shape) and shift \(shift?.shape ?? []) do not fit rows of shape \(shape)")
    let rows = value.count / features
    var (result, moments) = (Tensor(uninitialized: shape), Tensor(uninitialized: [rows, 2]))
    let (x, y, kept) = (value.storage, result.mutableStorage(), moments.mutableStorage())
    let (a, b) = (scale.value.storage, shift?.value.storage)
    parallelForRows(rows, length: features) { piece in
      for row in piece {
        let found = vm_row_moments_of(x.base + row * features, features, b == nil ? 0 : 1)
        let inverse = Float(1 / (Double(found.variance) + epsilon).squareRoot())
        kept.base[2 * row] = found.mean
        kept.base[2 * row + 1] = inverse
        vm_normalize_row(
          y.base + row * features, x.base + row * features, found.mean, inverse, a.base, b?.base, features)
      }
    }
    let (shape, input, scaleValue) = (shape, valueForPullback, scale.valueForPullback)
    return .primitive(result, inputs: [self, scale] + (shift.map { [$0] } ?? [])) { [moments] gradient in
      let (isCentered, pieces) = (shift != nil, (rows + Self.rowsPerPiece - 1) / Self.rowsPerPiece)
      var inputGradient = Tensor(uninitialized: shape)
      var partials = Tensor.zeros([pieces, isCentered ? 2 : 1, features])
      let (dx, sums) = (inputGradient.mutableStorage(), partials.mutableStorage())
      let (g, x, a, kept) = (gradient.storage, input().storage, scaleValue().storage, moments.storage)
      parallelFor(pieces) { piece in
        let sum = sums.base + piece * (isCentered ? 2 : 1) * features
        for row in (piece * Self.rowsPerPiece)..<min((piece + 1) * Self.rowsPerPiece, rows) {
          vm_normalize_row_gradient(
            dx.base + row * features, sum, isCentered ? sum + features : nil, g.base + row * features,
            x.base + row * features, kept.base[2 * row], kept.base[2 * row + 1], a.base, features)
        }
      }
      let total = partials.summedOverFirstAxis(shape: [isCentered ? 2 : 1, features])
      func part(_ index: Int) -> Tensor { total.sliced(axis: 0, index..<(index + 1)).reshaped([features]) }
      return [inputGradient, part(0)] + (isCentered ? [part(1)] : [])
    }
  }
}
