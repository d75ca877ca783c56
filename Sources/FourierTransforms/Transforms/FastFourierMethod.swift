import CVectorMath

/// The truncated transform by FFTW: the real transform along the last axis, and of the other axes only the lines that
/// hold kept modes.
struct FastFourierMethod: TransformMethod {
  private let kept: KeptModes
  private let points: Int
  private let count: Int
  private let rows: Int
  /// Complex numbers from one row of the half spectrum to the next; rounded up so that every row is aligned.
  private let rowStride: Int
  private let realToComplex: FourierPlan
  private let complexToReal: FourierPlan
  private let stages: [Stage]
  /// Where each run of kept modes starts in the half spectrum.
  private let runOffsets: [Int]

  let scratchCount: Int

  /// Complex transforms along one leading axis, at each of some places of the half spectrum.
  private struct Stage: Sendable {
    let forward: FourierPlan
    let backward: FourierPlan
    let offsets: [Int]
  }

  init(_ kept: KeptModes) {
    self.kept = kept
    (points, count, rows) = (kept.points, kept.count, kept.points / kept.lastExtent)
    let last = kept.lastExtent
    let rowStride = (last / 2 + 1 + 7) / 8 * 8
    self.rowStride = rowStride
    // The half spectrum, and an aligned copy of the field.
    scratchCount = 2 * rows * rowStride + (points + 15) / 16 * 16

    let line = FourierPlan.Repetition(count: rows, inputStride: last, outputStride: rowStride)
    realToComplex = .plan(.init(kind: .realToComplex, length: last, stride: 1, repetitions: [line]))
    let back = FourierPlan.Repetition(count: rows, inputStride: rowStride, outputStride: last)
    complexToReal = .plan(.init(kind: .complexToReal, length: last, stride: 1, repetitions: [back]))
    runOffsets = kept.runs.map { run in
      zip(run, kept.shape).reduce(0) { $0 * $1.1 + $1.0 } * rowStride
    }
    stages = kept.leading.indices.map { Self.stage(kept, axis: $0, rowStride: rowStride) }
  }

  /// The lines along a leading axis: everywhere on the axes before it, at kept indices on the axes after it.
  private static func stage(_ kept: KeptModes, axis: Int, rowStride: Int) -> Stage {
    let shape = kept.shape
    let strides = shape.dropLast().indices.map { shape[($0 + 1)..<(shape.count - 1)].reduce(rowStride, *) }
    var loops = (0..<axis).map {
      FourierPlan.Repetition(count: shape[$0], inputStride: strides[$0], outputStride: strides[$0])
    }
    var offsets = [0]
    for later in kept.leading.indices.dropFirst(axis + 1) {
      let ranges = kept.leading[later]
      loops.append(
        .init(count: ranges[0].count, inputStride: strides[later], outputStride: strides[later]))
      offsets = offsets.flatMap { offset in ranges.map { offset + $0.lowerBound * strides[later] } }
    }
    loops.append(.init(count: kept.last, inputStride: 1, outputStride: 1))
    func plan(_ kind: FourierPlan.Kind) -> FourierPlan {
      .plan(.init(kind: kind, length: shape[axis], stride: strides[axis], repetitions: loops))
    }
    return Stage(forward: plan(.forward), backward: plan(.backward), offsets: offsets)
  }

  /// Whether FFTW's plans, made for arrays aligned to 16 bytes, may be run on this one.
  private static func isAligned(_ field: UnsafePointer<Float>) -> Bool {
    UInt(bitPattern: field) % 16 == 0
  }

  func apply(
    _ direction: TruncatedTransform.Direction, fields: UnsafePointer<Float>, lines: Int,
    spectra: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    for line in 0..<lines {
      apply(
        direction, field: fields + line * points, spectrum: spectra + line * 2 * count, scratch: scratch)
    }
  }

  func apply(
    _ direction: TruncatedTransform.Direction, spectra: UnsafePointer<Float>, lines: Int,
    addingTo fields: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    for line in 0..<lines {
      apply(
        direction, spectrum: spectra + line * 2 * count, addingTo: fields + line * points, scratch: scratch)
    }
  }

  private func apply(
    _ direction: TruncatedTransform.Direction, field: UnsafePointer<Float>,
    spectrum: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
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
      let place = run * kept.last
      let pairs = scratch + 2 * offset
      for mode in 0..<kept.last {
        real[place + mode] = pairs[2 * mode]
        imaginary[place + mode] = pairs[2 * mode + 1]
      }
    }
    guard direction == .adjointOfInverse else { return }
    let scale = 1 / Float(points)
    for run in stride(from: 0, to: count, by: kept.last) {
      for mode in 0..<kept.last {
        real[run + mode] *= scale * kept.multiplicity(mode)
        imaginary[run + mode] *= scale * kept.multiplicity(mode)
      }
    }
  }

  private func apply(
    _ direction: TruncatedTransform.Direction, spectrum: UnsafePointer<Float>,
    addingTo field: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    scratch.update(repeating: 0, count: 2 * rows * rowStride)
    let (real, imaginary) = (spectrum, spectrum + count)
    let scale = direction == .inverse ? 1 / Float(points) : 1
    for (run, offset) in runOffsets.enumerated() {
      let place = run * kept.last
      let pairs = scratch + 2 * offset
      for mode in 0..<kept.last {
        // The real transform counts mirrored modes twice; the adjoint of T counts them once.
        let factor = direction == .inverse ? scale : 1 / kept.multiplicity(mode)
        pairs[2 * mode] = factor * real[place + mode]
        pairs[2 * mode + 1] = factor * imaginary[place + mode]
      }
    }
    for stage in stages {
      for offset in stage.offsets { stage.backward.execute(inPlace: scratch + 2 * offset) }
    }
    // What must be real is made real: FFTW may or may not read these imaginary parts.
    for row in 0..<rows {
      scratch[2 * row * rowStride + 1] = 0
      if kept.lastExtent % 2 == 0 { scratch[2 * (row * rowStride + kept.lastExtent / 2) + 1] = 0 }
    }
    let result = scratch + 2 * rows * rowStride
    complexToReal.execute(scratch, intoField: result)
    vm_add_scaled(field, result, 1, points)
  }
}
