extension CompressibleFlow {
  /// What happens at the ends of every axis.
  public enum Boundary: String, CaseIterable, Sendable {
    /// What leaves at one end enters at the other.
    case periodic
    /// Waves leave: the two cells next to the end are mirrored, the velocity with its sign.
    case outgoing
  }

  /// The viscous stress σ, of which ∂ⱼσᵢⱼ drives the momentum along axis i.
  ///
  /// In one dimension both are ρ(4η/3 + ζ) ∂v, the same.
  public enum Stress: String, CaseIterable, Sendable {
    /// PDEBench's: σᵢⱼ = ρη ∂ⱼvᵢ, and ρ(4η/3 + ζ) ∂ᵢvᵢ where j = i.
    ///
    /// It lacks the transposed gradient ρη ∂ᵢvⱼ and the other axes' part of the divergence. Vortices then decay too fast,
    /// by a factor of (7η/3 + ζ)/2η for Taylor and Green's: 1.67 where ζ = η. The axes take turns in each sub-step.
    case pdebench
    /// A Newtonian fluid's: σᵢⱼ = ρη (∂ⱼvᵢ + ∂ᵢvⱼ) + ρ(ζ − 2η/3) ∇·v δᵢⱼ.
    ///
    /// All axes start from the same state in each sub-step, so that none goes before another, and momentum and energy
    /// are conserved to rounding on a periodic domain; ``GhostUpdate`` has no part in it.
    ///
    /// Source: Landau, Lifshitz, *Fluid Mechanics*, 2nd ed., § 15.
    case newtonian
  }

  /// When PDEBench's viscous terms see what the other side of a periodic end has become.
  public enum GhostUpdate: String, CaseIterable, Sendable {
    /// Once a sub-step, before its first axis. So it is in PDEBench's data: the second and third axis see ghost cells
    /// from before the sub-step. The flow near their ends is then off by about a thousandth, and momentum and energy
    /// are not conserved to rounding in two and three dimensions.
    case perSubstep = "per-substep"
    /// Before every axis: conserves mass, momentum and energy to rounding, wherever the periodic ends are put.
    case perAxis = "per-axis"
  }

  /// The equations' parameters, the grid and the frames to keep.
  public struct Configuration: Sendable, Equatable {
    /// The number of cells along each axis.
    public var resolution: [Int]
    /// The interval that each axis covers.
    public var domain: [ClosedRange<Double>]
    /// The kinematic shear viscosity η.
    public var shearViscosity: Double
    /// The kinematic bulk viscosity ζ.
    public var bulkViscosity: Double
    /// The ratio of specific heats γ.
    public var heatCapacityRatio: Double
    /// The viscous stress.
    public var stress: Stress
    /// What happens at the ends of every axis.
    public var boundary: Boundary
    /// When PDEBench's viscous terms see what the other side of a periodic end has become.
    public var ghostUpdate: GhostUpdate
    /// The time of the last frame; the first one is at 0.
    public var finalTime: Double
    /// The time between two frames.
    public var saveInterval: Double
    /// The time step in units of the shortest crossing time of a cell, at most 0.5, and 1/3 in three dimensions.
    public var courantNumber: Double

    /// A configuration; what is left out is as in PDEBench's data sets.
    ///
    /// - Parameters:
    ///   - resolution: The number of cells along each axis, for as many dimensions as there are numbers.
    ///   - domain: The interval that each axis covers; by default [−1, 1] in 1D and [0, 1] per axis otherwise.
    ///   - shearViscosity: The kinematic shear viscosity η.
    ///   - bulkViscosity: The kinematic bulk viscosity ζ.
    ///   - heatCapacityRatio: The ratio of specific heats γ.
    ///   - stress: The viscous stress.
    ///   - boundary: What happens at the ends of every axis.
    ///   - ghostUpdate: When PDEBench's viscous terms see what the other side of a periodic end has become.
    ///   - finalTime: The time of the last frame.
    ///   - saveInterval: The time between two frames.
    ///   - courantNumber: The time step in units of the shortest crossing time of a cell, at most 0.5, and 1/3 in three
    ///     dimensions.
    public init(
      resolution: [Int], domain: [ClosedRange<Double>]? = nil, shearViscosity: Double = 0.01,
      bulkViscosity: Double = 0.01, heatCapacityRatio: Double = 5.0 / 3, stress: Stress = .pdebench,
      boundary: Boundary = .periodic, ghostUpdate: GhostUpdate = .perSubstep, finalTime: Double = 1,
      saveInterval: Double? = nil, courantNumber: Double = 0.3
    ) {
      let isLine = resolution.count == 1
      self.resolution = resolution
      self.domain = domain ?? Array(repeating: isLine ? -1...1 : 0...1, count: resolution.count)
      self.shearViscosity = shearViscosity
      self.bulkViscosity = bulkViscosity
      self.heatCapacityRatio = heatCapacityRatio
      self.stress = stress
      self.boundary = boundary
      self.ghostUpdate = ghostUpdate
      self.finalTime = finalTime
      self.saveInterval = saveInterval ?? (isLine ? 0.01 : 0.05)
      self.courantNumber = courantNumber
    }

