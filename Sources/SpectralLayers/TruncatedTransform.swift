import TensorCore

/// The lowest Fourier modes of a real periodic field in 1, 2 or 3 dimensions, and the way back.
///
/// ```
/// T(x)ₖ = Σₙ xₙ · e^(−2πi k·n/N)
/// S(y)ₙ = 1/N · Re Σₖ cₖ · yₖ · e^(+2πi k·n/N)
/// ```
///
/// k runs over the kept modes alone, N is the number of points; cₖ is 2 where the mode −k along the last axis is another
/// one, 1 for frequency 0 and for the highest of an even extent. Along the last axis the modes 0 to m−1 are kept, along
/// the others also −m to −1. The real transform is done along the last axis; of the other axes only the lines that hold
/// kept modes are transformed.
///
/// A spectrum is two runs of ``count`` floats, real parts and imaginary parts. Its modes are grouped into one corner of
/// the spectrum for each choice of low or high modes on the leading axes, the first axis changing fastest, row-major
/// within a corner: the order of the field's usual `weights1`, `weights2`, ….
package struct TruncatedTransform: Sendable {
  /// Which linear map to apply; each is exact, and the second of a pair is the first's adjoint.
  package enum Direction: Sendable {
    /// T.
    case transform
    /// The adjoint of S, which carries a gradient back through it.
    case adjointOfInverse
    /// S.
    case inverse
    /// The adjoint of T.
    case adjointOfTransform
  }

  /// The field's extents.
  package let shape: [Int]
  /// Points of the field.
  package let points: Int
  /// Kept modes.
  package let count: Int
  /// Kept modes of one corner; the corners follow each other in the spectrum.
  package let cornerCount: Int
  /// Floats of scratch space that a call needs, aligned to 64 bytes.
  package let scratchCount: Int

  /// Kept modes along the last axis.
  private let lastModes: Int
  /// Complex numbers from one row of the half spectrum to the next; rounded up so that every row is aligned.
  private let rowStride: Int
  private let rows: Int
  private let realToComplex: FourierPlan
  private let complexToReal: FourierPlan
  private let stages: [Stage]
  private let runOffsets: [Int]

  /// Complex transforms along one leading axis, at each of some places of the half spectrum.
  private struct Stage: Sendable {
    let forward: FourierPlan
    let backward: FourierPlan
    let offsets: [Int]
  }

  /// The transform that keeps the given number of modes along each axis.
  ///
  /// - Precondition: `2 · modes ≤ extent` on the leading axes, `modes ≤ extent / 2 + 1` on the last.
  package init(shape: [Int], modes: [Int]) {
    precondition(
      Self.fits(modes: modes, shape: shape), "\(modes) modes do not fit a field of \(shape) points")
    let ranges = zip(modes, shape).dropLast().map { mode, extent in [0..<mode, (extent - mode)..<extent] }
    self.init(shape: shape, keptRanges: ranges, lastModes: modes[modes.count - 1])
  }

  /// The transform that keeps every mode, in the order of the half spectrum.
  package init(complete shape: [Int]) {
    precondition(
      (1...3).contains(shape.count) && shape.allSatisfy { $0 > 0 }, "no field has the shape \(shape)")
    self.init(
      shape: shape, keptRanges: shape.dropLast().map { [0..<$0] }, lastModes: shape[shape.count - 1] / 2 + 1)
  }

  /// Whether a field of that shape has that many modes.
  package static func fits(modes: [Int], shape: [Int]) -> Bool {
    guard (1...3).contains(shape.count), modes.count == shape.count else { return false }
    guard modes.allSatisfy({ $0 > 0 }), shape.allSatisfy({ $0 > 0 }) else { return false }
    return zip(modes, shape).dropLast().allSatisfy { 2 * $0 <= $1 }
      && modes[modes.count - 1] <= shape[shape.count - 1] / 2 + 1
  }

  /// Keeps, along each leading axis, the indices in the given ranges: one range, or a low and a high one.
  private init(shape: [Int], keptRanges: [[Range<Int>]], lastModes: Int) {
    self.shape = shape
    self.lastModes = lastModes
    let last = shape[shape.count - 1]
    points = shape.reduce(1, *)
    rows = points / last
    let rowStride = (last / 2 + 1 + 7) / 8 * 8
    self.rowStride = rowStride
    cornerCount = keptRanges.reduce(lastModes) { $0 * $1[0].count }
    count = keptRanges.reduce(cornerCount) { $0 * $1.count }
    // The half spectrum, and an aligned copy of the field.
    scratchCount = 2 * rows * rowStride + (points + 15) / 16 * 16

    let line = FourierPlan.Repetition(count: rows, inputStride: last, outputStride: rowStride)
    realToComplex = .plan(.init(kind: .realToComplex, length: last, stride: 1, repetitions: [line]))
    let back = FourierPlan.Repetition(count: rows, inputStride: rowStride, outputStride: last)
    complexToReal = .plan(.init(kind: .complexToReal, length: last, stride: 1, repetitions: [back]))
    runOffsets = Self.runOffsets(keptRanges: keptRanges, shape: shape, rowStride: rowStride)
    stages = keptRanges.indices.map { axis in
      Self.stage(axis: axis, shape: shape, keptRanges: keptRanges, lastModes: lastModes, rowStride: rowStride)
    }
  }

  /// The lines along a leading axis: everywhere on the axes before it, at kept indices on the axes after it.
  private static func stage(
    axis: Int, shape: [Int], keptRanges: [[Range<Int>]], lastModes: Int, rowStride: Int
  ) -> Stage {
    let strides = shape.dropLast().indices.map { shape[($0 + 1)..<(shape.count - 1)].reduce(rowStride, *) }
    var loops = (0..<axis).map {
      FourierPlan.Repetition(count: shape[$0], inputStride: strides[$0], outputStride: strides[$0])
    }
    var offsets = [0]
    for later in keptRanges.indices.dropFirst(axis + 1) {
      loops.append(
        .init(count: keptRanges[later][0].count, inputStride: strides[later], outputStride: strides[later]))
      offsets = offsets.flatMap { offset in
        keptRanges[later].map { offset + $0.lowerBound * strides[later] }
      }
    }
    loops.append(.init(count: lastModes, inputStride: 1, outputStride: 1))
    func plan(_ kind: FourierPlan.Kind) -> FourierPlan {
      .plan(.init(kind: kind, length: shape[axis], stride: strides[axis], repetitions: loops))
    }
    return Stage(forward: plan(.forward), backward: plan(.backward), offsets: offsets)
  }

  /// How often a mode along the last axis stands for itself and its mirror image.
  private func multiplicity(_ mode: Int) -> Float {
    mode == 0 || 2 * mode == shape[shape.count - 1] ? 1 : 2
  }

  /// Where each run of kept modes along the last axis starts in the half spectrum, in the order of the spectrum.
  private static func runOffsets(keptRanges: [[Range<Int>]], shape: [Int], rowStride: Int) -> [Int] {
    let corners = keptRanges.reduce(1) { $0 * $1.count }
    return (0..<corners).flatMap { corner in
      var choice = corner
      var rows = [0]
      for (axis, ranges) in keptRanges.enumerated() {
        let range = ranges[choice % ranges.count]
        choice /= ranges.count
        rows = rows.flatMap { row in range.map { row * shape[axis] + $0 } }
      }
      return rows.map { $0 * rowStride }
    }
  }

  /// Whether FFTW's plans, made for arrays aligned to 16 bytes, may be run on this one.
  private static func isAligned(_ field: UnsafePointer<Float>) -> Bool {
    UInt(bitPattern: field) % 16 == 0
  }

  /// From a field to its spectrum: T, or the adjoint of S.
  package func apply(
    _ direction: Direction, field: UnsafePointer<Float>, spectrum: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    if Self.isAligned(field) {
      realToComplex.execute(field, into: scratch)
    } else {
      let copy = scratch + 2 * rows * rowStride
      copy.update(from: field, count: points)
      realToComplex.execute(copy, into: scratch)
    }
    for stage in stages.reversed() {
      for offset in stage.offsets { stage.forward.execute(inPlace: scratch + 2 * offset) }
    }
    let (real, imaginary) = (spectrum, spectrum + count)
    for (run, offset) in runOffsets.enumerated() {
      let kept = run * lastModes
      let pairs = scratch + 2 * offset
      for mode in 0..<lastModes {
        real[kept + mode] = pairs[2 * mode]
        imaginary[kept + mode] = pairs[2 * mode + 1]
      }
    }
    guard direction == .adjointOfInverse else { return }
    let scale = 1 / Float(points)
    for run in stride(from: 0, to: count, by: lastModes) {
      for mode in 0..<lastModes {
        real[run + mode] *= scale * multiplicity(mode)
        imaginary[run + mode] *= scale * multiplicity(mode)
      }
    }
  }

  /// From a spectrum to a field: S, or the adjoint of T.
  package func apply(
    _ direction: Direction, spectrum: UnsafePointer<Float>, field: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    scratch.update(repeating: 0, count: 2 * rows * rowStride)
    let (real, imaginary) = (spectrum, spectrum + count)
    let scale = direction == .inverse ? 1 / Float(points) : 1
    for (run, offset) in runOffsets.enumerated() {
      let kept = run * lastModes
      let pairs = scratch + 2 * offset
      for mode in 0..<lastModes {
        // The real transform counts mirrored modes twice; the adjoint of T counts them once.
        let factor = direction == .inverse ? scale : 1 / multiplicity(mode)
        pairs[2 * mode] = factor * real[kept + mode]
        pairs[2 * mode + 1] = factor * imaginary[kept + mode]
      }
    }
    for stage in stages {
      for offset in stage.offsets { stage.backward.execute(inPlace: scratch + 2 * offset) }
    }
    // What must be real is made real: FFTW may or may not read these imaginary parts.
    let last = shape[shape.count - 1]
    for row in 0..<rows {
      scratch[2 * row * rowStride + 1] = 0
      if last % 2 == 0 { scratch[2 * (row * rowStride + last / 2) + 1] = 0 }
    }
    if Self.isAligned(field) {
      complexToReal.execute(scratch, intoField: field)
    } else {
      let aligned = scratch + 2 * rows * rowStride
      complexToReal.execute(scratch, intoField: aligned)
      field.update(from: aligned, count: points)
    }
  }
}
