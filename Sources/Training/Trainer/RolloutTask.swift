public import Autodiff
public import FieldMetrics
public import NeuralOperators
import Optimizers
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
    /// Standard deviation of noise on the given frames, in units of each variable's scale.
    public var noise = 0.0
    /// How many of a rollout's last steps are differentiated; nil for all.
    public var unroll: Int?
    /// Whether the backward pass computes activations again instead of keeping them: less memory, the same bits.
    public var checkpointsActivations = false
    /// The seed of order and noise.
    public var seed: UInt64 = 0

    /// The defaults.
    public init() {}
  }

  /// A batch with its frames in the data set's units.
  public struct Batch: Sendable {
    /// `[samples, time, variables, x(, y(, z))]`.
    let frames: Tensor
    /// What the model sees beside the frames in its own units, `[samples, inputs, x(, y(, z))]`.
    let inputs: Tensor?
    /// What is added to the given frames in the model's units, `[samples, initial steps, variables, x(, y(, z))]`.
    let noise: Tensor?
  }

  /// The model.
  public let model: any NeuralOperator
  /// The data.
  public let data: TrainingData
  /// The scaling of the data.
  public let normalization: Normalization
  /// How samples make a loss.
  public let settings: Settings

  private let rollout: Rollout
  private let metrics: [any FieldMetric.Type]

  /// The training of a model on data.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - data: The data.
  ///   - normalization: The scaling of the data.
  ///   - loss: What a predicted frame's error is measured by.
  ///   - metrics: What the model is measured by besides PDEBench's metrics.
  ///   - settings: How samples make a loss.
  public init(
    model: any NeuralOperator, data: TrainingData, normalization: Normalization,
    loss: any Loss = MeanSquaredError(), metrics: [any FieldMetric.Type] = [],
    settings: Settings = Settings()
  ) {
    self.model = model
    self.data = data
    self.normalization = normalization
    self.metrics = metrics
    self.settings = settings
    rollout = Rollout(
      model: model, grid: data.loader.grid, loss: loss,
      checkpointsActivations: settings.checkpointsActivations)
  }

  /// The model's new parameters.
  public func initialParameters(seed: UInt64) -> Parameters { model.initialParameters(seed: seed) }

  /// The model's buffers.
  public var buffers: Set<String> { model.buffers }

  /// The number of batches, the last of which may be smaller.
  public var stepsPerEpoch: Int {
    (data.split.training.count + settings.batchSize - 1) / settings.batchSize
  }

  /// The training samples in the order that the seed gives the epoch, read ahead.
  public func batches(epoch: Int, from step: Int) -> () throws -> Batch? {
    var order = data.split.training
    if settings.shuffle {
      var generator = CounterGenerator(seed: settings.seed, purpose: .shuffle, epoch: epoch)
      order.shuffle(using: &generator)
    }
    let stream = data.loader.batches(Array(order.batches(of: settings.batchSize)[step...]))
    return {
      try stream.next().map {
        Batch(
          frames: $0.frames, inputs: normalization.normalizedInputs($0.inputs),
          noise: noise(for: $0, epoch: epoch))
      }
    }
  }

  /// Noise for the given frames, different for every sample and epoch; nil without noise.
  private func noise(for batch: PDEData.Batch, epoch: Int) -> Tensor? {
    guard settings.noise > 0 else { return nil }
    let shape = [batch.samples.count, model.initialSteps] + batch.frames.shape[2...]
    let count = shape[1...].reduce(1, *)
    var noise: [Float] = []
    noise.reserveCapacity(batch.samples.count * count)
    for sample in batch.samples {
      var generator = CounterGenerator(seed: settings.seed, purpose: .noise, epoch: epoch, index: sample)
      for _ in 0..<count { noise.append(generator.normal()) }
    }
    return Tensor(noise, shape: shape)
  }

  /// The loss of the batch's rollout.
  public func loss(of batch: Batch, _ parameters: TracedParameters) -> Variable {
    func frame(_ time: Int) -> Tensor { normalization.normalizedFrame(time, of: batch.frames) }
    return rollout.loss(
      frames: batch.frames.shape[1], unroll: settings.unroll,
      inputs: model.staticInputs == 0 ? nil : batch.inputs, parameters,
      given: { time in
        var given = frame(time)
        if let noise = batch.noise { given.add(noise.frame(time), scaledBy: Float(settings.noise)) }
        return given
      }, target: frame, units: { normalization.units(ofFrame: $0, variables: batch.frames.shape[2]) })
  }

  /// Measures rollouts of the test samples and, where there are some, the validation samples, whose nRMSE then is the
  /// score.
  public func evaluate(
    _ parameters: Parameters, progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> Evaluation? {
    let (test, validation) = (data.split.test, data.split.validation)
    guard !test.isEmpty || !validation.isEmpty else { return nil }
    let evaluator = Evaluator(
      model: model, loader: data.loader, normalization: normalization, batchSize: settings.batchSize,
      metrics: metrics)
    let total = test.count + validation.count
    let tested = try evaluator.evaluate(test, parameters) { progress($0, total) }.metrics
    guard test.isEmpty || tested.rmse.isFinite else { throw NotFinite("error on the test samples") }
    guard !validation.isEmpty else { return Evaluation(metrics: tested, score: tested.nrmse) }
    let validated = try evaluator.evaluate(validation, parameters) { progress(test.count + $0, total) }
      .metrics
    return Evaluation(metrics: tested, validation: validated, score: validated.nrmse)
  }

  /// Writes a checkpoint, with the model and the scaling.
  public func write(_ parameters: Parameters, to path: String) throws {
    try Checkpoint(
      model: model, parameters: parameters, normalization: normalization, subsampling: data.subsampling,
      fingerprint: data.fingerprint, selection: data.selection, statistics: data.statistics,
      frameInterval: data.loader.frameInterval
    ).write(to: path)
  }
}