    /// The number of axes.
    public var dimensions: Int { resolution.count }

    /// The number of frames, the initial state and the final one included.
    public var frameCount: Int { Int((finalTime / saveInterval).rounded()) + 1 }

    /// The length of a cell along each axis.
    public var spacing: [Double] {
      zip(domain, resolution).map { ($0.upperBound - $0.lowerBound) / Double($1) }
    }

    /// The centers of the cells along each axis.
    public var coordinates: [[Double]] {
      resolution.indices.map { axis in
        (0..<resolution[axis]).map { domain[axis].lowerBound + (Double($0) + 0.5) * spacing[axis] }
      }
    }

    /// The times of the frames.
    public var times: [Double] { (0..<frameCount).map { Double($0) * saveInterval } }

    /// The shape of a state: density, pressure and the velocity components on the grid.
    public var stateShape: [Int] { [2 + dimensions] + resolution }

    /// The longest time step of the viscous terms that is stable along every axis where densities of neighbors are alike;
    /// infinite without viscosity.
    var longestViscousStep: Double {
      let limits = spacing.map { 0.3 * 0.5 * $0 * $0 / (4 * shearViscosity / 3 + bulkViscosity) }
      switch stress {
      case .pdebench: return limits.reduce(.infinity, min)
      case .newtonian: return 1 / limits.reduce(0) { $0 + 1 / $1 }
      }
    }

    /// The part of ``longestViscousStep`` that is stable where the densities of neighbors differ by a factor.
    ///
    /// Of all states in which neighbors differ by up to the factor R, the one whose cells are light and heavy by turns has the
    /// mode that changes fastest: a sawtooth of the velocity, which a whole step multiplies by 1 − 0.15·(2 + R + 1/R). That
    /// is below −1 from R = 11.24 on; the package's own random states on a line end at 11.
    static func stableViscousShare(contrast: Double) -> Double {
      let share = 2 / (0.15 * (2 + contrast + 1 / contrast))
      return share < 1 ? share : 1
    }

    /// The largest Courant number.
    ///
    /// The fastest mode is a sawtooth along every axis, which each of them damps: in one time step of the midpoint rule by up to
    /// 2C, and that rule is stable up to 2 in all.
    private var largestCourantNumber: Double { min(0.5, 1 / Double(dimensions)) }

    /// Refuses what cannot be computed.
    ///
    /// - Throws: ``SolverError``, naming the parameter, its value and what is allowed.
    public func validate() throws(SolverError) {
      guard (1...3).contains(dimensions) else { throw .unsupportedDimensions(dimensions) }
      try SolverError.checkResolution(resolution)
      guard domain.count == dimensions, spacing.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw .badDomain(domain, dimensions: dimensions)
      }
      try SolverError.check("shear viscosity eta", shearViscosity, "zero or positive") { $0 >= 0 }
      try SolverError.check("bulk viscosity zeta", bulkViscosity, "zero or positive") { $0 >= 0 }
      try SolverError.check("ratio of specific heats gamma", heatCapacityRatio, "above 1 and at most 100") {
        $0 > 1 && $0 <= 100
      }
      try SolverError.checkTimes(finalTime: finalTime, saveInterval: saveInterval)
      let largest = largestCourantNumber
      try SolverError.check(
        "Courant number", courantNumber,
        "above 0 and at most \(dimensions == 3 ? "1/3" : "\(largest)") in \(dimensions)D"
      ) { $0 > 0 && $0 <= largest }
      try SolverError.checkSize(frames: frameCount, variables: 2 + dimensions, resolution: resolution)
      try SolverError.check("number of viscous sub-steps", finalTime / longestViscousStep, "at most 1e9") {
        $0 <= 1e9
      }
    }
  }
}
