import CVectorMath
import Foundation
import TensorCore

/// Rows that attend to each other: how they are parted into sequences and heads.
public struct AttentionLayout: Sendable, Equatable {
  /// The number of rows of each sequence, one after the other.
  public var lengths: [Int]
  /// The number of heads that ask.
  public var heads: Int
  /// The number of heads that are asked, a divisor of ``heads``: each serves as many of those that ask (grouped-query attention).
  public var keyHeads: Int
  /// Whether a row attends only to itself and those before it.
  public var isCausal: Bool

  /// A layout.
  ///
  /// - Parameters:
  ///   - lengths: The number of rows of each sequence.
  ///   - heads: The number of heads that ask.
  ///   - keyHeads: The number of heads that are asked; as many unless given.
  ///   - isCausal: Whether a row attends only to itself and those before it.
  public init(lengths: [Int], heads: Int, keyHeads: Int? = nil, isCausal: Bool = false) {
    (self.lengths, self.heads, self.keyHeads) = (lengths, heads, keyHeads ?? heads)
    self.isCausal = isCausal
    precondition(
      heads > 0 && self.keyHeads > 0 && heads.isMultiple(of: self.keyHeads) && lengths.allSatisfy { $0 >= 0 },
      "\(heads) heads cannot share \(self.keyHeads) heads of keys in sequences of \(lengths) rows")
  }
}

extension Variable {
  /// Attention of the rows of each sequence to each other, head by head; this variable holds the queries Q.
  ///
  /// ```
  /// P = softmax(Q·Kᵀ/√width)      Y = P·V        D = rows' sums of g ∘ Y
  /// ∂L/∂V = Pᵀ·g      ∂L/∂Q = S·K/√width      ∂L/∂K = Sᵀ·Q/√width      S = P ∘ (g·Vᵀ − D)
  /// ```
  ///
  /// Sequences of any lengths follow each other without padding. P is computed for a few rows at a time, and again in the backward
  /// pass from the logarithms of its divisors, so no more of it is ever in memory than a tile of 64 rows for each thread.
  ///
  /// Sources: Vaswani et al., *Attention Is All You Need*, arXiv:1706.03762, equation 1; Dao et al., *FlashAttention*,
  /// arXiv:2205.14135, for what is kept; Ainslie et al., *GQA*, arXiv:2305.13245.
  ///
  /// - Parameters:
  ///   - keys: K, `[rows, keyHeads·width]`.
  ///   - values: V, of the shape of K.
  ///   - layout: Sequences and heads.
  ///   - dropout: Which elements of P are dropped; nil for none.
  /// - Returns: Y, of the shape of Q: `[rows, heads·width]`, the heads side by side.
  /// - Precondition: The shapes fit the layout.
  public func attention(
    keys: Variable, values: Variable, _ layout: AttentionLayout, dropout: Dropout? = nil
  ) -> Variable {
    let dropout = dropout.flatMap { $0.probability > 0 ? $0 : nil }
    let width = (shape.last ?? 0) / layout.heads
    let rows = layout.lengths.reduce(0, +)
    precondition(
      shape == [rows, layout.heads * width] && keys.shape == [rows, layout.keyHeads * width]
        && values.shape == keys.shape && width > 0,
      "queries \(shape), keys \(keys.shape) and values \(values.shape) do not fit \(rows) rows of "
        + "\(layout.heads) and \(layout.keyHeads) heads")
    let attention = Attention(layout: layout, width: width, dropout: dropout)
    let (result, logarithms) = attention.values(value, keys.value, values.value)
    let (q, k, v) = (valueForPullback, keys.valueForPullback, values.valueForPullback)
    return .primitive(result, inputs: [self, keys, values]) { [result, logarithms] gradient in
      attention.gradients(gradient, q(), k(), v(), result: result, logarithms: logarithms)
    }
  }
}

/// The loops of attention.
private struct Attention {
  let layout: AttentionLayout
  let width: Int
  let dropout: Dropout?

  /// Rows of P that are in memory at a time.
  static let tile = 64

