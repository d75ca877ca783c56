internal import Glibc
public import Options
import SystemFiles

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

extension StepSchedule {
  /// A learning rate that falls by a factor every few epochs.
  public struct Description: ScheduleDescription {
    /// Epochs from one step of the schedule to the next.
    public var epochs: Int
    /// Factor of each step of the schedule.
    public var factor: Double

    /// The default options.
    public init() {
      self.init(epochs: 100, factor: 0.5)
    }

    /// Chosen options.
    public init(epochs: Int, factor: Double) {
      self.epochs = epochs
      self.factor = factor
    }

    /// `step`.
    public static let name = "step"
    /// In words.
    public static let title = "A factor every few epochs"
    /// The options that it has of its own.
    public static let options: [OptionDeclaration<Description>] = [
      OptionDeclaration(
        "schedule-step", \.epochs, in: .count, help: "Epochs between steps of the step schedule."),
      OptionDeclaration(
        "schedule-gamma", \.factor, in: .positive, help: "Factor of each step of the step schedule."),
    ]

    /// The schedule of these options.
    public func schedule(epochs: Int) -> any LearningRateSchedule {
      StepSchedule(epochs: self.epochs, factor: factor)
    }
  }
}

extension ScheduleDescription where Self == StepSchedule.Description {
  /// Half the learning rate after every 100 epochs.
  public static var step: StepSchedule.Description { StepSchedule.Description() }

  /// A factor every few epochs.
  public static func step(epochs: Int, factor: Double) -> StepSchedule.Description {
    StepSchedule.Description(epochs: epochs, factor: factor)
  }
}
