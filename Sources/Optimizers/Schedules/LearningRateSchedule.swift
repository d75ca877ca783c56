/// How the learning rate changes in training: a factor by which the initial rate is multiplied.
///
/// | Schedule | Factor in epoch e |
/// |---|---|
/// | ``ConstantSchedule`` | 1 |
/// | ``StepSchedule`` | γ^⌊e / n⌋ |
/// | ``CosineSchedule`` | f + (1 − f) · (1 + cos(πe / E)) / 2 |
/// | ``OneCycleSchedule`` | up half a cosine, then down, step by step |
/// | ``WarmUp`` | min(1, (e + 1) / w) times that of another schedule |
///
/// The others change from epoch to epoch; a schedule of one's own may use the step as well.
public protocol LearningRateSchedule: Sendable {
  /// What to multiply the initial learning rate by.
  ///
  /// - Parameter time: The step that is about to be taken.
  /// - Returns: A factor, at least 0.
  func factor(at time: TrainingTime) -> Double
}

extension LearningRateSchedule {
  /// The factor at the first step of an epoch.
  ///
  /// - Parameter epoch: The epoch, counted from 0.
  /// - Returns: What to multiply the initial learning rate by.
  public func factor(epoch: Int) -> Double {
    factor(at: TrainingTime(epoch: epoch, step: 0, stepsPerEpoch: 1))
  }
}

/// A position in training.
public struct TrainingTime: Sendable, Equatable {
  /// The epoch, counted from 0.
  public let epoch: Int
  /// The step within the epoch, counted from 0.
  public let step: Int
  /// The number of steps of an epoch.
  public let stepsPerEpoch: Int

  /// A step.
  ///
  /// - Precondition: No number is negative, and an epoch has a step.
  public init(epoch: Int, step: Int, stepsPerEpoch: Int) {
    precondition(
      epoch >= 0 && step >= 0 && stepsPerEpoch > 0,
      "epochs and steps are counted from 0, got epoch \(epoch), step \(step) of \(stepsPerEpoch)")
    self.epoch = epoch
    self.step = step
    self.stepsPerEpoch = stepsPerEpoch
  }

  /// The number of steps before this one.
  public var steps: Int { epoch * stepsPerEpoch + step }
  /// Epochs that are done, with the part of this one.
  public var epochs: Double { Double(epoch) + Double(step) / Double(stepsPerEpoch) }
}
