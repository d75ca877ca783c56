internal import Glibc
public import Options
import SystemFiles

/// One cycle of the learning rate, step by step: up half a cosine from 1/25 to 1 over the first part of the training, then
/// down half a cosine to 1/250,000.
///
/// ```
/// e ≤ pE:   1/25 + (1 − 1/25) · (1 − cos(πe / pE)) / 2
/// e > pE:   1/250000 + (1 − 1/250000) · (1 + cos(π(e − pE) / (E − pE))) / 2
/// ```
///
/// The end lies one step past the last, where PyTorch's `OneCycleLR` has it at the last: of few steps the last is well above it.
///
/// Source: Smith and Topin, *Super-Convergence*, arXiv:1708.07120; the factors 25 and 10⁴ below that are those of PyTorch.
public struct OneCycleSchedule: LearningRateSchedule, Equatable {
  /// E, the number of epochs of the training.
  public let epochs: Int
  /// p, the part of them in which the rate rises.
  public let rise: Double

  /// The first factor.
  public static let first = 1.0 / 25
  /// The last factor.
  public static let last = first / 1e4

  /// A schedule.
  ///
  /// - Precondition: There is at least one epoch, and the rise takes more than none and less than all of them.
  public init(epochs: Int, rise: Double = 0.3) {
    precondition(
      epochs > 0 && rise > 0 && rise < 1,
      "one cycle needs epochs and a rise between 0 and 1, got \(epochs), \(rise)")
    self.epochs = epochs
    self.rise = rise
  }

  /// The place in the cycle, by the part of the epoch that is done too.
  public func factor(at time: TrainingTime) -> Double {
    let progress = min(time.epochs / Double(epochs), 1)
    func between(_ start: Double, _ end: Double, _ part: Double) -> Double {
      start + (end - start) * (1 - cos(.pi * part)) / 2
    }
    return progress <= rise
      ? between(Self.first, 1, progress / rise)
      : between(1, Self.last, (progress - rise) / (1 - rise))
  }
}

extension OneCycleSchedule {
  /// One cycle over the whole training.
  public struct Description: ScheduleDescription {
    /// The part of the training in which the rate rises.
    public var rise: Double

    /// The default options.
    public init() {
      self.init(rise: 0.3)
    }

    /// Chosen options.
    public init(rise: Double) {
      self.rise = rise
    }

    /// `one-cycle`.
    public static let name = "one-cycle"
    /// In words.
    public static let title = "Up to the learning rate, then down to almost zero at the end"
    /// The options that it has of its own.
    public static let options: [OptionDeclaration<Description>] = [
      OptionDeclaration(
        "rise", \.rise, in: .from(0.001, to: 0.999),
        help: "Part of the training in which the learning rate of the one-cycle schedule rises.")
    ]

    /// The schedule of these options.
    public func schedule(epochs: Int) -> any LearningRateSchedule {
      OneCycleSchedule(epochs: epochs, rise: rise)
    }
  }
}

extension ScheduleDescription where Self == OneCycleSchedule.Description {
  /// Up over the first three tenths of the training, then down to almost zero.
  public static var oneCycle: OneCycleSchedule.Description { OneCycleSchedule.Description() }
}
