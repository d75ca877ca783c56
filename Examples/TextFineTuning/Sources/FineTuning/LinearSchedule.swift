public import Optimizers

/// A rate that rises linearly over the first steps of a run and falls linearly to 0 at its end.
///
/// ```
/// t/w for t < w      (T − t)/(T − w) for w ≤ t < T
/// ```
///
/// t is the number of steps before this one, T all, and w the steps of warm-up; as in the library transformers.
public struct LinearSchedule: LearningRateSchedule {
  /// The share of the steps that the rate rises over.
  public let warmUp: Double
  /// The number of epochs.
  public let epochs: Int

  /// A schedule.
  ///
  /// - Parameters:
  ///   - warmUp: The share of the steps that the rate rises over, in [0, 1).
  ///   - epochs: The number of epochs.
  public init(warmUp: Double, epochs: Int) {
    precondition((0..<1).contains(warmUp) && epochs > 0, "a warm-up of \(warmUp) in \(epochs) epochs")
    (self.warmUp, self.epochs) = (warmUp, epochs)
  }

  /// The factor before a step.
  public func factor(at time: TrainingTime) -> Double {
    let all = Double(epochs * time.stepsPerEpoch)
    let rising = (warmUp * all).rounded(.up)
    let done = Double(time.steps)
    return done < rising ? done / rising : max(0, (all - done) / max(all - rising, 1))
  }
}
