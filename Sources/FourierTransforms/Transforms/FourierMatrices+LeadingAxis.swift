import CVectorMath
import Foundation
import TensorCore

extension FourierMatrices {
  /// The transform along one leading axis of N points: products of real fields with cosines and sines before the last axis is
  /// transformed, and after it the frequencies of either sign.
  ///
  /// Cosines are even and sines odd functions of n, so of the rows n and N − n only the sum and the difference count:
  ///
  /// ```
  /// Cₖ = Σₙ eₙ·cos(2πkn/N),   eₙ = xₙ + x_{N−n}     n = 0 … N/2
  /// Sₖ = Σₙ oₙ·sin(2πkn/N),   oₙ = xₙ − x_{N−n}     0 < n < N/2
  /// ```
  ///
  /// Holds no references, so that threads which transform at the same time do not count them.
  struct LeadingAxis: @unchecked Sendable {
    // Safety: `tables` belongs to the transform that the axis is part of, and is not changed.
    /// Lines that stand for the axis between the steps: C₀ … C_highest, S₁ … S_highest.
    let lines: Int
    /// Floats of the folded block of a field.
    let foldedCount: Int
    /// Floats of all lines before the last axis is transformed.
    let productCount: Int
    /// Floats of the spectrum with this axis's frequencies and the lines of those before it.
    let spectrumCount: Int

    private let extent: Int
    private let highest: Int
    /// Lines of the axes before this one, and points of those behind it.
    private let outer: Int
    private let inner: Int
    /// `[highest + 1, N/2 + 1]` and `[highest, (N − 1)/2]`.
    private let cosines: UnsafePointer<Float>
    private let sines: UnsafePointer<Float>
    private let evenRows: Int
    private let oddRows: Int
    /// What joins the lines of a block of all later axes.
    private let frequencies: UnsafePointer<vm_frequency>
    private let frequencyCount: Int
    /// Kept modes along the last axis.
    private let modes: Int
    /// From the real parts of a line to the imaginary ones.
    private let lineImaginaryOffset: Int
    /// Floats of the lines of a block, and of its frequencies.
    private let linesCount: Int
    private let blockCount: Int
    /// From the real parts of a frequency to the imaginary ones.
    private let imaginaryOffset: Int

    /// One of the leading axes; the innermost one takes the lines of the last axis.
    init(_ kept: KeptModes, axis: Int, last: LastAxis, tables: Tables) {
      let extent = kept.shape[axis]
      let indices = kept.indices(along: axis)
      let frequencies = kept.frequencies(along: axis)
      // At least 1, so that there is a line of sines for frequency 0 to be multiplied by 0.
      let highest = kept.highestFrequency(along: axis)
      self.extent = extent
      self.highest = highest
      lines = 2 * highest + 1
      outer = (0..<axis).reduce(1) { $0 * (2 * kept.highestFrequency(along: $1) + 1) }
      inner = kept.shape[(axis + 1)...].reduce(1, *)
      (evenRows, oddRows) = (extent / 2 + 1, (extent - 1) / 2)
      cosines = tables.add(
        FourierMatrices.waves(0..<(highest + 1), of: 0..<evenRows, extent: extent, cos).flatMap { $0 })
      sines = tables.add(
        FourierMatrices.waves(1..<(highest + 1), of: 1..<(oddRows + 1), extent: extent, sin).flatMap { $0 })
      foldedCount = (evenRows + oddRows) * inner
      productCount = outer * lines * inner

      modes = kept.last
      let later = kept.leading.indices.dropFirst(axis + 1)
      let places = later.reduce(1) { $0 * kept.indices(along: $1).count }
      lineImaginaryOffset = later.isEmpty ? last.imaginaryOffset : modes
      let row = places * 2 * lineImaginaryOffset
      linesCount = lines * row
      blockCount = frequencies.count * places * 2 * modes
      spectrumCount = outer * max(linesCount, blockCount)
      imaginaryOffset = axis == 0 ? kept.count : modes
      let targets =
        axis == 0 ? Self.spectrumPlaces(kept) : (0..<(indices.count * places)).map { $0 * 2 * kept.last }
      let joined = frequencies.enumerated().flatMap { index, frequency in
        (0..<places).map { place in
          vm_frequency(
            cosine: abs(frequency) * row + place * 2 * kept.last,
            sine: (highest + max(abs(frequency), 1)) * row + place * 2 * kept.last,
            place: targets[index * places + place], sign: Float(frequency.signum()))
        }
      }
      self.frequencies = tables.add(joined)
      frequencyCount = joined.count
    }

