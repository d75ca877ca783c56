package import PDESolvers

/// What flows are to have other than a preset or a file says; what is nil stays as it is there.
package struct FlowChanges: Sendable {
  /// The kinematic shear viscosity η.
  package var shearViscosity: Double?
  /// The kinematic bulk viscosity ζ.
  package var bulkViscosity: Double?
  /// The ratio of specific heats γ.
  package var heatCapacityRatio: Double?
  /// The viscous stress.
  package var stress: CompressibleFlow.Stress?
  /// What happens at the ends of every axis.
  package var boundary: CompressibleFlow.Boundary?
  /// When PDEBench's viscous terms see what the other side of a periodic end has become.
  package var ghostUpdate: CompressibleFlow.GhostUpdate?
  /// The time of the last frame.
  package var finalTime: Double?
  /// The time between two frames.
  package var saveInterval: Double?

  /// No changes.
  package init() {}

  /// Changes what is not nil.
  ///
  /// - Parameter configuration: The settings to change.
  package func apply(to configuration: inout CompressibleFlow.Configuration) {
    configuration.shearViscosity = shearViscosity ?? configuration.shearViscosity
    configuration.bulkViscosity = bulkViscosity ?? configuration.bulkViscosity
    configuration.heatCapacityRatio = heatCapacityRatio ?? configuration.heatCapacityRatio
    configuration.stress = stress ?? configuration.stress
    configuration.boundary = boundary ?? configuration.boundary
    configuration.ghostUpdate = ghostUpdate ?? configuration.ghostUpdate
    configuration.finalTime = finalTime ?? configuration.finalTime
    configuration.saveInterval = saveInterval ?? configuration.saveInterval
  }
}
