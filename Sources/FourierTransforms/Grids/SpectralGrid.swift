public import TensorCore

/// A periodic box in 1, 2 or 3 dimensions with evenly spaced points.
///
/// ```
/// xₐ = n · Lₐ/Nₐ,  n = 0 … Nₐ−1        kₐ = 2π·m/Lₐ,  −Nₐ/2 < m ≤ Nₐ/2        for each axis a
/// ```
///
/// The end point Lₐ is the point 0 again and not stored. Extents may be even or odd; FFTW is quickest where they are
/// products of 2, 3, 5 and 7. Fields are tensors `[batch…, points…]` with any number of leading axes, each of whose
/// entries is treated alone. Lengths are in whatever unit the caller measures space, wavenumbers in radians per unit.
///
/// ```swift
/// let grid = SpectralGrid(shape: [64, 96], lengths: [2 * .pi, 3])
/// let slope = grid.spectrum(of: temperature).derivative(axis: 0).field
/// ```
///
/// Code that applies an operator often, such as a time stepper, makes it once: ``derivative(axis:order:)``,
/// ``laplacian``, ``inverseLaplacian``, ``dealiasing``, or any function of the Laplacian by ``isotropic(symbol:)``.
public struct SpectralGrid: Sendable {
  /// The number of points along each axis.
  public let shape: [Int]
  /// The length of the box along each axis.
  public let lengths: [Double]

  let transform: TruncatedTransform

  /// A box of the given lengths with the given number of points.
  ///
  /// - Parameters:
  ///   - shape: The number of points along each axis, one to three axes.
  ///   - lengths: The length of the box along each axis.
  /// - Precondition: There is a positive, finite length for each axis, and at least one point.
  public init(shape: [Int], lengths: [Double]) {
    precondition(
      shape.count == lengths.count && lengths.allSatisfy { $0 > 0 && $0.isFinite },
      "a box with points \(shape) cannot have the lengths \(lengths)")
    self.shape = shape
    self.lengths = lengths
    transform = TruncatedTransform(complete: shape)
  }

  /// The distance between neighboring points along each axis.
  public var spacings: [Double] { zip(lengths, shape).map { $0 / Double($1) } }

  /// The positions of the points along an axis.
  public func coordinates(axis: Int) -> [Double] {
    (0..<shape[axis]).map { Double($0) * spacings[axis] }
  }

  /// The wavenumbers kₐ along an axis, in the order in which a spectrum holds them.
  ///
  /// A real field's mode −k is the conjugate of its mode k, so the last axis holds 0 to the highest frequency alone.
  /// The others hold these, and then the negative ones up to the one next to zero. The highest frequency of an even
  /// extent, which stands for +N/2 and −N/2 at once, counts as positive.
  public func wavenumbers(axis: Int) -> [Double] {
    frequencies(axis: axis).map { 2 * .pi * Double($0) / lengths[axis] }
  }

  /// The wavenumbers along an axis as whole numbers of periods in the box.
  func frequencies(axis: Int) -> [Int] {
    let extent = shape[axis]
    if axis == shape.count - 1 { return Array(0...(extent / 2)) }
    return (0..<extent).map { 2 * $0 <= extent ? $0 : $0 - extent }
  }

  /// The field that a function takes at the points.
  ///
  /// - Parameter value: Takes a position, one coordinate for each axis.
  /// - Returns: A tensor of the grid's ``shape``.
  public func field(_ value: (_ position: [Double]) -> Double) -> Tensor {
    var positions: [[Double]] = [[]]
    for axis in shape.indices {
      let coordinates = coordinates(axis: axis)
      positions = positions.flatMap { position in coordinates.map { position + [$0] } }
    }
    return Tensor(positions.map { Float(value($0)) }, shape: shape)
  }

  /// The Fourier coefficients of fields.
  ///
  /// - Parameter field: `[batch…, points…]`.
  /// - Returns: As many spectra.
  /// - Precondition: The trailing axes are the grid's.
  public func spectrum(of field: Tensor) -> FourierSpectrum {
    precondition(
      field.shape.suffix(shape.count) == shape[...],
      "a field of shape \(field.shape) does not lie on a grid of \(shape)")
    let batch = field.shape.dropLast(shape.count)
    let fields = field.reshaped([batch.reduce(1, *), 1] + shape)
    let spectra = transform.spectra(of: fields, .transform)
    return FourierSpectrum(coefficients: spectra.reshaped(batch + [2] + spectrumShape), grid: self)
  }

  /// The number of modes that a spectrum holds along each axis.
  var spectrumShape: [Int] { shape.indices.map { frequencies(axis: $0).count } }
}

extension SpectralGrid: Equatable {
  /// Whether two grids have the same points in the same box.
  public static func == (left: SpectralGrid, right: SpectralGrid) -> Bool {
    left.shape == right.shape && left.lengths == right.lengths
  }
}

extension SpectralGrid: CustomStringConvertible {
  /// The numbers of points and the lengths.
  public var description: String {
    "\(shape.extents) points of a box \(lengths.map { "\($0)" }.joined(separator: "×"))"
  }
}
