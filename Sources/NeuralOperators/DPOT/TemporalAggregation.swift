package import Autodiff
import CVectorMath
import Foundation
import TensorCore

/// The sum over frames of their embeddings, each by its own matrix.
///
/// ```
/// z[b] = Σ_t W_tᵀ·((A·h[b, t] + c + p) ⊙ cos(γ·τ_t))        τ from 0 to 1
/// ```
///
/// | Symbol | Shape | Meaning |
/// |---|---|---|
/// | `h` | `[samples, frames · hidden, points…]` | the patches of each frame, after their first layer |
/// | `A`, `c` | `[width, hidden, 1…]`, `[width]` | the second layer of the patches' embedding |
/// | `p` | `[1, width, points…]` | the embedding of the positions |
/// | `W` | `[frames, width, width]` | a matrix for each frame (`time_agg_layer.w`) |
/// | `γ` | `[1, width]` | frequencies (`time_agg_layer.gamma`) |
/// | `z` | `[samples, width, points…]` | the aggregated field |
///
/// The embeddings of width E are never made: with the rows of (A | c + p) scaled by the cosines, W_tᵀ·(A | c + p) is a matrix for the
/// few hidden channels and a field for all samples, and takes T·E²·(hidden + points) products instead of
/// T·E²·samples·points.
///
/// Source: Hao et al., arXiv:2403.03542, section 3.2.
package func aggregated(
  _ h: Variable, embedding: (weight: Variable, bias: Variable), position: Variable, weight: Variable,
  frequency: Variable
) -> Variable {
  let aggregation = Aggregation(
    h.value, embedding: (embedding.weight.value, embedding.bias.value), position: position.value,
    weight: weight.value, frequency: frequency.value)
  let result = aggregation.result(of: h.value, shape: [h.shape[0]] + position.shape[1...])
  let inputs = [h, embedding.weight, embedding.bias, position, weight, frequency]
  let needsInput = h.needsGradient
  let value: (() -> Tensor)? = inputs[1...].contains(where: \.needsGradient) ? h.valueForPullback : nil
  let shapes = inputs.map(\.shape)
  return .primitive(result, inputs: inputs) { gradient in
    let own = needsInput ? aggregation.inputGradient(from: gradient) : nil
    let weights: [Tensor?] =
      value.map { aggregation.weightGradients(of: $0(), from: gradient) }
      ?? Array(repeating: nil, count: shapes.count - 1)
    return zip([own] + weights, shapes).map { $0?.reshaped($1) }
  }
}

/// The matrices of an aggregation and its products.
private struct Aggregation: Sendable {
  private let samples: Int
  private let frames: Int
  private let hidden: Int
  private let width: Int
  private let points: Int
  /// W, `[frames, width, width]`.
  private let weight: Tensor
  /// γ·τ_t, `[frames][width]`.
  private let angles: [[Double]]
  /// (A | c + p), `[width, hidden + points]`.
  private let embedding: Tensor
  /// The same for each frame, times the cosines, `[frames, width, hidden + points]`.
  private let scaled: Tensor
  /// Each frame's Wᵀ·A, side by side, `[width, frames · hidden]`.
  private let matrix: Tensor
  /// The sum of Wᵀ·(c + p), `[width, points]`.
  private let field: Tensor

  /// Rows of a product that one task computes.
  private static let rowsPerTask = 128

  private var columns: Int { hidden + points }

