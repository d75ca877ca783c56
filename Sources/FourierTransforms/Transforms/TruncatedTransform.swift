/// The transform of a real periodic field in 1, 2 or 3 dimensions to its lowest Fourier modes, and its inverse.
///
/// ```
/// T(x)ₖ = Σₙ xₙ · e^(−2πi k·n/N)
/// S(y)ₙ = 1/N · Re Σₖ cₖ · yₖ · e^(+2πi k·n/N)
/// ```
///
/// k runs over the kept modes alone, N is the number of points; cₖ is 2 where the mode −k along the last axis is another
/// one, 1 for frequency 0 and for the highest of an even extent. Along the last axis the modes 0 to m−1 are kept, along
/// the others also −m to −1.
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

  /// How to compute it.
  package enum Method: CaseIterable, Hashable, Sendable {
    /// By FFTW.
    case fast
    /// By products with matrices of cosines and sines.
    case matrices
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
  private let implementation: any TransformMethod

  /// The transform that keeps the given number of modes along each axis.
  ///
  /// - Parameters:
  ///   - shape: The field's extents.
  ///   - modes: Kept modes along each axis.
  ///   - method: How to compute it; nil for the method that costs less.
  /// - Precondition: `2 · modes ≤ extent` on the leading axes, `modes ≤ extent / 2 + 1` on the last.
  package init(shape: [Int], modes: [Int], method: Method? = nil) {
    precondition(
      Self.fits(modes: modes, shape: shape), "\(modes) modes do not fit a field of \(shape) points")
    let ranges = zip(modes, shape).dropLast().map { mode, extent in [0..<mode, (extent - mode)..<extent] }
    self.init(KeptModes(shape: shape, leading: ranges, last: modes[modes.count - 1]), method: method)
  }

  /// The transform that keeps every mode, in the order of the half spectrum.
  package init(complete shape: [Int]) {
    precondition(
      (1...3).contains(shape.count) && shape.allSatisfy { $0 > 0 }, "no field has the shape \(shape)")
    let ranges = shape.dropLast().map { [0..<$0] }
    self.init(KeptModes(shape: shape, leading: ranges, last: shape[shape.count - 1] / 2 + 1), method: .fast)
  }

  /// The transform that keeps the first indices of each axis alone, and so negative frequencies of the leading axes only where
  /// these indices reach them.
  ///
  /// - Parameters:
  ///   - shape: The field's extents.
  ///   - indices: How many indices of each axis are kept, at most as many as its half spectrum has.
  package init(shape: [Int], firstIndices indices: Int) {
    precondition(
      (1...3).contains(shape.count) && shape.allSatisfy { $0 > 0 } && indices > 0,
      "no field of shape \(shape) has \(indices) first indices")
    let ranges = shape.dropLast().map { [0..<min(indices, $0)] }
    self.init(
      KeptModes(shape: shape, leading: ranges, last: min(indices, shape[shape.count - 1] / 2 + 1)),
      method: nil)
  }

  private init(_ kept: KeptModes, method: Method?) {
    shape = kept.shape
    points = kept.points
    count = kept.count
    cornerCount = kept.cornerCount
    implementation = TransformMethods.implementation(of: method ?? .cheaper(for: kept), for: kept)
    scratchCount = implementation.scratchCount
  }

  /// Whether a field of that shape has that many modes.
  package static func fits(modes: [Int], shape: [Int]) -> Bool {
    guard (1...3).contains(shape.count), modes.count == shape.count else { return false }
    guard modes.allSatisfy({ $0 > 0 }), shape.allSatisfy({ $0 > 0 }) else { return false }
    return zip(modes, shape).dropLast().allSatisfy { 2 * $0 <= $1 }
      && modes[modes.count - 1] <= shape[shape.count - 1] / 2 + 1
  }

  /// From `lines` fields, one after the other, to their spectra: T, or the adjoint of S.
  package func apply(
    _ direction: Direction, fields: UnsafePointer<Float>, lines: Int = 1,
    spectra: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    implementation.apply(direction, fields: fields, lines: lines, spectra: spectra, scratch: scratch)
  }

  /// Adds the fields of `lines` spectra, one after the other, to what stands in `fields`: S, or the adjoint of T.
  package func apply(
    _ direction: Direction, spectra: UnsafePointer<Float>, lines: Int = 1,
    addingTo fields: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    implementation.apply(direction, spectra: spectra, lines: lines, addingTo: fields, scratch: scratch)
  }
}
