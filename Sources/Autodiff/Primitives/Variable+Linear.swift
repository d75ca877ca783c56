import CVectorMath
import TensorCore

extension Variable {
  /// A linear layer on the last axis, applied to every row: y[r…, o] = Σᵢ W[o, i]·x[r…, i] + b[o].
  ///
  /// ```
  /// ∂L/∂x = g·W        ∂L/∂W = gᵀ·x        ∂L/∂b = Σᵣ g[r, ·]
  /// ```
  ///
  /// ``mixingChannels(weight:bias:)`` is the same where points lie side by side.
  ///
  /// - Parameters:
  ///   - weight: W, `[outputs, inputs]`.
  ///   - bias: b, `[outputs]`; nil for none.
  /// - Returns: `[rows…, outputs]` for a variable `[rows…, inputs]`.
  /// - Precondition: The shapes fit.
  public func linear(weight: Variable, bias: Variable? = nil) -> Variable {
    let inputs = shape.last ?? 1
    precondition(
      shape.count >= 1 && weight.shape.count == 2 && weight.shape[1] == inputs
        && bias.map { $0.shape == [weight.shape[0]] } ?? true,
      "weight \(weight.shape) and bias \(bias?.shape ?? []) do not fit rows of shape \(shape)")
    let (rows, outputs) = (shape.dropLast().reduce(1, *), weight.shape[0])
    var result = Tensor(uninitialized: shape.dropLast() + [outputs])
    let (x, w, b, y) = (
      value.storage, weight.value.storage, bias?.value.storage, result.mutableStorage()
    )
    parallelForTiles(of: rows) { tile in
      let target = y.base + tile.lowerBound * outputs
      if let b {
        for row in 0..<tile.count { (target + row * outputs).update(from: b.base, count: outputs) }
      }
      BLAS.multiply(
        rows: tile.count, columns: outputs, inner: inputs, x.base + tile.lowerBound * inputs, stride: inputs,
        w.base, .transposed, stride: inputs, into: target, stride: outputs, beta: b == nil ? 0 : 1,
        by: .packed)
    }

    let (inputShape, input, weightValue) = (shape, valueForPullback, weight.valueForPullback)
    let (needsInput, needsWeight) = (needsGradient, weight.needsGradient)
    let needsBias = bias?.needsGradient ?? false
    return .primitive(result, inputs: [self, weight] + (bias.map { [$0] } ?? [])) { gradient in
      let g = gradient.storage
      var inputGradient = needsInput ? Tensor(uninitialized: inputShape) : nil
      if let dx = inputGradient?.mutableStorage() {
        let w = weightValue().storage
        parallelForTiles(of: rows) { tile in
          BLAS.multiply(
            rows: tile.count, columns: inputs, inner: outputs, g.base + tile.lowerBound * outputs,
            stride: outputs, w.base, stride: inputs, into: dx.base + tile.lowerBound * inputs, stride: inputs,
            by: .packed)
        }
      }
      var weightGradient = needsWeight ? Tensor(uninitialized: [outputs, inputs]) : nil
      var biasGradient = needsBias ? Tensor.zeros([outputs]) : nil
      let (dw, db) = (weightGradient?.mutableStorage(), biasGradient?.mutableStorage())
      if dw != nil || db != nil {
        let x = needsWeight ? input().storage : nil
        parallelForTiles(of: outputs) { tile in
          if let dw, let x {
            BLAS.multiply(
              rows: tile.count, columns: inputs, inner: rows, g.base + tile.lowerBound, .transposed,
              stride: outputs, x.base, stride: inputs, into: dw.base + tile.lowerBound * inputs,
              stride: inputs, by: .packed)
          }
          guard let db else { return }
          for row in 0..<rows {
            vm_add_scaled(
              db.base + tile.lowerBound, g.base + row * outputs + tile.lowerBound, 1, tile.count)
          }
        }
      }
      return [inputGradient, weightGradient] + (bias == nil ? [] : [biasGradient])
    }
  }
}

/// Calls `body` in parallel with ranges that cover `count` rows of a matrix product, which depend on the count alone: an even
/// number of about equal ones, so that none of two threads waits.
private func parallelForTiles(of count: Int, _ body: (_ rows: Range<Int>) -> Void) {
  let tiles = count <= 32 ? 1 : 2 * ((count + 1023) / 1024)
  let length = (count + tiles - 1) / tiles
  parallelFor(tiles) { tile in
    let range = min(tile * length, count)..<min((tile + 1) * length, count)
    if !range.isEmpty { body(range) }
  }
}
