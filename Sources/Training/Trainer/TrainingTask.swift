public import Autodiff
public import FieldMetrics
internal import Safetensors

/// What a ``Trainer`` trains: parameters, and the loss of every batch of an epoch.
///
/// ``RolloutTask`` is the one of neural operators on fields. A task of one's own may train any model on anything: what a
/// batch is, it alone knows.
public protocol TrainingTask<Batch> {
  /// What a step takes.
  associatedtype Batch

  /// The parameters that training starts from.
  ///
  /// - Parameter seed: The seed of the run.
  /// - Returns: The parameters in the model's order.
  func initialParameters(seed: UInt64) -> Parameters

  /// The names of the parameters that layers change themselves, such as running means. They have no gradient.
  var buffers: Set<String> { get }

  /// The number of steps of an epoch.
  var stepsPerEpoch: Int { get }

  /// The batches of an epoch; the same ones every time.
  ///
  /// - Parameters:
  ///   - epoch: The epoch, from 0.
  ///   - step: The number of steps of the epoch that are done already.
  /// - Returns: Gives the batches that are left, one after the other, then nil.
  func batches(epoch: Int, from step: Int) -> () throws -> Batch?

  /// The parts that the gradient of a batch is computed in. A task that does not say so computes it at once; on several ranks
  /// every one of them then does all of it.
  ///
  /// - Parameter batch: The batch.
  /// - Returns: The parts of this rank.
  func parts(of batch: Batch) -> PartedBatch<Batch>

  /// The loss of a batch or of a part of one.
  ///
  /// - Parameters:
  ///   - batch: The batch.
  ///   - parameters: The parameters on a tape.
  /// - Returns: A scalar.
  /// - Throws: What makes the batch unusable.
  func loss(of batch: Batch, _ parameters: TracedParameters) throws -> Variable

  /// Measures the parameters on samples that are not trained on; nil where there are none.
  ///
  /// - Parameters:
  ///   - parameters: The parameters.
  ///   - progress: Is told how many samples have been measured, and of how many; what it throws ends the evaluation.
  /// - Returns: What was measured.
  /// - Throws: ``NotFinite``, or what reading the samples and `progress` throw.
  func evaluate(
    _ parameters: Parameters, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> Evaluation?

  /// The weights whose spectra are balanced, as the layers see them: what is trained, with all corrections in it.
  ///
  /// - Parameter parameters: The parameters.
  /// - Returns: The weights under their layers' names.
  func balancedParameters(_ parameters: Parameters) -> Parameters

  /// Writes the parameters for others to use.
  ///
  /// - Parameters:
  ///   - parameters: The parameters.
  ///   - path: The file, which appears whole or not at all.
  /// - Throws: If it cannot be written.
  func write(_ parameters: Parameters, to path: String) throws
}

extension TrainingTask {
  /// None.
  public var buffers: Set<String> { [] }

  /// The batch as it is.
  public func parts(of batch: Batch) -> PartedBatch<Batch> { PartedBatch(whole: batch) }

  /// All parameters but the buffers.
  public func balancedParameters(_ parameters: Parameters) -> Parameters {
    Parameters(parameters.filter { !buffers.contains($0.name) })
  }

  /// Nothing is measured.
  public func evaluate(
    _ parameters: Parameters, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> Evaluation? { nil }

  /// Writes a safetensors file.
  public func write(_ parameters: Parameters, to path: String) throws {
    try SafetensorsFile.write(
      parameters.map { (name: $0.name, tensor: $0.tensor) }, metadata: ["format": "pt"], to: path)
  }
}

/// The results of parameters on samples that are not trained on.
public struct Evaluation: Sendable {
  /// The measures on the test samples.
  public var metrics: Metrics
  /// The measures on the validation samples, where some are set aside.
  public var validation: Metrics?
  /// The score that chooses the best parameters; lower is better.
  public var score: Double

  /// The result of an evaluation.
  public init(metrics: Metrics, validation: Metrics? = nil, score: Double) {
    self.metrics = metrics
    self.validation = validation
    self.score = score
  }

  /// The score, where it is not the nRMSE of the samples that choose, which records have anyway.
  var scoreBesideNRMSE: Double? {
    let error = (validation ?? metrics).nrmse
    return score == error || (score.isNaN && error.isNaN) ? nil : score
  }
}

/// Something in training is no longer finite, so training cannot continue.
public struct NotFinite: Error {
  /// What it is.
  public let quantity: String

  /// An error about a quantity, such as "loss".
  public init(_ quantity: String) {
    self.quantity = quantity
  }
}
