internal import Glibc
import Options

/// A learning rate that falls along half a cosine: f + (1 − f) · (1 + cos(πe / E)) / 2, and stays at its floor f past its
/// last epoch E.
///
/// Source: Loshchilov and Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts*, arXiv:1608.03983, equation 5,
/// without restarts.
public struct CosineSchedule: LearningRateSchedule, Equatable {
  /// E, the number of epochs after which the floor is reached.
  public let epochs: Int
  /// f, the lowest factor.
  public let floor: Double

  /// A schedule.
  ///
  /// - Precondition: There is at least one epoch, and the floor is in [0, 1].
  public init(epochs: Int, floor: Double = 0) {
    precondition(
      epochs > 0 && (0...1).contains(floor),
      "a cosine needs epochs and a floor in [0, 1], got \(epochs), \(floor)")
    self.epochs = epochs
    self.floor = floor
  }

  /// The cosine of the epoch.
  public func factor(at time: TrainingTime) -> Double {
    let progress = Double(min(time.epoch, epochs)) / Double(epochs)
    return floor + (1 - floor) * (1 + cos(.pi * progress)) / 2
  }
}

extension CosineSchedule {
  /// A learning rate that falls along half a cosine, to zero after the last epoch.
  public struct Description: ScheduleDescription {
    /// The schedule has no options.
    public init() {}

    /// `cosine`.
    public static let name = "cosine"
    /// In words.
    public static let title = "Down half a cosine, which ends at zero"

    /// The schedule.
    public func schedule(epochs: Int) -> any LearningRateSchedule { CosineSchedule(epochs: epochs) }
  }
}

extension ScheduleDescription where Self == CosineSchedule.Description {
  /// Down half a cosine, which ends at zero.
  public static var cosine: CosineSchedule.Description { CosineSchedule.Description() }
}
