public import FieldMetrics

/// How far a training run is.
public struct TrainingProgress: Sendable {
  /// What is being done.
  public enum Activity: Sendable {
    /// Training steps.
    case training
    /// Rollouts of the test or validation samples.
    case evaluating
  }

  /// What is being done.
  public let activity: Activity
  /// The epoch, from 0.
  public let epoch: Int
  /// The number of epochs of the whole run.
  public let epochs: Int
  /// Steps done in this epoch, or samples evaluated.
  public let done: Int
  /// Steps of this epoch, or samples to evaluate.
  public let total: Int
  /// The loss of the last step.
  public let loss: Double?
  /// The lowest and the highest learning rate of any layer.
  public let learningRates: ClosedRange<Double>
  /// The last nRMSE on the test samples.
  public let nrmse: Double?
  /// Seconds to the end of the run, from the pace of this session; nil before there is one.
  public let secondsLeft: Double?
}

/// How a training run ended.
public struct TrainingSummary: Sendable, Encodable {
  /// Why it ended.
  public enum Outcome: String, Sendable, Encodable {
    /// All epochs are done.
    case finished
    /// The error has not become lower for as many evaluations as was asked for.
    case stoppedEarly = "stopped-early"
    /// It was asked to stop, and can be resumed.
    case interrupted
  }

  /// Why it ended.
  public let outcome: Outcome
  /// The run's folder, if it is kept in one.
  public let run: String?
  /// Epochs that are done.
  public let epochs: Int
  /// The mean loss of the last whole epoch.
  public let loss: Double?
  /// The metrics at the last evaluation on the data that the run is on.
  public let metrics: Metrics?
  /// The lowest score, mostly the nRMSE of the samples that choose the best checkpoint.
  public let bestScore: Double?
  /// Its epoch, from 0.
  public let bestEpoch: Int?
  /// Seconds of training, earlier sessions included.
  public let seconds: Double

  private enum CodingKeys: String, CodingKey {
    case outcome, run, epochs, loss, metrics, seconds
    case bestScore = "best_nRMSE"
    case bestEpoch = "best_epoch"
  }
}
