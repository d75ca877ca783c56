public import TensorCore

/// A wave that is carried along a periodic line without changing, solved exactly.
///
/// ```
/// ∂u/∂t + β·∂u/∂x = 0,   u(x, t) = u(x − βt, 0),   0 ≤ x < 1 periodic
/// ```
///
/// The equation of PDEBench's `1D_Advection_Sols_beta….hdf5`, whose solutions are numerical and slightly smoothed.
///
/// Source: Takamoto et al., *PDEBench*, arXiv:2210.07182, appendix D.1.
public struct LinearAdvection: Sendable {
  /// The velocity β, in lengths of the line per unit of time.
  public let velocity: Double
  /// The cells and frames.
  public let grid: LineGrid

  /// Waves of a velocity.
  ///
  /// - Parameters:
  ///   - velocity: β.
  ///   - grid: The cells and frames.
  /// - Throws: ``SolverError/outOfRange(quantity:value:allowed:)`` for a velocity that is not finite, or that carries the wave
  ///   over more than 1e9 lengths of the line: what rounding leaves of its place would be no solution.
  public init(velocity: Double, grid: LineGrid) throws(SolverError) {
    try SolverError.check(
      "velocity beta", velocity, "from -1e9 to 1e9 divided by the final time, which is \(grid.finalTime)"
    ) { abs($0) * grid.finalTime <= 1e9 }
    self.velocity = velocity
    self.grid = grid
  }

  /// The frames that follow from an initial function.
  ///
  /// - Parameter initial: The function at time 0, with period 1.
  /// - Returns: The values at the cells' centers, `[time, 1, x]`.
  public func solve(initial: (_ position: Double) -> Double) -> Tensor {
    let (positions, times) = (grid.coordinates, grid.times)
    let values = times.flatMap { time in positions.map { Float(initial($0 - velocity * time)) } }
    return Tensor(values, shape: [times.count, 1, positions.count])
  }
}
