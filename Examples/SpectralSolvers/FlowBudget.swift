/// Holds the energy and enstrophy that a flow has lost against what viscosity must have taken.
///
/// ```
/// dE/dt = −2ν·Z        dZ/dt = −2ν·P
/// ```
///
/// Both follow from the vorticity equation on a periodic box: transport moves energy and enstrophy about and makes none.
/// The truncated equation keeps this property, so what the two sides differ by is the error of the time steps, of
/// rounding, and of the integral over time, for which each step counts as a trapezoid.
public struct FlowBudget: Sendable {
  /// The flow's averages at the beginning.
  public let initial: FlowAverages
  /// The flow's averages now.
  public private(set) var current: FlowAverages
  /// ∫2ν·Z dt up to now.
  public private(set) var energyDissipated = 0.0
  /// ∫2ν·P dt up to now.
  public private(set) var enstrophyDissipated = 0.0

  private let viscosity: Double
  private var time = 0.0

  /// The budget of a flow that begins at time 0.
  ///
  /// - Parameters:
  ///   - initial: The averages at time 0.
  ///   - viscosity: ν.
  public init(initial: FlowAverages, viscosity: Double) {
    self.initial = initial
    self.viscosity = viscosity
    current = initial
  }

  /// Goes on to a later time.
  ///
  /// - Parameters:
  ///   - time: The time, not before the last one.
  ///   - averages: The flow's averages then.
  public mutating func advance(to time: Double, _ averages: FlowAverages) {
    let weight = viscosity * (time - self.time)
    energyDissipated += weight * (current.enstrophy + averages.enstrophy)
    enstrophyDissipated += weight * (current.palinstrophy + averages.palinstrophy)
    current = averages
    self.time = time
  }

  /// The energy that is unaccounted for, as a fraction of the initial energy.
  public var energyImbalance: Double {
    (initial.energy - current.energy - energyDissipated) / initial.energy
  }

  /// The enstrophy that is unaccounted for, as a fraction of the initial enstrophy.
  public var enstrophyImbalance: Double {
    (initial.enstrophy - current.enstrophy - enstrophyDissipated) / initial.enstrophy
  }
}
