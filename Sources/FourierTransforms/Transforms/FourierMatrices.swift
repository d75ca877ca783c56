import Foundation
import TensorCore

/// The truncated transform as products with matrices of cosines and sines: for few modes cheaper than the FFT.
///
/// Along the last axis a row of N points is multiplied by the 2m lines cos(2πkn/N) and −sin(2πkn/N), k < m, which gives
/// its m modes, real parts first. Along a leading axis the modes ±k share the products with cos(2πkn/N) and sin(2πkn/N):
///
/// ```
/// Σₙ zₙ·e^(∓2πikn/N) = Cₖ ∓ i·Sₖ,   Cₖ = Σₙ zₙ·cos(2πkn/N),   Sₖ = Σₙ zₙ·sin(2πkn/N)
/// ```
///
/// The inverse multiplies by the transposed matrices in reverse order.
struct FourierMatrices: TransformMethod {
  private let points: Int
  private let count: Int
  private let rowLength: Int
  private let modes: Int
  /// Lines of cosines, then of negative sines.
  private let waves: Table
  /// The same, each mode times its multiplicity over the number of points.
  private let weightedWaves: Table
  /// Leading axes, the last one first.
  private let stages: [Stage]
  private let bufferCount: Int

  let scratchCount: Int

  init(_ kept: KeptModes) {
    (points, count, rowLength, modes) = (kept.points, kept.count, kept.lastExtent, kept.last)
    let extent = kept.lastExtent
    let lines =
      Self.waves(0..<kept.last, extent: extent, cos) + Self.waves(0..<kept.last, extent: extent) { -sin($0) }
    let weightedLines = lines.enumerated().map { index, line in
      let weight = kept.multiplicity(index % kept.last) / Float(kept.points)
      return line.map { weight * $0 }
    }
    waves = Table(lines)
    weightedWaves = Table(weightedLines)
    stages = kept.leading.indices.reversed().map { Stage(kept, axis: $0) }
    // Rounded up so that every buffer is aligned.
    let largest = stages.map { max($0.inputCount, $0.outputCount) }.max() ?? 0
    bufferCount = (largest + 15) / 16 * 16
    let products = stages.map(\.productCount).max() ?? 0
    scratchCount = 2 * bufferCount + (products + 15) / 16 * 16
  }

  /// Lines of a function of 2πkn/N for each k; the angle is reduced first, so that a large k loses nothing.
  fileprivate static func waves(
    _ frequencies: Range<Int>, extent: Int, _ function: (Double) -> Double
  ) -> [[Float]] {
    frequencies.map { k in
      (0..<extent).map { Float(function(2 * .pi * Double(k * $0 % extent) / Double(extent))) }
    }
  }

  func apply(
    _ direction: TruncatedTransform.Direction, fields: UnsafePointer<Float>, lines: Int,
    spectra: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let table = (direction == .transform ? waves : weightedWaves).columns.storage.base
    let rows = points / rowLength
    guard !stages.isEmpty else {
      return BLAS.multiply(
        rows: lines, columns: 2 * modes, inner: rowLength, fields, stride: rowLength, table,
        stride: 2 * modes, into: spectra, stride: 2 * modes)
    }
    var (current, other) = (scratch, scratch + bufferCount)
    let products = scratch + 2 * bufferCount
    for line in 0..<lines {
      BLAS.multiply(
        rows: rows, columns: 2 * modes, inner: rowLength, fields + line * points, stride: rowLength, table,
        stride: 2 * modes, into: current, stride: 2 * modes)
      for (index, stage) in stages.enumerated() {
        let target = index == stages.count - 1 ? spectra + line * 2 * count : other
        stage.transform(current, into: target, products: products)
        swap(&current, &other)
      }
    }
  }

  func apply(
    _ direction: TruncatedTransform.Direction, spectra: UnsafePointer<Float>, lines: Int,
    addingTo fields: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let table = (direction == .inverse ? weightedWaves : waves).rows.storage.base
    guard !stages.isEmpty else {
      return BLAS.multiply(
        rows: lines, columns: rowLength, inner: 2 * modes, spectra, stride: 2 * modes, table,
        stride: rowLength, into: fields, stride: rowLength, beta: 1)
    }
    var (current, other) = (scratch, scratch + bufferCount)
    let products = scratch + 2 * bufferCount
    for line in 0..<lines {
      for (index, stage) in stages.reversed().enumerated() {
        let source = index == 0 ? spectra + line * 2 * count : UnsafePointer(other)
        stage.inverse(source, into: current, products: products)
        swap(&current, &other)
      }
      BLAS.multiply(
        rows: points / rowLength, columns: rowLength, inner: 2 * modes, other, stride: 2 * modes, table,
        stride: rowLength, into: fields + line * points, stride: rowLength, beta: 1)
    }
  }
}

extension FourierMatrices {
  /// Waves as the rows of a matrix, and as its columns: OpenBLAS is faster where it need not transpose.
  private struct Table: Sendable {
    /// `[waves, points]`
    let rows: Tensor
    /// `[points, waves]`
    let columns: Tensor

