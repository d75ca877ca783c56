/// How often the layers are analyzed during training.
public enum UpdateInterval: Sendable, Equatable {
  /// At the beginning of every n-th epoch.
  case epochs(Int)
  /// Before every n-th training step, whatever the epoch.
  case steps(Int)

  /// Whether the layers are to be analyzed now; always before the very first step.
  ///
  /// - Parameters:
  ///   - epoch: The epoch that the coming step belongs to, counted from 0.
  ///   - stepOfEpoch: The coming step within its epoch, counted from 0.
  ///   - step: The coming step within the whole run, counted from 0.
  /// - Returns: Whether to analyze before that step.
  /// - Precondition: The interval is positive.
  public func isDue(epoch: Int, stepOfEpoch: Int, step: Int) -> Bool {
    switch self {
    case .epochs(let interval):
      precondition(interval > 0, "an interval of epochs is positive, got \(interval)")
      return stepOfEpoch == 0 && epoch.isMultiple(of: interval)
    case .steps(let interval):
      precondition(interval > 0, "an interval of steps is positive, got \(interval)")
      return step.isMultiple(of: interval)
    }
  }
}
