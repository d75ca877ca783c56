/// Reacts to events of a training run: records, checkpoints, progress, analyses.
///
/// A trainer calls its observers in order, in the thread that trains. Each has defaults that do nothing. What an observer
/// must remember across sessions is its state, which is saved with the weights.
public protocol TrainingObserver: AnyObject {
  /// Training starts or resumes.
  func trainingBegins(_ trainer: Trainer) throws

  /// The step at the trainer's position is about to be taken.
  func stepBegins(_ trainer: Trainer) throws

  /// A step has been taken.
  ///
  /// - Parameters:
  ///   - trainer: The trainer, whose position is already that of the next step.
  ///   - loss: The loss before the step's update.
  /// - Throws: What ends training.
  func stepDone(_ trainer: Trainer, loss: Double) throws

  /// An evaluation makes progress.
  ///
  /// - Parameters:
  ///   - trainer: The trainer.
  ///   - done: The number of samples that have been measured.
  ///   - total: The number of samples to measure.
  func evaluating(_ trainer: Trainer, done: Int, of total: Int)

  /// An epoch is done, and evaluated if that was due.
  ///
  /// - Parameters:
  ///   - trainer: The trainer, whose position is still in the epoch.
  ///   - record: What the epoch came to.
  ///   - isBest: Whether the weights are the best so far.
  /// - Throws: What ends training.
  func epochDone(_ trainer: Trainer, _ record: EpochRecord, isBest: Bool) throws

  /// What has been trained should be saved now: at the end, when asked to stop, and from time to time between epochs.
  func checkpointDue(_ trainer: Trainer) throws

  /// Training has ended or was stopped.
  func trainingEnded(_ trainer: Trainer, _ summary: TrainingSummary) throws

  /// The key under which the observer's state is saved; nil for one that remembers nothing.
  var stateKey: String? { get }

  /// Writes the state.
  func encodeState(to encoder: any Encoder) throws

  /// Goes on from a state that was saved.
  func decodeState(from decoder: any Decoder) throws
}

extension TrainingObserver {
  /// Does nothing.
  public func trainingBegins(_ trainer: Trainer) throws {}
  /// Does nothing.
  public func stepBegins(_ trainer: Trainer) throws {}
  /// Does nothing.
  public func stepDone(_ trainer: Trainer, loss: Double) throws {}
  /// Does nothing.
  public func evaluating(_ trainer: Trainer, done: Int, of total: Int) {}
  /// Does nothing.
  public func epochDone(_ trainer: Trainer, _ record: EpochRecord, isBest: Bool) throws {}
  /// Does nothing.
  public func checkpointDue(_ trainer: Trainer) throws {}
  /// Does nothing.
  public func trainingEnded(_ trainer: Trainer, _ summary: TrainingSummary) throws {}
  /// There is no state.
  public var stateKey: String? { nil }
  /// Writes nothing.
  public func encodeState(to encoder: any Encoder) throws {}
  /// Reads nothing.
  public func decodeState(from decoder: any Decoder) throws {}
}

/// An observer that gives parameters their own shares of the learning rate and the weight decay.
public protocol ParameterRates: TrainingObserver {
  /// The learning rate of a parameter.
  ///
  /// - Parameters:
  ///   - parameter: The parameter's name.
  ///   - base: The schedule's current rate.
  /// - Returns: The rate.
  func learningRate(of parameter: String, base: Double) -> Double

  /// What the weight decay of a parameter is to the optimizer's.
  ///
  /// - Parameter parameter: The parameter's name.
  /// - Returns: The factor.
  func weightDecayFactor(of parameter: String) -> Double
}

extension ParameterRates {
  /// The schedule's rate.
  public func learningRate(of parameter: String, base: Double) -> Double { base }
  /// The optimizer's weight decay.
  public func weightDecayFactor(of parameter: String) -> Double { 1 }
}
