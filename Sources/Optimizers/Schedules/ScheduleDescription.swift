public import Options

/// A kind of schedules: its name, the options that it has of its own, and how one is made.
///
/// A value is one choice of the options. To add a schedule, write such a type beside it and list it in
/// ``ScheduleRegistry``, or pass a registry with it along.
public protocol ScheduleDescription: KindDescription {
  /// The schedule of these options.
  ///
  /// - Parameter epochs: How many epochs the training takes.
  /// - Returns: The schedule.
  func schedule(epochs: Int) -> any LearningRateSchedule
}

/// The kinds of schedules that can be chosen.
public typealias ScheduleRegistry = KindRegistry<any ScheduleDescription.Type>

extension KindRegistry where Kind == any ScheduleDescription.Type {
  /// The schedules of this library, a line each.
  public static var standard: ScheduleRegistry {
    ScheduleRegistry([
      ConstantSchedule.Description.self,
      StepSchedule.Description.self,
      CosineSchedule.Description.self,
      OneCycleSchedule.Description.self,
    ])
  }
}
