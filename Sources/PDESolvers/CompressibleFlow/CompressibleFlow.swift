public import TensorCore

/// The compressible Navier-Stokes equations of an ideal gas in 1, 2 or 3 dimensions, as in PDEBench's CFD data sets.
///
/// ```
/// ∂ρ/∂t + ∇·(ρv)                     = 0
/// ∂(ρv)/∂t + ∇·(ρv⊗v + p)            = ∇·σ
/// ∂E/∂t + ∇·((E + p) v)              = ∇·(σ·v)        E = p/(γ − 1) + ½ρ|v|²
/// ```
///
/// | Symbol | Name | Unit |
/// |---|---|---|
/// | ρ, p, v | density, pressure, velocity | dimensionless |
/// | η, ζ | kinematic shear and bulk viscosity | length² / time |
/// | σ | the viscous stress, one of two: ``Stress`` | pressure |
///
/// Finite volumes. Per step: linear reconstruction of the primitive variables at the faces with van Leer's monotonised
/// central limiter; HLLC fluxes, their outer waves at min(v) − max(c) and max(v) + max(c) of the two sides; the midpoint
/// rule in time; then the viscous terms in stable sub-steps. A pressure that is not above 1e-8 becomes 1e-4. The time step
/// is `courantNumber` times the least Δx / max(c + |v|) over the axes, shortened to hit the next frame; a viscous sub-step
/// is at most 0.3 · ½Δx² / (4η/3 + ζ), with Δx⁻² summed over the axes for a Newtonian fluid. Where the densities of two
/// neighbors differ by a factor R above 11.24, it is at most 13.3 / (2 + R + 1/R) of that. Single precision.
///
/// On a periodic domain mass is conserved to rounding, and so are momentum and energy, but for two things: with
/// ``Stress/pdebench`` and ``GhostUpdate/perSubstep`` in two and three dimensions momentum is to about 1e-5, and energy to
/// about 1e-5 at a Mach number of 0.1 and 1e-3 at 1; and where the floor raises a pressure, energy is added
/// (``Solution/flooredCells`` says how often). With outgoing boundaries all of them leave and enter.
///
/// Between the outer waves the flux is that of the state (ρ*, p*, S*) with the energy p*/(γ − 1) + ½ρ*|v*|², where Toro's
/// HLLC carries the energy across the outer wave. The two differ in second order of the jump; PDEBench's own
/// trajectories, shocks and turbulence alike, are followed to 1e-5 with the former and to 1e-2 with the latter.
///
/// Second order in smooth flow, first order at shocks. Good values: a Courant number of 0.3; η = ζ = 0.01 resolves
/// shocks from some 128 cells on.
///
/// Source: Takamoto et al., *PDEBench*, arXiv:2210.07182, appendix D.5; van Leer, J. Comput. Phys. 23 (1977) 276;
/// Toro, *Riemann Solvers and Numerical Methods for Fluid Dynamics*, 3rd ed., section 10.4.
public struct CompressibleFlow: Sendable {
  /// The parameters that this flow is computed with.
  public let configuration: Configuration

  /// A flow with the given parameters.
  ///
  /// - Throws: ``SolverError`` for parameters that cannot work.
  public init(_ configuration: Configuration) throws(SolverError) {
    try configuration.validate()
    self.configuration = configuration
  }

  /// The names of the variables in their order, which are those of PDEBench's data sets.
  public var variables: [String] {
    ["density", "pressure"] + ["Vx", "Vy", "Vz"].prefix(configuration.dimensions)
  }

  /// The frames of one sample, and what they cost.
  public struct Solution: Sendable {
    /// The frames at 0, `saveInterval`, … `finalTime`: `[time, variable, x(, y(, z))]`.
    public let frames: Tensor
    /// The number of time steps.
    public let steps: Int
    /// The number of sub-steps that the viscous terms took in them.
    public let viscousSteps: Int
    /// How often a cell's pressure was raised to the floor, over all steps and sub-steps: each time energy was added.
    public let flooredCells: Int
  }

  /// Computes the frames that follow from an initial state, in the calling thread.
  ///
  /// - Parameter initial: Density, pressure and the velocity components: `[variable, x(, y(, z))]`.
  /// - Returns: The frames, of which the first is `initial`.
  /// - Throws: ``SolverError/wrongShape(found:expected:)`` or
  ///   ``SolverError/unphysicalState(variable:value:)`` for an initial state that is none,
  ///   ``SolverError/outOfRange(quantity:value:allowed:)`` if it is so fast that there would be more than 1e9 time steps, and
  ///   ``SolverError/diverged(time:)`` if the flow does not stay finite.
  public func solve(initial: Tensor) throws(SolverError) -> Solution {
    try check(initial)
    let field = FlowField(configuration)
    field.load(initial)
    let first = configuration.courantNumber * field.shortestCrossingTime()
    // It is zero, or no number, where a speed is not finite.
    guard first > 0 else { throw .diverged(time: 0) }
    try SolverError.checkSteps(configuration.finalTime / first)
    // Speeds that have grown ten thousandfold mean divergence, and would take forever.
    let shortest = 1e-4 * first
    var (steps, viscousSteps) = (0, 0)
    var frames = Tensor(uninitialized: [configuration.frameCount] + configuration.stateShape)
    try frames.withUnsafeMutableElements { elements throws(SolverError) in
      initial.withUnsafeElements { _ = elements[..<initial.count].update(fromContentsOf: $0) }
      for frame in 1..<configuration.frameCount {
        let start = Double(frame - 1) * configuration.saveInterval
        let end = Double(frame) * configuration.saveInterval
        let count = try advance(field, from: start, to: end, shortestStep: shortest)
        steps += count.steps
        viscousSteps += count.viscousSteps
        field.store(into: UnsafeMutableBufferPointer(rebasing: elements[(frame * initial.count)...]))
      }
    }
    return Solution(
      frames: frames, steps: steps, viscousSteps: viscousSteps, flooredCells: field.flooredCells)
  }

  /// Steps a field from one time to another.
  ///
  /// - Returns: The number of steps, and of viscous sub-steps in them.
  private func advance(_ field: FlowField, from start: Double, to end: Double, shortestStep: Double)
    throws(SolverError) -> (steps: Int, viscousSteps: Int)
  {
    var time = start
    var (steps, viscousSteps) = (0, 0)
    while true {
      // The speeds after the last step are looked at too: they are finite only if the whole state is.
      let longest = configuration.courantNumber * field.shortestCrossingTime()
      guard longest > shortestStep else { throw .diverged(time: time) }
      guard time < end else { return (steps, viscousSteps) }
      let isLast = longest >= end - time
      guard let substeps = field.advance(by: isLast ? end - time : longest) else {
        throw .diverged(time: time)
      }
      viscousSteps += substeps
      time = isLast ? end : time + longest
      steps += 1
    }
  }

  private func check(_ initial: Tensor) throws(SolverError) {
    guard initial.shape == configuration.stateShape else {
      throw .wrongShape(found: initial.shape, expected: configuration.stateShape)
    }
    let cells = initial.count / initial.shape[0]
    let offender = initial.withUnsafeElements { elements in
      elements.indices.first { !(elements[$0].isFinite && ($0 >= 2 * cells || elements[$0] > 0)) }
        .map { (variable: $0 / cells, value: elements[$0]) }
    }
    if let offender { throw .unphysicalState(variable: variables[offender.variable], value: offender.value) }
  }
}
