public import FourierTransforms
import TensorCore

/// The viscous Burgers equation in one dimension.
///
/// ```
/// ∂u/∂t = ν·∂²u/∂x² − ½·∂(u²)/∂x
/// ```
///
/// Waves steepen into fronts of a width of about 4ν divided by their height; the grid should have several points in
/// that. The mean of u is conserved, its largest and smallest values never spread.
public struct BurgersEquation: SemilinearEquation {
  /// The grid of u, with one axis.
  public let grid: SpectralGrid
  /// The viscosity ν, in units of length²/time.
  public let viscosity: Double
  /// ν·∂²/∂x².
  public let linear: FourierMultiplier

  private let slope: FourierMultiplier
  private let dealiasing: FourierMultiplier

  /// The equation on a grid.
  ///
  /// - Parameters:
  ///   - grid: The points.
  ///   - viscosity: ν.
  /// - Precondition: The grid has one axis, and the viscosity is not negative.
  public init(grid: SpectralGrid, viscosity: Double) {
    precondition(
      grid.shape.count == 1 && viscosity >= 0, "no Burgers equation on \(grid) with viscosity \(viscosity)")
    self.grid = grid
    self.viscosity = viscosity
    linear = viscosity * grid.derivative(axis: 0, order: 2)
    slope = grid.derivative(axis: 0)
    dealiasing = grid.dealiasing
  }

  /// −½·∂(u²)/∂x.
  public func nonlinear(_ state: FourierSpectrum) -> FourierSpectrum {
    let velocity = state.field
    return -0.5 * dealiasing(slope(grid.spectrum(of: velocity * velocity)))
  }

  /// k·max|u|.
  public func advectionRate(of state: FourierSpectrum) -> Double {
    let highest = 2 * Double.pi / (3 * grid.spacings[0])
    return highest * state.field.largestMagnitude
  }
}
