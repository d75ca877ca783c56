import CVectorMath
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
/// Then each row of N points along the last axis becomes its m modes, real parts first (see ``LastAxis``). Last, the modes ±k of a
/// leading axis are made of its two lines:
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
  /// Rows along the last axis that are transformed at a time: those that the leading axes leave of a field, or fields of one axis.
  private let rows: Int
  private let leadingAxes: [LeadingAxis]
  private let lastAxis: LastAxis
  /// What the axes look up.
  private let tables: Tables
  /// Room for a folded block, and for what stands between two steps.
  private let foldedCount: Int
  private let bufferCount: Int

  let scratchCount: Int

  init(_ kept: KeptModes) {
    (points, count, rowLength, modes) = (kept.points, kept.count, kept.lastExtent, kept.last)
    let tables = Tables()
    self.tables = tables
    let lastAxis = LastAxis(kept, tables: tables)
    self.lastAxis = lastAxis
    leadingAxes = kept.leading.indices.map { LeadingAxis(kept, axis: $0, last: lastAxis, tables: tables) }
    rows = leadingAxes.isEmpty ? LastAxis.linesTogether : leadingAxes.reduce(1) { $0 * $1.lines }
    // Rounded up so that every buffer is aligned.
    foldedCount = Self.wholeVectors(max(lastAxis.foldedCount, leadingAxes.map(\.foldedCount).max() ?? 0))
    let buffers =
      leadingAxes.flatMap { [$0.productCount, $0.spectrumCount] } + [rows * 2 * lastAxis.imaginaryOffset]
    bufferCount = Self.wholeVectors(buffers.max() ?? 0)
    scratchCount = foldedCount + (leadingAxes.isEmpty ? 1 : 2) * bufferCount
  }

  /// So many floats, rounded up to whole vectors of sixteen.
  static func wholeVectors(_ count: Int) -> Int { (count + 15) / 16 * 16 }

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
    let isWeighted = direction == .adjointOfInverse
    guard !leadingAxes.isEmpty else {
      return transformLines(fields, lines: lines, into: spectra, weighted: isWeighted, scratch: scratch)
    }
    var (current, other) = (scratch + foldedCount, scratch + foldedCount + bufferCount)
    for line in 0..<lines {
      for index in leadingAxes.indices {
        leadingAxes[index].transform(
          index == 0 ? fields + line * points : UnsafePointer(other), into: current, folded: scratch)
        swap(&current, &other)
      }
      lastAxis.transform(other, lines: rows, into: current, weighted: isWeighted, folded: scratch)
      for index in leadingAxes.indices.reversed() {
        leadingAxes[index].join(current, into: index == 0 ? spectra + line * 2 * count : other)
        swap(&current, &other)
      }
    }
  }

  /// The spectra of fields of one axis, whose modes stand without gaps.
  private func transformLines(
    _ fields: UnsafePointer<Float>, lines: Int, into spectra: UnsafeMutablePointer<Float>, weighted: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let buffer = scratch + foldedCount
    for first in stride(from: 0, to: lines, by: rows) {
      let together = min(rows, lines - first)
      lastAxis.transform(
        fields + first * rowLength, lines: together, into: buffer, weighted: weighted, folded: scratch)
      vm_copy_lines(
        spectra + 2 * first * modes, modes, buffer, lastAxis.imaginaryOffset, 2 * together, modes)
    }
  }

  func apply(
    _ direction: TruncatedTransform.Direction, spectra: UnsafePointer<Float>, lines: Int,
    addingTo fields: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let isWeighted = direction == .inverse
    guard !leadingAxes.isEmpty else {
      return lastAxis.inverse(
        spectra, stride: 2 * modes, imaginary: modes, lines: lines, into: fields, adds: true,
        weighted: isWeighted, folded: scratch)
    }
    var (current, other) = (scratch + foldedCount, scratch + foldedCount + bufferCount)
    for line in 0..<lines {
      for index in leadingAxes.indices {
        leadingAxes[index].split(
          index == 0 ? spectra + line * 2 * count : UnsafePointer(other), into: current)
        swap(&current, &other)
      }
      let offset = lastAxis.imaginaryOffset
      lastAxis.inverse(
        other, stride: 2 * offset, imaginary: offset, lines: rows, into: current, adds: false,
        weighted: isWeighted, folded: scratch)
      for index in leadingAxes.indices.reversed() {
        let target = index == 0 ? fields + line * points : other
        leadingAxes[index].inverse(current, into: target, adds: index == 0, folded: scratch)
        swap(&current, &other)
      }
    }
  }
}
