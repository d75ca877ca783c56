public import SystemFiles

/// A training run that cannot continue.
public enum TrainingError: ReportableError, Equatable {
  /// A number is no longer finite; the epoch and its step are counted from 0, as in the run's files.
  case diverged(quantity: String, epoch: Int, step: Int, learningRate: Double, checkpoints: String?)

  /// The run's fault.
  public var fault: Fault { .run }

  /// The sentence, with option names that are still to be spelled.
  public var message: Message {
    switch self {
    case .diverged(let quantity, 0, 0, _, _) where Self.stepQuantities.contains(quantity):
      """
      the \(quantity) is not finite in the first step, before any weight has changed: the data, the weights that it starts \
      from or the noise are too large, not the learning rate. Look at the ranges of the variables; choose units in which the \
      numbers are smaller, or, if variables are not scaled, set \(option: "normalize", "standard").
      """
    case .diverged(let quantity, let epoch, let step, let learningRate, let checkpoints):
      "the \(quantity) is no longer finite in epoch \(epoch + 1), step \(step + 1), at learning rate \(learningRate); "
        + "lower \(option: "learning-rate") or set \(option: "clip-gradients")."
        + Self.words(on: checkpoints, after: epoch)
    }
  }

  /// What a step computes before it changes a weight. The evaluation after a first step may find that something else is not finite,
  /// and then the learning rate may well be at fault.
  private static let stepQuantities: Set = ["loss", "gradient", "running statistics"]

  /// What is said of the checkpoints: before an epoch is done they are the weights that the training began with.
  private static func words(on checkpoints: String?, after epochs: Int) -> Message {
    guard epochs > 0, let checkpoints else { return "" }
    return " The last good checkpoints are kept in \(checkpoints)."
  }
}