  init(
    _ h: Tensor, embedding: (weight: Tensor, bias: Tensor), position: Tensor, weight: Tensor,
    frequency: Tensor
  ) {
    samples = h.shape[0]
    frames = weight.shape[0]
    width = weight.shape[1]
    hidden = embedding.weight.shape[1]
    points = h.shape[2...].reduce(1, *)
    precondition(
      weight.shape == [frames, width, width] && h.shape[1] == frames * hidden
        && embedding.weight.count == width * hidden && embedding.bias.shape == [width]
        && position.count == width * points && frequency.count == width,
      "an aggregation by \(weight.shape) does not fit patches of shape \(h.shape) and positions \(position.shape)"
    )
    self.weight = weight
    let last = Double(max(frames - 1, 1))
    let frequencies = frequency.elements.map(Double.init)
    angles = (0..<frames).map { frame in frequencies.map { $0 * Double(frame) / last } }
    let (width, hidden, points, frames) = (width, hidden, points, frames)
    let columns = hidden + points
    let angles = angles

    var joined = Tensor(uninitialized: [width, columns])
    let (q, a, c, p) = (
      joined.mutableStorage(), embedding.weight.storage, embedding.bias.storage, position.storage
    )
    for row in 0..<width {
      let target = q.base + row * columns
      target.update(from: a.base + row * hidden, count: hidden)
      (target + hidden).update(from: p.base + row * points, count: points)
      vm_add_constant(target + hidden, c.base[row], points)
    }
    self.embedding = joined
    var scaled = Tensor(uninitialized: [frames, width, columns])
    let d = scaled.mutableStorage()
    parallelFor(frames) { frame in
      for row in 0..<width {
        let target = d.base + (frame * width + row) * columns
        target.update(from: q.base + row * columns, count: columns)
        vm_scale(target, Float(cos(angles[frame][row])), columns)
      }
    }
    self.scaled = scaled

    var products = Tensor(uninitialized: [frames, width, columns])
    let (m, w) = (products.mutableStorage(), weight.storage)
    let chunks = (width + Self.rowsPerTask - 1) / Self.rowsPerTask
    parallelFor(frames * chunks) { task in
      let (frame, chunk) = task.quotientAndRemainder(dividingBy: chunks)
      let rows = Self.rows(chunk, of: width)
      BLAS.multiply(
        rows: rows.count, columns: columns, inner: width, w.base + frame * width * width + rows.lowerBound,
        .transposed, stride: width, d.base + frame * width * columns, stride: columns,
        into: m.base + (frame * width + rows.lowerBound) * columns, stride: columns)
    }
    var (matrix, field) = (Tensor(uninitialized: [width, frames * hidden]), Tensor.zeros([width, points]))
    let (n, s) = (matrix.mutableStorage(), field.mutableStorage())
    for row in 0..<width {
      for frame in 0..<frames {
        let source = m.base + (frame * width + row) * columns
        (n.base + (row * frames + frame) * hidden).update(from: source, count: hidden)
        vm_add_scaled(s.base + row * points, source + hidden, 1, points)
      }
    }
    self.matrix = matrix
    self.field = field
  }

  private static func rows(_ chunk: Int, of count: Int) -> Range<Int> {
    (chunk * rowsPerTask)..<min((chunk + 1) * rowsPerTask, count)
  }

  private static func chunks(of count: Int) -> Int { (count + rowsPerTask - 1) / rowsPerTask }

  func result(of h: Tensor, shape: [Int]) -> Tensor {
    var result = Tensor(uninitialized: shape)
    let inner = frames * hidden
    let (z, x, n, s) = (result.mutableStorage(), h.storage, matrix.storage, field.storage)
    let chunks = Self.chunks(of: width)
    parallelFor(samples * chunks) { task in
      let (sample, chunk) = task.quotientAndRemainder(dividingBy: chunks)
      let rows = Self.rows(chunk, of: width)
      let target = z.base + (sample * width + rows.lowerBound) * points
      target.update(from: s.base + rows.lowerBound * points, count: rows.count * points)
      BLAS.multiply(
        rows: rows.count, columns: points, inner: inner, n.base + rows.lowerBound * inner, stride: inner,
        x.base + sample * inner * points, stride: points, into: target, stride: points, beta: 1)
    }
    return result
  }

  /// ∂L/∂A, ∂L/∂c, ∂L/∂p, ∂L/∂W and ∂L/∂γ.
  func weightGradients(of h: Tensor, from gradient: Tensor) -> [Tensor?] {
    let inner = frames * hidden
    let (g, x) = (gradient.storage, h.storage)
    // Of Wᵀ·A, and of the field.
    var (matrixGradient, fieldGradient) = (
      Tensor(uninitialized: [width, inner]), Tensor.zeros([width, points])
    )
    let (dn, ds) = (matrixGradient.mutableStorage(), fieldGradient.mutableStorage())
    parallelFor(Self.chunks(of: width)) { chunk in
      let rows = Self.rows(chunk, of: width)
      for sample in 0..<samples {
        let source = g.base + (sample * width + rows.lowerBound) * points
        BLAS.multiply(
          rows: rows.count, columns: inner, inner: points, source, stride: points,
          x.base + sample * inner * points, .transposed, stride: points,
          into: dn.base + rows.lowerBound * inner, stride: inner, beta: sample == 0 ? 0 : 1)
        vm_add_scaled(ds.base + rows.lowerBound * points, source, 1, rows.count * points)
      }
    }
    return weightGradients(dn, ds)
  }