    /// Where the spectrum has the kept indices along all leading axes, the last one changing fastest.
    private static func spectrumPlaces(_ kept: KeptModes) -> [Int] {
      let order = Dictionary(uniqueKeysWithValues: kept.runs.enumerated().map { ($1, $0) })
      let runs = kept.leading.indices.reduce([[]]) { runs, axis in
        runs.flatMap { run in kept.indices(along: axis).map { run + [$0] } }
      }
      return runs.compactMap { order[$0] }.map { $0 * kept.last }
    }

    /// The lines `[outer, lines, inner]` of fields `[outer, extent, inner]`.
    func transform(
      _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
      folded even: UnsafeMutablePointer<Float>
    ) {
      let odd = even + evenRows * inner
      for block in 0..<outer {
        vm_fold(input + block * extent * inner, extent, inner, even, odd)
        let target = output + block * lines * inner
        BLAS.multiply(
          rows: highest + 1, columns: inner, inner: evenRows, cosines, stride: evenRows, even,
          stride: inner, into: target, stride: inner)
        let sineTarget = target + (highest + 1) * inner
        if oddRows == 0 {
          sineTarget.update(repeating: 0, count: highest * inner)
        } else {
          BLAS.multiply(
            rows: highest, columns: inner, inner: oddRows, sines, stride: oddRows, odd,
            stride: inner, into: sineTarget, stride: inner)
        }
      }
    }

    /// The adjoint of ``transform(_:into:folded:)``, stored in the fields or added to them.
    func inverse(
      _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, adds: Bool,
      folded even: UnsafeMutablePointer<Float>
    ) {
      let odd = even + evenRows * inner
      for block in 0..<outer {
        let source = input + block * lines * inner
        BLAS.multiply(
          rows: evenRows, columns: inner, inner: highest + 1, cosines, .transposed,
          stride: evenRows,
          source, stride: inner, into: even, stride: inner)
        if oddRows > 0 {
          BLAS.multiply(
            rows: oddRows, columns: inner, inner: highest, sines, .transposed, stride: oddRows,
            source + (highest + 1) * inner, stride: inner, into: odd, stride: inner)
        }
        vm_unfold(even, odd, extent, inner, output + block * extent * inner, adds ? 1 : 0)
      }
    }

    /// The frequencies `[outer, kept, …, 2, modes]`, or the spectrum for the first axis, of the lines of their products.
    func join(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
      for block in 0..<outer {
        vm_join_frequencies(
          frequencies, frequencyCount, modes, input + block * linesCount, lineImaginaryOffset,
          output + block * blockCount, imaginaryOffset)
      }
    }

    /// The adjoint of ``join(_:into:)``.
    func split(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
      output.update(repeating: 0, count: outer * linesCount)
      for block in 0..<outer {
        vm_split_frequencies(
          frequencies, frequencyCount, modes, input + block * blockCount, imaginaryOffset,
          output + block * linesCount, lineImaginaryOffset)
      }
    }
  }

  /// Owns what the axes of a transform look up.
  final class Tables: @unchecked Sendable {
    // Safety: changed by the initializer of the transform that owns it alone.
    private var tensors: [Tensor] = []
    private var frequencies: [UnsafeMutableBufferPointer<vm_frequency>] = []

    deinit {
      for table in frequencies { table.deallocate() }
    }

    /// The rows of a matrix, each with zeros behind it to the end of a vector.
    func add(rows: [[Float]]) -> UnsafePointer<Float> {
      add(rows.flatMap { $0 + Array(repeating: 0, count: FourierMatrices.wholeVectors($0.count) - $0.count) })
    }

    fileprivate func add(_ values: [Float]) -> UnsafePointer<Float> {
      let tensor = Tensor(values, shape: [values.count])
      tensors.append(tensor)
      return UnsafePointer(tensor.storage.base)
    }

    fileprivate func add(_ values: [vm_frequency]) -> UnsafePointer<vm_frequency> {
      let table = UnsafeMutableBufferPointer<vm_frequency>.allocate(capacity: max(values.count, 1))
      _ = table.initialize(from: values)
      frequencies.append(table)
      return UnsafePointer(table.baseAddress ?? { preconditionFailure("an allocation has an address") }())
    }
  }
}
