public import TensorCore

/// A training run that cannot go on.
public enum TrainingError: ReportableError, Equatable {
  /// A number is no longer finite.
  case diverged(quantity: String, epoch: Int, step: Int, learningRate: Double, resume: String)
  /// A weight file to start from is of another model.
  case initialWeights(file: String, reason: String)

  /// The run's fault, or the file's.
  public var fault: Fault {
    switch self {
    case .diverged: .run
    case .initialWeights: .data
    }
  }

  /// One sentence for the person at the terminal.
  public var description: String {
    switch self {
    case .diverged(let quantity, let epoch, let step, let learningRate, let checkpoint):
      "the \(quantity) is no longer finite in epoch \(epoch), step \(step), at learning rate \(learningRate); "
        + "lower --learning-rate or set --clip-gradients. The checkpoints of the epochs before are kept in \(checkpoint)."
    case .initialWeights(let file, let reason):
      "\(file) cannot be the initial weights: \(reason)"
    }
  }
}
