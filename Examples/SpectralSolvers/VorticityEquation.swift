public import FourierTransforms
public import TensorCore

/// Incompressible flow in two dimensions, by its vorticity ω = ∂v/∂x − ∂u/∂y.
///
/// ```
/// ∂ω/∂t = ν·∇²ω − ∂(u·ω)/∂x − ∂(v·ω)/∂y
/// u = U + ∂ψ/∂y,   v = V − ∂ψ/∂x,   ∇²ψ = −ω
/// ```
///
/// The velocity (u, v) follows from the stream function ψ and is free of divergence by construction. Vorticity does not
/// tell the mean velocity (U, V), which is conserved; it is a parameter.
public struct VorticityEquation: SemilinearEquation {
  /// The grid of ω, with axes x and y.
  public let grid: SpectralGrid
  /// The kinematic viscosity ν, in units of length²/time.
  public let viscosity: Double
  /// The mean velocity (U, V).
  public let meanVelocity: (x: Double, y: Double)
  /// ν·∇².
  public let linear: FourierMultiplier

  private let slopeX: FourierMultiplier
  private let slopeY: FourierMultiplier
  private let streamFunction: FourierMultiplier
  private let dealiasing: FourierMultiplier

  /// The equation on a grid.
  ///
  /// - Parameters:
  ///   - grid: The points.
  ///   - viscosity: ν.
  ///   - meanVelocity: (U, V).
  /// - Precondition: The grid has two axes, and the viscosity is not negative.
  public init(grid: SpectralGrid, viscosity: Double, meanVelocity: (x: Double, y: Double) = (0, 0)) {
    precondition(
      grid.shape.count == 2 && viscosity >= 0, "no vorticity equation on \(grid) with viscosity \(viscosity)")
    self.grid = grid
    self.viscosity = viscosity
    self.meanVelocity = meanVelocity
    linear = viscosity * grid.laplacian
    slopeX = grid.derivative(axis: 0)
    slopeY = grid.derivative(axis: 1)
    streamFunction = -1 * grid.inverseLaplacian
    dealiasing = grid.dealiasing
  }

  /// The velocity (u, v) of a vorticity.
  public func velocity(of vorticity: FourierSpectrum) -> (x: Tensor, y: Tensor) {
    let streamFunction = streamFunction(vorticity)
    let (meanX, meanY) = (Float(meanVelocity.x), Float(meanVelocity.y))
    return (
      slopeY(streamFunction).field.map { meanX + $0 },
      slopeX(streamFunction).field.map { meanY - $0 }
    )
  }

  /// The vorticity of a velocity.
  ///
  /// - Parameters:
  ///   - x: The velocity along x, u.
  ///   - y: The velocity along y, v.
  /// - Returns: The spectrum of ∂v/∂x − ∂u/∂y.
  public func vorticity(x: Tensor, y: Tensor) -> FourierSpectrum {
    slopeX(grid.spectrum(of: y)) - slopeY(grid.spectrum(of: x))
  }

  /// −∂(u·ω)/∂x − ∂(v·ω)/∂y.
  public func nonlinear(_ state: FourierSpectrum) -> FourierSpectrum {
    let velocity = velocity(of: state)
    let vorticity = state.field
    let transport =
      slopeX(grid.spectrum(of: velocity.x * vorticity)) + slopeY(grid.spectrum(of: velocity.y * vorticity))
    return -dealiasing(transport)
  }

  /// k_x·max|u| + k_y·max|v|.
  public func advectionRate(of state: FourierSpectrum) -> Double {
    let velocity = velocity(of: state)
    let highest = grid.spacings.map { 2 * Double.pi / (3 * $0) }
    return highest[0] * velocity.x.largestMagnitude + highest[1] * velocity.y.largestMagnitude
  }
}
