import Foundation
import TensorCore

/// The truncated transform as products with matrices of cosines and sines: for few modes cheaper than the FFT.
///
/// Leading axes come first, while the field is real and its rows are long. Of N points, n and N − n are added and
/// subtracted before, so each product has half as many terms (see ``LeadingAxis``):
///
/// ```
/// Cₖ = Σₙ xₙ·cos(2πkn/N),   Sₖ = Σₙ xₙ·sin(2πkn/N),   0 ≤ k ≤ highest kept frequency
/// ```
///
/// Then each row of N points along the last axis is multiplied by the 2m lines cos(2πkn/N) and −sin(2πkn/N), k < m, which
/// gives its m modes, real parts first. Last, the modes ±k of a leading axis are made of its two lines:
///
/// ```
/// Σₙ xₙ·e^(∓2πikn/N) = Cₖ ∓ i·Sₖ
/// ```
///
/// The inverse takes the adjoint steps in reverse order.
struct FourierMatrices: TransformMethod {
  private let points: Int
  private let count: Int
  private let rowLength: Int
  private let modes: Int
  /// Rows along the last axis after the leading ones have been transformed.
  private let rows: Int
  /// Lines of cosines, then of negative sines.
  private let waves: Table
  /// The same, each mode times its multiplicity over the number of points.
  private let weightedWaves: Table
  private let leadingAxes: [LeadingAxis]
  /// What the axes look up.
  private let tables: Tables
  /// Room for a folded block, and for what stands between two steps.
  private let foldedCount: Int
  private let bufferCount: Int

  let scratchCount: Int

  init(_ kept: KeptModes) {
    (points, count, rowLength, modes) = (kept.points, kept.count, kept.lastExtent, kept.last)
    let extent = kept.lastExtent
    let lines =
      Self.waves(0..<kept.last, of: 0..<extent, extent: extent, cos)
      + Self.waves(0..<kept.last, of: 0..<extent, extent: extent) { -sin($0) }
    let weightedLines = lines.enumerated().map { index, line in
      let weight = kept.multiplicity(index % kept.last) / Float(kept.points)
      return line.map { weight * $0 }
    }
    waves = Table(lines)
    weightedWaves = Table(weightedLines)
    let tables = Tables()
    self.tables = tables
    leadingAxes = kept.leading.indices.map { LeadingAxis(kept, axis: $0, tables: tables) }
    rows = leadingAxes.reduce(1) { $0 * $1.lines }
    // Rounded up so that every buffer is aligned.
    func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }
    foldedCount = aligned(leadingAxes.map(\.foldedCount).max() ?? 0)
    let buffers = leadingAxes.flatMap { [$0.productCount, $0.spectrumCount] } + [rows * 2 * modes]
    bufferCount = leadingAxes.isEmpty ? 0 : aligned(buffers.max() ?? 0)
    scratchCount = foldedCount + 2 * bufferCount
  }

  /// Lines of a function of 2πkn/N for each k, over some n; the angle is reduced first, so that a large k loses nothing.
  static func waves(
    _ frequencies: Range<Int>, of points: Range<Int>, extent: Int, _ function: (Double) -> Double
  ) -> [[Float]] {
    frequencies.map { k in
      points.map { Float(function(2 * .pi * Double(k * $0 % extent) / Double(extent))) }
    }
  }

  func apply(
    _ direction: TruncatedTransform.Direction, fields: UnsafePointer<Float>, lines: Int,
    spectra: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let table = (direction == .transform ? waves : weightedWaves).columns.storage.base
    guard !leadingAxes.isEmpty else {
      return BLAS.multiply(
        rows: lines, columns: 2 * modes, inner: rowLength, fields, stride: rowLength, table,
        stride: 2 * modes, into: spectra, stride: 2 * modes)
    }
    var (current, other) = (scratch + foldedCount, scratch + foldedCount + bufferCount)
    for line in 0..<lines {
      for index in leadingAxes.indices {
        leadingAxes[index].transform(
          index == 0 ? fields + line * points : UnsafePointer(other), into: current, folded: scratch)
        swap(&current, &other)
      }
      BLAS.multiply(
        rows: rows, columns: 2 * modes, inner: rowLength, other, stride: rowLength, table, stride: 2 * modes,
        into: current, stride: 2 * modes)
      for index in leadingAxes.indices.reversed() {
        leadingAxes[index].join(current, into: index == 0 ? spectra + line * 2 * count : other)
        swap(&current, &other)
      }
    }
  }

  func apply(
    _ direction: TruncatedTransform.Direction, spectra: UnsafePointer<Float>, lines: Int,
    addingTo fields: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let table = (direction == .inverse ? weightedWaves : waves).rows.storage.base
    guard !leadingAxes.isEmpty else {
      return BLAS.multiply(
        rows: lines, columns: rowLength, inner: 2 * modes, spectra, stride: 2 * modes, table,
        stride: rowLength, into: fields, stride: rowLength, beta: 1)
    }
    var (current, other) = (scratch + foldedCount, scratch + foldedCount + bufferCount)
    for line in 0..<lines {
      for index in leadingAxes.indices {
        leadingAxes[index].split(
          index == 0 ? spectra + line * 2 * count : UnsafePointer(other), into: current)
        swap(&current, &other)
      }
      BLAS.multiply(
        rows: rows, columns: rowLength, inner: 2 * modes, other, stride: 2 * modes, table, stride: rowLength,
        into: current, stride: rowLength)
      for index in leadingAxes.indices.reversed() {
        let target = index == 0 ? fields + line * points : other
        leadingAxes[index].inverse(current, into: target, adds: index == 0, folded: scratch)
        swap(&current, &other)
      }
    }
  }
}

extension FourierMatrices {
  /// Waves as the rows of a matrix, and as its columns: a product is faster where it need not transpose.
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
}
