import Foundation
import TensorCore

extension Variable {
  /// Rotary position embedding: the two halves of each head's features are turned as pairs by an angle that grows with the row's
  /// position.
  ///
  /// ```
  /// yᵢ = xᵢ cos θ − xᵢ₊ₙ sin θ      yᵢ₊ₙ = xᵢ₊ₙ cos θ + xᵢ sin θ      θ = p·b^(−i/n),  0 ≤ i < n = width/2
  /// ```
  ///
  /// Source: Su et al., *RoFormer: Enhanced Transformer with Rotary Position Embedding*, arXiv:2104.09864, equation 34; pairs as in
  /// the LLaMA of the library transformers.
  ///
  /// - Parameters:
  ///   - positions: p, one for each row.
  ///   - headWidth: The features of a head, an even number; a row has any number of heads.
  ///   - base: b.
  /// - Returns: A variable of the same shape, `[rows, heads·width]`.
  /// - Precondition: The numbers fit the shape.
  public func rotated(positions: [Int], headWidth: Int, base: Double) -> Variable {
    precondition(
      shape.count == 2 && shape[0] == positions.count && headWidth > 0 && headWidth.isMultiple(of: 2)
        && shape[1].isMultiple(of: headWidth),
      "\(positions.count) positions and heads of \(headWidth) do not fit rows of shape \(shape)")
    let half = headWidth / 2
    var turns = Tensor(uninitialized: [positions.count, 2, half])
    let table = turns.mutableStorage()
    parallelForRows(positions.count, length: headWidth) { rows in
      for row in rows {
        for index in 0..<half {
          let angle = Double(positions[row]) * pow(base, -Double(index) / Double(half))
          table.base[row * headWidth + index] = Float(cos(angle))
          table.base[row * headWidth + half + index] = Float(sin(angle))
        }
      }
    }
    return .primitive(Self.turned(value, by: turns, sign: 1), inputs: [self]) { [turns] in
      [Self.turned($0, by: turns, sign: -1)]
    }
  }

  private static func turned(_ tensor: Tensor, by turns: Tensor, sign: Float) -> Tensor {
    let (features, half) = (tensor.shape[1], turns.shape[2])
    var result = Tensor(uninitialized: tensor.shape)
    let (x, y, table) = (tensor.storage, result.mutableStorage(), turns.storage)
    parallelForRows(tensor.shape[0], length: features) { rows in
      for row in rows {
        let turn = table.base + row * 2 * half
        for start in stride(from: row * features, to: (row + 1) * features, by: 2 * half) {
          for index in 0..<half {
            let (a, b) = (x.base[start + index], x.base[start + half + index])
            let (cosine, sine) = (turn[index], sign * turn[half + index])
            y.base[start + index] = a * cosine - b * sine
            y.base[start + half + index] = b * cosine + a * sine
          }
        }
      }
    }
    return result
  }
}