  /// ∂L/∂h.
  func inputGradient(from gradient: Tensor) -> Tensor {
    let inner = frames * hidden
    var result = Tensor(uninitialized: [samples, inner, points])
    let (dx, g, n) = (result.mutableStorage(), gradient.storage, matrix.storage)
    let chunks = Self.chunks(of: inner)
    parallelFor(samples * chunks) { task in
      let (sample, chunk) = task.quotientAndRemainder(dividingBy: chunks)
      let rows = Self.rows(chunk, of: inner)
      BLAS.multiply(
        rows: rows.count, columns: points, inner: width, n.base + rows.lowerBound, .transposed, stride: inner,
        g.base + sample * width * points, stride: points,
        into: dx.base + (sample * inner + rows.lowerBound) * points, stride: points)
    }
    return result
  }

  private func weightGradients(_ dn: TensorStorage, _ ds: TensorStorage) -> [Tensor?] {
    let (columns, inner) = (columns, frames * hidden)
    var weightGradient = Tensor(uninitialized: weight.shape)
    // Of the scaled embeddings; later of the embeddings, by frame.
    var partials = Tensor(uninitialized: scaled.shape)
    var angleGradients = Tensor(uninitialized: [frames, width])
    let (dw, dd, da) = (
      weightGradient.mutableStorage(), partials.mutableStorage(), angleGradients.mutableStorage()
    )
    let (w, d, q) = (weight.storage, scaled.storage, embedding.storage)
    let chunks = Self.chunks(of: width)
    parallelFor(frames * chunks) { task in
      let (frame, chunk) = task.quotientAndRemainder(dividingBy: chunks)
      let rows = Self.rows(chunk, of: width)
      let first = frame * width + rows.lowerBound
      let (own, source) = (w.base + first * width, d.base + first * columns)
      let (target, change) = (dw.base + first * width, dd.base + first * columns)
      BLAS.multiply(
        rows: rows.count, columns: width, inner: hidden, source, stride: columns, dn.base + frame * hidden,
        .transposed, stride: inner, into: target, stride: width)
      BLAS.multiply(
        rows: rows.count, columns: width, inner: points, source + hidden, stride: columns, ds.base,
        .transposed,
        stride: points, into: target, stride: width, beta: 1)
      BLAS.multiply(
        rows: rows.count, columns: hidden, inner: width, own, stride: width, dn.base + frame * hidden,
        stride: inner, into: change, stride: columns)
      BLAS.multiply(
        rows: rows.count, columns: points, inner: width, own, stride: width, ds.base, stride: points,
        into: change + hidden, stride: columns)
      for row in rows {
        let (change, plain) = (dd.base + (frame * width + row) * columns, q.base + row * columns)
        var sum = 0.0
        for column in 0..<columns { sum += Double(change[column] * plain[column]) }
        let angle = angles[frame][row]
        da.base[frame * width + row] = Float(-sin(angle) * sum)
        vm_scale(change, Float(cos(angle)), columns)
      }
    }
    let total = partials.summedOverFirstAxis(shape: [width, columns])
    let position = total.sliced(axis: 1, hidden..<columns)
    let last = Double(max(frames - 1, 1))
    let frequency = (0..<width).map { row in
      (0..<frames).reduce(0.0) { $0 + Double(da.base[$1 * width + row]) * Double($1) / last }
    }
    return [
      total.sliced(axis: 1, 0..<hidden),
      position.reshaped([1, width, points]).summedOverSamplesAndPoints(), position, weightGradient,
      Tensor(frequency.map(Float.init), shape: [width]),
    ]
  }
}