  private var longest: Int { layout.lengths.max() ?? 0 }
  private var starts: [Int] { layout.lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) } }
  private var queryStride: Int { layout.heads * width }
  private var keyStride: Int { layout.keyHeads * width }
  private var scale: Float { 1 / Float(width).squareRoot() }

  /// A few rows of P of one head.
  private struct Tile {
    /// The first row within its sequence.
    let first: Int
    let rows: Int
    /// The columns of P that are not all zero.
    let columns: Int
    let isCausal: Bool
    /// The number of its stream of random numbers.
    let stream: Int

    /// The columns of a row that are not zero.
    func columns(of row: Int) -> Int { isCausal ? first + row + 1 : columns }
  }

  private func tiles(ofSequence sequence: Int, head: Int) -> [Tile] {
    let length = layout.lengths[sequence]
    let perHead = (longest + Self.tile - 1) / Self.tile
    return stride(from: 0, to: length, by: Self.tile).map { first in
      let rows = min(Self.tile, length - first)
      return Tile(
        first: first, rows: rows, columns: layout.isCausal ? first + rows : length,
        isCausal: layout.isCausal,
        stream: (sequence * layout.heads + head) * perHead + first / Self.tile)
    }
  }

  /// Y, and for each head and row the logarithm of P's divisor.
  func values(_ q: Tensor, _ k: Tensor, _ v: Tensor) -> (Tensor, logarithms: Tensor) {
    let (rows, starts) = (q.shape[0], starts)
    var (result, logarithms) = (Tensor(uninitialized: q.shape), Tensor(uninitialized: [layout.heads, rows]))
    let (q, k, v) = (q.storage, k.storage, v.storage)
    let (y, kept) = (result.mutableStorage(), logarithms.mutableStorage())
    parallelFor(layout.lengths.count * layout.heads, scratch: Self.tile * longest) { task, p in
      let (sequence, head) = task.quotientAndRemainder(dividingBy: layout.heads)
      let keyHead = head * layout.keyHeads / layout.heads
      let keyStart = starts[sequence] * keyStride + keyHead * width
      for tile in tiles(ofSequence: sequence, head: head) {
        let place = (starts[sequence] + tile.first) * queryStride + head * width
        BLAS.multiply(
          rows: tile.rows, columns: tile.columns, inner: width, q.base + place, stride: queryStride,
          k.base + keyStart, .transposed, stride: keyStride, into: p, stride: tile.columns)
        for row in 0..<tile.rows {
          let (scores, count) = (p + row * tile.columns, tile.columns(of: row))
          let shift = vm_largest(scores, count) * scale
          let sum = vm_exponentials(scores, scale, shift, count)
          vm_scale(scores, 1 / sum, count)
          (scores + count).update(repeating: 0, count: tile.columns - count)
          kept.base[head * rows + starts[sequence] + tile.first + row] = shift + logf(sum)
        }
        dropout?.apply(to: p, count: tile.rows * tile.columns, stream: tile.stream)
        BLAS.multiply(
          rows: tile.rows, columns: width, inner: tile.columns, p, stride: tile.columns,
          v.base + keyStart, stride: keyStride, into: y.base + place, stride: queryStride)
      }
    }
    return (result, logarithms)
  }

  func gradients(
    _ gradient: Tensor, _ q: Tensor, _ k: Tensor, _ v: Tensor, result: Tensor, logarithms: Tensor
  ) -> [Tensor?] {
    let (rows, starts) = (q.shape[0], starts)
    var (dq, dk, dv) = (Tensor(uninitialized: q.shape), Tensor.zeros(k.shape), Tensor.zeros(v.shape))
    let (g, q, k, v, y) = (gradient.storage, q.storage, k.storage, v.storage, result.storage)
    let (queries, keys, values) = (dq.mutableStorage(), dk.mutableStorage(), dv.mutableStorage())
    let group = layout.heads / layout.keyHeads
    let size = Self.tile * longest
    // The heads that share a head of keys add to its gradient one after the other.
    parallelFor(
      layout.lengths.count * layout.keyHeads, scratch: (dropout == nil ? 2 : 3) * size
    ) { task, scratch in
      let (sequence, keyHead) = task.quotientAndRemainder(dividingBy: layout.keyHeads)
      let keyStart = starts[sequence] * keyStride + keyHead * width
      let (p, slopes, dropped) = (scratch, scratch + size, dropout == nil ? scratch : scratch + 2 * size)
      for head in (keyHead * group)..<((keyHead + 1) * group) {
        for tile in tiles(ofSequence: sequence, head: head) {
          let place = (starts[sequence] + tile.first) * queryStride + head * width
          BLAS.multiply(
            rows: tile.rows, columns: tile.columns, inner: width, q.base + place, stride: queryStride,
            k.base + keyStart, .transposed, stride: keyStride, into: p, stride: tile.columns)
          BLAS.multiply(
            rows: tile.rows, columns: tile.columns, inner: width, g.base + place, stride: queryStride,
            v.base + keyStart, .transposed, stride: keyStride, into: slopes, stride: tile.columns)
          for row in 0..<tile.rows {
            let (scores, count) = (p + row * tile.columns, tile.columns(of: row))
            let logarithm = logarithms.storage.base[head * rows + starts[sequence] + tile.first + row]
            _ = vm_exponentials(scores, scale, logarithm, count)
            (scores + count).update(repeating: 0, count: tile.columns - count)
          }
          let count = tile.rows * tile.columns
          if let dropout {
            dropped.update(from: p, count: count)
            dropout.apply(to: dropped, count: count, stream: tile.stream)
            dropout.apply(to: slopes, count: count, stream: tile.stream)
          }
          BLAS.multiply(
            rows: tile.columns, columns: width, inner: tile.rows, dropped, .transposed, stride: tile.columns,
            g.base + place, stride: queryStride, into: values.base + keyStart, stride: keyStride, beta: 1)
          for row in 0..<tile.rows {
            let output = place + row * queryStride
            vm_softmax_gradient(
              slopes + row * tile.columns, p + row * tile.columns,
              vm_dot(g.base + output, y.base + output, width), scale, tile.columns)
          }
          BLAS.multiply(
            rows: tile.rows, columns: width, inner: tile.columns, slopes, stride: tile.columns,
            k.base + keyStart, stride: keyStride, into: queries.base + place, stride: queryStride)
          BLAS.multiply(
            rows: tile.columns, columns: width, inner: tile.rows, slopes, .transposed, stride: tile.columns,
            q.base + place, stride: queryStride, into: keys.base + keyStart, stride: keyStride, beta: 1)
        }
      }
    }
    return [dq, dk, dv]
  }
}
