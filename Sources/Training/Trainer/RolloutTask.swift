public import Autodiff
public import FieldMetrics
import MessagePassing
public import NeuralOperators
import PDEData
import TensorCore

/// The training of a neural operator by autoregressive rollouts over the samples of a data set.
///
/// A step predicts frame after frame of a batch from the first ones, and its loss is summed over the predicted frames
/// (``Rollout``). The order of the samples and the noise come from counter-based random numbers.
public struct RolloutTask: TrainingTask {
  /// How samples make a loss.
  public struct Settings: Sendable {
    /// Samples a step.
    public var batchSize = 20
    /// Whether the samples come in a new order every epoch.
    public var shuffle = true
    /// Standard deviation of noise on the given frames.
    public var noise = 0.0
    /// What noise is measured in.
    public var noiseUnit = NoiseUnit.deviation
    /// How many frames are predicted in a window from anywhere in the trajectory; nil for all frames after the given ones.
    public var window: Int?
    /// How many of a rollout's last steps are differentiated; nil for all.
    public var unroll: UnrolledSteps?
    /// The number of epochs, for steps that change over them.
    public var epochs = 1
    /// How each sample is transformed, differently in every epoch; nil to leave samples as they are.
    public var augmentation: Augmentation?
    /// Whether the backward pass computes activations again instead of keeping them: less memory, the same bits.
    public var checkpointsActivations = false
    /// The names of parameters that stay as they are.
    public var frozen: Set<String> = []
    /// The corrections that are trained in the place of weights; nil to train the weights.
    package var adapters: LowRankAdapters?
    /// The checkpoint that training started from, to be named in files of corrections.
    package var base = ""
    /// Of each variable, whether the data have it; what they lack is zero, and no error counts there. Nil for all.
    package var present: [Bool]?
    /// Whether the data are one set of a mixture in which some sets lack variables, to be kept with checkpoints.
    package var mixesVariables = false
    /// Whether the same time lies between neighboring frames of all data that the model is trained on; without that, checkpoints keep none,
    /// so that each data set is forecast at its own times.
    package var hasOneTimeStep = true
    /// The seed of order and noise.
    public var seed: UInt64 = 0
    /// How many parts a batch is computed in, if it has as many samples: at least one. Ranks share the parts.
    public var parts = 1

    /// The defaults.
    public init() {}

    /// What each variable is multiplied by, where the data lack some.
    var mask: [Float]? {
      present.flatMap { $0.contains(false) ? $0.map { $0 ? 1 : 0 } : nil }
    }
  }

  /// The model.
  public let model: any NeuralOperator
  /// The data.
  public let data: TrainingData
  /// The way between the data's frames and what the model sees and computes.
  public let formulation: Formulation
  /// How samples make a loss.
  public let settings: Settings

  let rollout: Rollout
  /// The formulation for what the data have: what they lack is zero. Checkpoints keep the one for all variables, so that other data,
  /// which have them, can be gone on with.
  let ownFormulation: Formulation
  private let metrics: [any FieldMetric.Type]

  /// The training of a model on data.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - data: The data.
  ///   - normalization: The scaling of the data, for PDEBench's formulation.
  ///   - loss: What a predicted frame's error is measured by.
  ///   - metrics: What the model is measured by besides PDEBench's metrics.
  ///   - settings: How samples make a loss.
  public init(
    model: any NeuralOperator, data: TrainingData, normalization: Normalization,
    loss: any Loss = MeanSquaredError(), metrics: [any FieldMetric.Type] = [],
    settings: Settings = Settings()
  ) {
    self.init(
      model: model, data: data,
      formulation: Formulation(normalization, initialSteps: model.initialSteps), loss: loss,
      metrics: metrics, settings: settings)
  }

  /// The training of a model on data in a formulation.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - data: The data.
  ///   - formulation: The way between the data's frames and what the model sees and computes.
  ///   - loss: What a predicted frame's error is measured by.
  ///   - metrics: What the model is measured by besides PDEBench's metrics.
  ///   - settings: How samples make a loss.
  public init(
    model: any NeuralOperator, data: TrainingData, formulation: Formulation,
    loss: any Loss = MeanSquaredError(), metrics: [any FieldMetric.Type] = [],
    settings: Settings = Settings()
  ) {
    self.model = model
    self.data = data
    self.formulation = formulation
    ownFormulation = formulation.lacking(settings.present)
    self.metrics = metrics
    self.settings = settings
    rollout = Rollout(
      model: model, grid: data.loader.grid, loss: loss,
      checkpointsActivations: settings.checkpointsActivations)
  }

  /// The model's new parameters, and the corrections'.
  public func initialParameters(seed: UInt64) -> Parameters {
    withAdapters(model.initialParameters(seed: seed), seed: seed)
  }

