/// A learning rate that stays.
public struct ConstantSchedule: LearningRateSchedule, Equatable {
  /// The schedule.
  public init() {}

  /// One.
  public func factor(at time: TrainingTime) -> Double { 1 }
}