    init(_ waves: [[Float]]) {
      let points = waves[0].indices
      rows = Tensor(waves.flatMap { $0 }, shape: [waves.count, points.count])
      columns = Tensor(
        points.flatMap { point in waves.map { $0[point] } }, shape: [points.count, waves.count])
    }
  }

  /// The complex transform along one leading axis, where the later axes hold kept modes already.
  ///
  /// The input is `[outer, extent, inner, 2, modes]`, the output has the kept indices in the place of the extent, or is
  /// the spectrum if it is the first axis's.
  private struct Stage: Sendable {
    let inputCount: Int
    let outputCount: Int
    let productCount: Int
    private let outer: Int
    private let extent: Int
    private let inner: Int
    private let modes: Int
    /// `[2·highest + 1, extent]`: lines of cosines for k = 0 … highest, then of sines for k = 1 … highest.
    private let table: Tensor
    private let highest: Int
    /// Kept indices as frequencies between −extent/2 and extent/2.
    private let frequencies: [Int]
    /// Where the output holds each kept index and inner place: the real parts; the imaginary ones follow.
    private let places: [Int]
    private let imaginaryOffset: Int

    init(_ kept: KeptModes, axis: Int) {
      extent = kept.shape[axis]
      modes = kept.last
      outer = kept.shape[..<axis].reduce(1, *)
      let later = kept.leading.indices.dropFirst(axis + 1)
      inner = later.reduce(1) { $0 * kept.indices(along: $1).count }
      let (indices, extent) = (kept.indices(along: axis), kept.shape[axis])
      frequencies = indices.map { 2 * $0 < extent ? $0 : $0 - extent }
      // At least 1, so that there is a line of sines for frequency 0 to be multiplied by 0.
      highest = frequencies.reduce(1) { max($0, abs($1)) }
      let lines =
        FourierMatrices.waves(0..<(highest + 1), extent: extent, cos)
        + FourierMatrices.waves(1..<(highest + 1), extent: extent, sin)
      table = Tensor(lines.flatMap { $0 }, shape: [2 * highest + 1, extent])
      if axis == 0 {
        let order = Dictionary(uniqueKeysWithValues: kept.runs.enumerated().map { ($1, $0) })
        let runs = later.reduce(indices.map { [$0] }) { runs, axis in
          runs.flatMap { run in kept.indices(along: axis).map { run + [$0] } }
        }
        let modes = kept.last
        places = runs.compactMap { order[$0] }.map { $0 * modes }
        imaginaryOffset = kept.count
      } else {
        let modes = kept.last
        places = (0..<(indices.count * inner)).map { $0 * 2 * modes }
        imaginaryOffset = modes
      }
      inputCount = outer * extent * inner * 2 * modes
      outputCount = outer * indices.count * inner * 2 * modes
      productCount = (2 * highest + 1) * inner * 2 * modes
    }

    /// Calls `body` for each kept index and inner place with its products by cosines and by sines, each real parts and then
    /// imaginary ones, the frequency's sign, and where the spectrum has it.
    @inline(__always)
    private func eachKept(
      of products: UnsafeMutablePointer<Float>,
      _ body: (
        _ cosine: UnsafeMutablePointer<Float>, _ sine: UnsafeMutablePointer<Float>, _ sign: Float,
        _ place: Int
      ) -> Void
    ) {
      let row = inner * 2 * modes
      for (index, frequency) in frequencies.enumerated() {
        let cosine = products + abs(frequency) * row
        let sine = products + (highest + max(abs(frequency), 1)) * row
        let sign = Float(frequency.signum())
        for place in 0..<inner {
          body(cosine + place * 2 * modes, sine + place * 2 * modes, sign, places[index * inner + place])
        }
      }
    }

    func transform(
      _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
      products: UnsafeMutablePointer<Float>
    ) {
      let row = inner * 2 * modes
      for line in 0..<outer {
        BLAS.multiply(
          rows: 2 * highest + 1, columns: row, inner: extent, table.storage.base, stride: extent,
          input + line * extent * row, stride: row, into: products, stride: row)
        eachKept(of: products) { c, s, sign, place in
          let real = output + line * frequencies.count * row + place
          let imaginary = real + imaginaryOffset
          for mode in 0..<modes {
            real[mode] = c[mode] + sign * s[modes + mode]
            imaginary[mode] = c[modes + mode] - sign * s[mode]
          }
        }
      }
    }

    func inverse(
      _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
      products: UnsafeMutablePointer<Float>
    ) {
      let row = inner * 2 * modes
      for line in 0..<outer {
        products.update(repeating: 0, count: productCount)
        eachKept(of: products) { c, s, sign, place in
          let real = input + line * frequencies.count * row + place
          let imaginary = real + imaginaryOffset
          for mode in 0..<modes {
            c[mode] += real[mode]
            c[modes + mode] += imaginary[mode]
            s[mode] -= sign * imaginary[mode]
            s[modes + mode] += sign * real[mode]
          }
        }
        BLAS.multiply(
          rows: extent, columns: row, inner: 2 * highest + 1, table.storage.base, .transposed, stride: extent,
          products, stride: row, into: output + line * extent * row, stride: row)
      }
    }
  }
}
