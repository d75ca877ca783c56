public import SystemFiles

/// A solution that stopped being finite.
public struct DivergenceError: ReportableError, Equatable {
  /// The time at which that showed.
  public let time: Double
  /// The step at whose end it showed, counted from 1.
  public let step: Int
  /// The length of the steps.
  public let timeStep: Double

  /// The run's.
  public var fault: Fault { .run }

  /// What was found and the way out, on one line.
  public var message: Message {
    "The solution is not finite at time \(time), after step \(step) of length \(timeStep); take more steps, or more points if the viscosity is too low for the grid."
  }
}