  /// A model's parameters, and the corrections' new ones.
  func withAdapters(_ parameters: Parameters, seed: UInt64) -> Parameters {
    Parameters(parameters.map { $0 } + (settings.adapters?.initialParameters(seed: seed) ?? []))
  }

  /// The model's buffers, and the parameters that stay as they are.
  public var buffers: Set<String> { model.buffers.union(settings.frozen) }

  /// The number of weights that are trained; a complex one counts as two.
  public var trainedCount: Int {
    let buffers = buffers
    return initialParameters(seed: 0).reduce(0) { $0 + (buffers.contains($1.name) ? 0 : $1.tensor.count) }
  }

  /// What is trained, with all corrections in it.
  public func balancedParameters(_ parameters: Parameters) -> Parameters {
    let corrected = settings.adapters?.corrected ?? []
    let left = model.buffers.union(settings.frozen.subtracting(corrected))
    return Parameters(merged(parameters).filter { !left.contains($0.name) })
  }

  /// The model's parameters with all corrections in them.
  func merged(_ parameters: Parameters) -> Parameters {
    settings.adapters?.merged(parameters) ?? parameters
  }

  /// The number of batches, the last of which may be smaller.
  public var stepsPerEpoch: Int {
    (data.split.training.count + settings.batchSize - 1) / settings.batchSize
  }

  /// The parts of a batch that are here.
  public func parts(of batch: Batch) -> PartedBatch<Batch> {
    PartedBatch(
      batch.parts.map { Batch(parts: [$0], first: 0, count: 1, unroll: batch.unroll) }, from: batch.first,
      of: batch.count)
  }

  /// The loss of the rollout of a whole batch, or a part's share of it.
  ///
  /// - Precondition: The batch is one of ``parts(of:)``.
  public func loss(of batch: Batch, _ parameters: TracedParameters) -> Variable {
    precondition(batch.parts.count == 1, "a loss is of one part of a batch, got \(batch.parts.count)")
    let part = batch.parts[0]
    let frames = part.frames
    let parameters = settings.adapters?.applied(to: parameters) ?? parameters
    let noise = part.noise.map { scaled($0, for: frames) }
    return rollout.loss(
      frames: frames.first..<frames.frames.shape[1], unroll: batch.unroll, inputs: frames.inputs, parameters,
      given: { time in
        var given = frames.frame(time)
        if let noise {
          given.add(noise.frame(time - frames.first + model.initialSteps), scaledBy: Float(settings.noise))
        }
        return given
      }, target: frames.frame, units: frames.units, shares: part.shares,
      step: { output, last, time in
        let next = frames.next(output, after: last, time)
        return settings.mask.map { next.scaledChannels(by: $0) } ?? next
      })
  }

  /// Measures rollouts of the test samples and, where there are some, the validation samples, whose nRMSE then is the
  /// score.
  public func evaluate(
    _ parameters: Parameters, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> Evaluation? {
    let (test, validation) = (data.split.test, data.split.validation)
    guard !test.isEmpty || !validation.isEmpty else { return nil }
    let evaluator = try Evaluator(
      model: model, loader: data.loader, formulation: formulation, batchSize: settings.batchSize,
      metrics: metrics, present: settings.present)
    let total = test.count + validation.count
    let parameters = merged(parameters)
    let tested = try evaluator.evaluate(test, parameters) { try progress($0, total) }.metrics
    // The other ranks predict their share, and measure nothing.
    let measures = RankGroup.current.isRoot
    guard !measures || test.isEmpty || tested.rmse.isFinite else {
      throw NotFinite("error on the test samples")
    }
    guard !validation.isEmpty else {
      return measures ? Evaluation(metrics: tested, score: tested.nrmse) : nil
    }
    let validated = try evaluator.evaluate(validation, parameters) { try progress(test.count + $0, total) }
      .metrics
    guard measures else { return nil }
    return Evaluation(metrics: tested, validation: validated, score: validated.nrmse)
  }

  /// Writes a checkpoint, with the model and the scaling; where corrections are trained also them alone, in a file beside it.
  public func write(_ parameters: Parameters, to path: String) throws {
    let checkpoint = Checkpoint(
      model: model, parameters: merged(parameters), formulation: formulation, subsampling: data.subsampling,
      fingerprint: data.fingerprint, selection: data.selection, statistics: data.statistics,
      frameInterval: settings.hasOneTimeStep && data.loader.hasEvenTimes ? data.loader.frameInterval : nil,
      mixesVariables: settings.mixesVariables)
    if let adapters = settings.adapters {
      try AdapterFile.write(
        adapters, parameters, frozen: settings.frozen, base: settings.base, metadata: checkpoint.metadata(),
        to: AdapterFile.path(beside: path))
    }
    try checkpoint.write(to: path)
  }
}
