import Foundation
import TensorCore

/// A linear operator with constant coefficients on periodic fields: it multiplies each Fourier mode by a number, its
/// symbol.
///
/// ```swift
/// let diffusion = viscosity * grid.laplacian
/// let later = (time * diffusion).exponential(spectrum)  // Solves ∂u/∂t = ν∇²u exactly.
/// ```
///
/// A ``SpectralGrid`` makes derivatives, the Laplacian, its inverse and filters; sums, multiples and exponentials of
/// operators are operators. Symbols are kept and applied in double precision, because the rounding of a factor near 1,
/// applied at every step, would always err to the same side.
public struct FourierMultiplier: Sendable {
  /// The grid whose fields the operator takes.
  public let grid: SpectralGrid

  private let real: [Double]
  private let imaginary: [Double]

  /// The operator with a given symbol, in the order of a spectrum's modes.
  init(grid: SpectralGrid, real: [Double], imaginary: [Double]) {
    self.grid = grid
    self.real = real
    self.imaginary = imaginary
  }

  /// The operator with a real symbol.
  init(grid: SpectralGrid, real: [Double]) {
    self.init(grid: grid, real: real, imaginary: real.map { _ in 0 })
  }

  /// The operator applied to spectra.
  ///
  /// - Precondition: They are of fields on the operator's grid.
  public func callAsFunction(_ spectrum: FourierSpectrum) -> FourierSpectrum {
    precondition(
      spectrum.grid == grid,
      "an operator on \(grid) cannot act on \(spectrum.grid)")
    let modes = real.count
    var result = Tensor(uninitialized: spectrum.coefficients.shape)
    let (source, target) = (spectrum.coefficients.storage, result.mutableStorage())
    real.withUnsafeBufferPointer { p in
      imaginary.withUnsafeBufferPointer { q in
        parallelFor(result.count / (2 * modes)) { line in
          let from = source.base + line * 2 * modes
          let to = target.base + line * 2 * modes
          for mode in 0..<modes {
            let (x, y) = (Double(from[mode]), Double(from[modes + mode]))
            to[mode] = Float(p[mode] * x - q[mode] * y)
            to[modes + mode] = Float(p[mode] * y + q[mode] * x)
          }
        }
      }
    }
    return FourierSpectrum(coefficients: result, grid: grid)
  }

  /// The operator's exponential e^A, the solution of ∂u/∂t = A·u after one unit of time.
  public var exponential: FourierMultiplier {
    let size = real.map { exp($0) }
    return FourierMultiplier(
      grid: grid, real: zip(size, imaginary).map { $0 * cos($1) },
      imaginary: zip(size, imaginary).map { $0 * sin($1) })
  }

  /// The sum of two operators.
  ///
  /// - Precondition: They act on the same grid.
  public static func + (left: FourierMultiplier, right: FourierMultiplier) -> FourierMultiplier {
    precondition(
      left.grid == right.grid, "operators on \(left.grid) and on \(right.grid) have no sum")
    return FourierMultiplier(
      grid: left.grid, real: zip(left.real, right.real).map(+),
      imaginary: zip(left.imaginary, right.imaginary).map(+))
  }

  /// A multiple of an operator.
  public static func * (scale: Double, multiplier: FourierMultiplier) -> FourierMultiplier {
    FourierMultiplier(
      grid: multiplier.grid, real: multiplier.real.map { scale * $0 },
      imaginary: multiplier.imaginary.map { scale * $0 })
  }
}
