#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A learning rate that falls by a factor every n epochs: γ^⌊e / n⌋.
public struct StepSchedule: LearningRateSchedule, Equatable {
  /// n, the number of epochs from one step to the next.
  public let epochs: Int
  /// γ, what the rate is multiplied by at a step.
  public let factor: Double

  /// A schedule.
  ///
  /// - Precondition: Both are positive.
  public init(epochs: Int, factor: Double) {
    precondition(
      epochs > 0 && factor > 0, "a step needs epochs and a factor above 0, got \(epochs), \(factor)")
    self.epochs = epochs
    self.factor = factor
  }

  /// The factor's power.
  public func factor(at time: TrainingTime) -> Double { pow(factor, Double(time.epoch / epochs)) }
}
