/// A constant learning rate.
public struct ConstantSchedule: LearningRateSchedule, Equatable {
  /// The schedule.
  public init() {}

  /// One.
  public func factor(at time: TrainingTime) -> Double { 1 }
}
