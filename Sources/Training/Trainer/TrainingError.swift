public import SystemFiles

/// A training run that cannot continue.
public enum TrainingError: ReportableError, Equatable {
  /// A number is no longer finite; the epoch and its step are counted from 0, as in the run's files.
  case diverged(quantity: String, epoch: Int, step: Int, learningRate: Double, checkpoints: String?)

  /// The run's fault.
  public var fault: Fault { .run }

  /// One sentence for the user.
  public var description: String { message.description }

  /// The sentence, with option names that are still to be spelled.
  public var message: Message {
    switch self {
    case .diverged(let quantity, let epoch, let step, let learningRate, let checkpoints):
      "the \(quantity) is no longer finite in epoch \(epoch + 1), step \(step + 1), at learning rate \(learningRate); "
        + "lower \(option: "learning-rate") or set \(option: "clip-gradients")."
        + (checkpoints.map { Message(" The last good checkpoints are kept in \($0).") } ?? "")
    }
  }
}
