import Options

/// A constant learning rate.
public struct ConstantSchedule: LearningRateSchedule, Equatable {
  /// The schedule.
  public init() {}

  /// One.
  public func factor(at time: TrainingTime) -> Double { 1 }
}

extension ConstantSchedule {
  /// A learning rate that stays.
  public struct Description: ScheduleDescription {
    /// The schedule has no options.
    public init() {}

    /// `constant`.
    public static let name = "constant"
    /// In words.
    public static let title = "A learning rate that stays"

    /// The schedule.
    public func schedule(epochs: Int) -> any LearningRateSchedule { ConstantSchedule() }
  }
}

extension ScheduleDescription where Self == ConstantSchedule.Description {
  /// A learning rate that stays.
  public static var constant: ConstantSchedule.Description { ConstantSchedule.Description() }
}
