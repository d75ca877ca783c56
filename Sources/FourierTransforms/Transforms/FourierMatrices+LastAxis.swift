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
  /// Where both parts fit into one vector, half of the terms for each of them would be as much work: then lines are multiplied as they
  /// are. The inverse takes the adjoint steps in reverse order, and always unfolds.
  ///
  /// Holds no references, so that threads which transform at the same time do not count them.
  struct LastAxis: @unchecked Sendable {
    // Safety: the tables belong to the transform that the axis is part of, and are not changed.
    /// From a line's real parts to its imaginary ones: its modes, rounded up to half a vector or to whole ones. A line has twice as
    /// many floats.
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
      enum Columns {
        /// Of all points, cosines and then sines.
        case plain(UnsafePointer<Float>)
        /// Of the points that are left after folding.
        case folded(cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>)
      }
      let columns: Columns
      let cosineRows: UnsafePointer<Float>
      let sineRows: UnsafePointer<Float>
    }

    init(_ kept: KeptModes, tables: Tables) {
      (extent, modes) = (kept.lastExtent, kept.last)
      (evenCount, oddCount) = (extent / 2 + 1, (extent - 1) / 2)
      let halfVector = 8
      let isPlain = modes <= halfVector
      imaginaryOffset = isPlain ? halfVector : FourierMatrices.wholeVectors(modes)
      (evenRoom, oddRoom) = (FourierMatrices.wholeVectors(evenCount), FourierMatrices.wholeVectors(oddCount))
      foldedCount = Self.linesTogether * (evenRoom + oddRoom)
      let (extent, modes, even, odd) = (extent, modes, 0..<evenCount, 1..<(oddCount + 1))
      func waves(times weight: (_ mode: Int) -> Float) -> Waves {
        func lines(_ points: Range<Int>, _ function: (Double) -> Double) -> [[Float]] {
          FourierMatrices.waves(0..<modes, of: points, extent: extent, function).enumerated().map {
            mode, line in
            line.map { weight(mode) * $0 }
          }
        }
        func columns(_ lines: [[Float]]) -> [[Float]] {
          (lines.first ?? []).indices.map { point in lines.map { $0[point] } }
        }
        func negativeSine(_ angle: Double) -> Double { -sin(angle) }
        let (cosines, sines) = (lines(even, cos), lines(odd, negativeSine))
        let (cosineRows, sineRows) = (tables.add(rows: cosines), tables.add(rows: sines))
        guard isPlain else {
          return Waves(
            columns: .folded(
              cosines: tables.add(rows: columns(cosines)), sines: tables.add(rows: columns(sines))),
            cosineRows: cosineRows, sineRows: sineRows)
        }
        let gap = [[Float]](repeating: Array(repeating: 0, count: extent), count: halfVector - modes)
        let all = lines(0..<extent, cos) + gap + lines(0..<extent, negativeSine)
        return Waves(
          columns: .plain(tables.add(rows: columns(all))), cosineRows: cosineRows, sineRows: sineRows)
      }
      self.waves = waves { _ in 1 }
      weightedWaves = waves { kept.multiplicity($0) / Float(kept.points) }
    }

    /// The modes of lines of N points, one after the other.
    func transform(
      _ input: UnsafePointer<Float>, lines: Int, into output: UnsafeMutablePointer<Float>, weighted: Bool,
      folded even: UnsafeMutablePointer<Float>
    ) {
      let lineCount = 2 * imaginaryOffset
      switch (weighted ? weightedWaves : waves).columns {
      case .plain(let waves):
        BLAS.multiply(
          rows: lines, columns: lineCount, inner: extent, input, stride: extent, waves, stride: lineCount,
          into: output, stride: lineCount)
      case .folded(let cosines, let sines):
        let (odd, stride) = (even + evenRoom, evenRoom + oddRoom)
        for first in Swift.stride(from: 0, to: lines, by: Self.linesTogether) {
          let count = min(Self.linesTogether, lines - first)
          vm_fold_lines(input + first * extent, count, extent, stride, even, odd)
          let target = output + first * lineCount
          BLAS.multiply(
            rows: count, columns: imaginaryOffset, inner: evenCount, even, stride: stride, cosines,
            stride: imaginaryOffset, into: target, stride: lineCount)
          BLAS.multiply(
            rows: count, columns: imaginaryOffset, inner: oddCount, odd, stride: stride, sines,
            stride: imaginaryOffset, into: target + imaginaryOffset, stride: lineCount)
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
