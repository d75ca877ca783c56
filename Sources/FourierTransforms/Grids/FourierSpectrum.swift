public import TensorCore

/// The Fourier coefficients of real fields on a periodic grid.
///
/// ```
/// cₖ = Σₙ uₙ · e^(−i·k·xₙ)        uₙ = 1/N · Σₖ cₖ · e^(+i·k·xₙ)
/// ```
///
/// A spectrum comes from ``SpectralGrid/spectrum(of:)`` and goes back by ``field``. Spectra of one grid are added and
/// scaled like vectors, and operators (``FourierMultiplier``) act on them, so a time stepper reads like its formula.
public struct FourierSpectrum: Sendable {
  /// The coefficients, `[batch…, 2, modes…]`: real parts, then imaginary parts.
  ///
  /// The last axis of space holds ⌊N/2⌋ + 1 modes, the others N, in the order of ``SpectralGrid/wavenumbers(axis:)``.
  public private(set) var coefficients: Tensor
  /// The grid of the fields.
  public let grid: SpectralGrid

  init(coefficients: Tensor, grid: SpectralGrid) {
    self.coefficients = coefficients
    self.grid = grid
  }

  /// The fields, `[batch…, points…]`.
  public var field: Tensor {
    let batch = coefficients.shape.dropLast(grid.shape.count + 1)
    let spectra = coefficients.reshaped([batch.reduce(1, *), 1, 2, grid.transform.count])
    return grid.transform.fields(of: spectra, .inverse).reshaped(batch + grid.shape)
  }

  /// The spectrum of the sum of two fields.
  ///
  /// - Precondition: Both have the same grid and batch.
  public static func + (left: FourierSpectrum, right: FourierSpectrum) -> FourierSpectrum {
    left.adding(right, scaledBy: 1)
  }

  /// The spectrum of the difference of two fields.
  ///
  /// - Precondition: Both have the same grid and batch.
  public static func - (left: FourierSpectrum, right: FourierSpectrum) -> FourierSpectrum {
    left.adding(right, scaledBy: -1)
  }

  /// The spectrum of a field times a number.
  public static func * (scale: Double, spectrum: FourierSpectrum) -> FourierSpectrum {
    let factor = Float(scale)
    return FourierSpectrum(coefficients: spectrum.coefficients.map { factor * $0 }, grid: spectrum.grid)
  }

  /// The spectrum of a field with the opposite sign.
  public static prefix func - (spectrum: FourierSpectrum) -> FourierSpectrum {
    -1 * spectrum
  }

  private func adding(_ other: FourierSpectrum, scaledBy scale: Float) -> FourierSpectrum {
    precondition(grid == other.grid, "spectra on \(grid) and on \(other.grid) have no sum")
    var sum = self
    sum.coefficients.add(other.coefficients, scaledBy: scale)
    return sum
  }
}
