import CVectorMath
import Foundation
import TensorCore

extension FourierMatrices {
  /// The transform along the last axis of N points: products of lines with cosines and sines, each with half of the terms, as
  /// cosines are even and sines odd functions of n:
  ///
  /// ```
  /// Re yₖ =  Σₙ eₙ·cos(2πkn/N),   eₙ = xₙ + x_{N−n}     n = 0 … N/2
  /// Im yₖ = −Σₙ oₙ·sin(2πkn/N),   oₙ = xₙ − x_{N−n}     0 < n < N/2
  /// ```
  ///
  /// The inverse takes the adjoint steps in reverse order. Holds no references, so that threads which transform at the same time
  /// do not count them.
  struct LastAxis: @unchecked Sendable {
    // Safety: the tables belong to the transform that the axis is part of, and are not changed.
    /// From a line's real parts to its imaginary ones: its modes, rounded up to whole vectors. A line has twice as many floats.
    let imaginaryOffset: Int
    /// Floats of the lines that are folded at a time.
    let foldedCount: Int

    /// So many lines are folded at a time that they stay in the nearest cache: a multiple of the rows of the products' tiles.
    static let linesTogether = 30

    private let extent: Int
    private let modes: Int
    private let evenCount: Int
    private let oddCount: Int
    /// Room for the sums and the differences of a line: whole vectors.
    private let evenRoom: Int
    private let oddRoom: Int
    private let waves: Waves
    /// Each mode times its multiplicity over the number of points.
    private let weightedWaves: Waves

    /// cos(2πkn/N) and −sin(2πkn/N), with k or n in the columns: a product is faster where it need not transpose. Beyond the
    /// last column there are zeros to the end of a vector.
    private struct Waves {
      let cosineColumns: UnsafePointer<Float>
      let sineColumns: UnsafePointer<Float>
      let cosineRows: UnsafePointer<Float>
      let sineRows: UnsafePointer<Float>
    }

    init(_ kept: KeptModes, tables: Tables) {
      (extent, modes) = (kept.lastExtent, kept.last)
      (evenCount, oddCount) = (extent / 2 + 1, (extent - 1) / 2)
      imaginaryOffset = FourierMatrices.wholeVectors(modes)
      (evenRoom, oddRoom) = (FourierMatrices.wholeVectors(evenCount), FourierMatrices.wholeVectors(oddCount))
      foldedCount = Self.linesTogether * (evenRoom + oddRoom)
      let (extent, modes) = (extent, modes)
      let (even, odd) = (0..<evenCount, 1..<(oddCount + 1))
      let cosines = FourierMatrices.waves(0..<modes, of: even, extent: extent, cos)
      let sines = FourierMatrices.waves(0..<modes, of: odd, extent: extent) { -sin($0) }
      func waves(times weight: (_ mode: Int) -> Float) -> Waves {
        func weighted(_ lines: [[Float]]) -> [[Float]] {
          lines.enumerated().map { mode, line in line.map { weight(mode) * $0 } }
        }
        func columns(_ lines: [[Float]]) -> [[Float]] {
          (lines.first ?? []).indices.map { point in lines.map { $0[point] } }
        }
        let (cosines, sines) = (weighted(cosines), weighted(sines))
        return Waves(
          cosineColumns: tables.add(rows: columns(cosines)), sineColumns: tables.add(rows: columns(sines)),
          cosineRows: tables.add(rows: cosines), sineRows: tables.add(rows: sines))
      }
      self.waves = waves { _ in 1 }
      weightedWaves = waves { kept.multiplicity($0) / Float(kept.points) }
    }

    /// The modes of lines of N points, one after the other.
    func transform(
      _ input: UnsafePointer<Float>, lines: Int, into output: UnsafeMutablePointer<Float>, weighted: Bool,
      folded even: UnsafeMutablePointer<Float>
    ) {
      let table = weighted ? weightedWaves : waves
      let (odd, stride, lineCount) = (even + evenRoom, evenRoom + oddRoom, 2 * imaginaryOffset)
      for first in Swift.stride(from: 0, to: lines, by: Self.linesTogether) {
        let count = min(Self.linesTogether, lines - first)
        vm_fold_lines(input + first * extent, count, extent, stride, even, odd)
        let target = output + first * lineCount
        BLAS.multiply(
          rows: count, columns: imaginaryOffset, inner: evenCount, even, stride: stride, table.cosineColumns,
          stride: imaginaryOffset, into: target, stride: lineCount)
        if oddCount > 0 {
          BLAS.multiply(
            rows: count, columns: imaginaryOffset, inner: oddCount, odd, stride: stride, table.sineColumns,
            stride: imaginaryOffset, into: target + imaginaryOffset, stride: lineCount)
        } else {
          for line in 0..<count {
            (target + line * lineCount + imaginaryOffset).update(repeating: 0, count: modes)
          }
        }
      }
    }

    /// The adjoint of ``transform(_:lines:into:weighted:folded:)``, stored in the lines or added to them. The modes of the lines stand
    /// `stride` floats apart, and the imaginary parts `imaginary` floats behind the real ones.
    func inverse(
      _ input: UnsafePointer<Float>, stride inputStride: Int, imaginary: Int, lines: Int,
      into output: UnsafeMutablePointer<Float>, adds: Bool, weighted: Bool,
      folded even: UnsafeMutablePointer<Float>
    ) {
      let table = weighted ? weightedWaves : waves
      let (odd, stride) = (even + evenRoom, evenRoom + oddRoom)
      for first in Swift.stride(from: 0, to: lines, by: Self.linesTogether) {
        let count = min(Self.linesTogether, lines - first)
        let source = input + first * inputStride
        BLAS.multiply(
          rows: count, columns: evenRoom, inner: modes, source, stride: inputStride, table.cosineRows,
          stride: evenRoom, into: even, stride: stride)
        if oddCount > 0 {
          BLAS.multiply(
            rows: count, columns: oddRoom, inner: modes, source + imaginary, stride: inputStride,
            table.sineRows, stride: oddRoom, into: odd, stride: stride)
        }
        vm_unfold_lines(even, odd, stride, count, extent, output + first * extent, adds ? 1 : 0)
      }
    }
  }
}
