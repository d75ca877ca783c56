/// Another schedule with linear warm-up over the first epochs; the first epoch already takes steps.
public struct WarmUp: LearningRateSchedule {
  /// The number of epochs over which the rate rises; 0 for none.
  public let epochs: Int
  /// The schedule whose factor is multiplied.
  public let schedule: any LearningRateSchedule

  /// A schedule.
  ///
  /// - Precondition: The number of epochs is not negative.
  public init(epochs: Int, then schedule: any LearningRateSchedule) {
    precondition(epochs >= 0, "a warm-up cannot last \(epochs) epochs")
    self.epochs = epochs
    self.schedule = schedule
  }

  /// The part of the warm-up times the schedule's factor.
  public func factor(at time: TrainingTime) -> Double {
    let warmth = time.epoch < epochs ? Double(time.epoch + 1) / Double(epochs) : 1
    return warmth * schedule.factor(at: time)
  }
}
