public import Autodiff
public import FieldMetrics
import MessagePassing
public import NeuralOperators
import Optimizers
import PDEData
import Symmetries
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
    /// How many frames are predicted in a window from anywhere in the trajectory; nil for all frames after the given ones.
    public var window: Int?
    /// How many of a rollout's last steps are differentiated; nil for all.
    public var unroll: UnrolledSteps?
    /// The number of epochs, for steps that change over them.
    public var epochs = 1
    /// How each sample is transformed, in another way in every epoch; nil for as it is.
    public var augmentation: Augmentation?
    /// Whether the backward pass computes activations again instead of keeping them: less memory, the same bits.
    public var checkpointsActivations = false
    /// The seed of order and noise.
    public var seed: UInt64 = 0
    /// How many parts a batch is computed in, if it has as many samples: at least one. Ranks share the parts.
    public var parts = 1

    /// The defaults.
    public init() {}
  }

  /// A batch of windows of frames, or a row of its parts.
  public struct Batch: Sendable {
    struct Part {
      /// The frames as the model sees them.
      let frames: FormulatedFrames
      /// What is added to the given frames in the model's units, `[samples, history, variables, x(, y(, z))]`.
      let noise: Tensor?
      /// The part's share of the batch's loss in each frame; nil for the whole batch.
      var shares: [Float]?
    }

    /// The parts that are here, in order.
    let parts: [Part]
    /// The place of the first of them.
    let first: Int
    /// The number of all parts.
    let count: Int
    /// How many of the last steps are differentiated; nil for all.
    let unroll: Int?
  }

  /// The model.
  public let model: any NeuralOperator
  /// The data.
  public let data: TrainingData
  /// The way between the data's frames and what the model sees and computes.
  public let formulation: Formulation
  /// How samples make a loss.
  public let settings: Settings

  private let rollout: Rollout
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
    let group = RankGroup.current
    let batches = order.batches(of: settings.batchSize)[step...].map {
      BatchShare($0, parts: settings.parts, group)
    }
    // Two batches are read ahead, part by part.
    let ahead = 2 * (batches.map(\.parts.count).max() ?? 1)
    let stream = data.loader.batches(batches.flatMap(\.parts), readAhead: max(ahead, 1))
    var rest = batches[...]
    return {
      guard let batch = rest.popFirst() else { return nil }
      let unroll = settings.unroll?.steps(epoch: epoch, of: settings.epochs)
      let parts = try batch.parts.compactMap { _ in
        try stream.next().map {
          Batch.Part(frames: frames(of: $0, epoch: epoch), noise: noise(for: $0, epoch: epoch))
        }
      }
      return Batch(
        parts: batch.count == 1 ? parts : withShares(parts, of: batch, unroll: unroll, in: group),
        first: batch.first, count: batch.count, unroll: unroll)
    }
  }

  /// Parts with their shares of the batch's loss.
  ///
  /// A loss is a mean over samples, so a part's share is its number of samples over the batch's. One that leaves fields out is
  /// a mean over the fields that it takes; these are counted on all ranks.
  private func withShares(
    _ parts: [Batch.Part], of batch: BatchShare, unroll: Int?, in group: RankGroup
  ) -> [Batch.Part] {
    let loss = rollout.frameLoss
    guard loss.leavesOutFields else {
      return zip(parts, batch.parts).map { part, samples in
        var part = part
        let share = Float(samples.count) / Float(batch.samples)
        part.shares = Array(repeating: share, count: part.frames.frames.shape[1])
        return part
      }
    }
    let counts = parts.map { part -> [Double] in
      let frames = part.frames
      let count = frames.frames.shape[1]
      let from = unroll.map { max(frames.first, count - $0) } ?? frames.first
      return (0..<count).map { time in
        time < from ? 0 : Double(loss.fields(in: frames.frame(time), units: frames.units(time)))
      }
    }
    // Every part has a number for each frame.
    let length = settings.window.map { model.initialSteps + $0 } ?? data.loader.frames
    var totals = Array(repeating: 0.0, count: length)
    for numbers in group.gather(counts.flatMap { $0 }) {
      for (place, number) in numbers.enumerated() { totals[place % length] += number }
    }
    return zip(parts, counts).map { part, counts in
      var part = part
      part.shares = zip(counts, totals).map { $1 > 0 ? Float($0 / $1) : 0 }
      return part
    }
  }

  /// The frames of a batch that are trained on in an epoch: windows of them, in a symmetry.
  private func frames(of batch: PDEData.Batch, epoch: Int) -> FormulatedFrames {
    var (frames, inputs) = (batch.frames, model.staticInputs == 0 ? nil : batch.inputs)
    if let augmentation = settings.augmentation {
      let transform = augmentation.transform(of: batch.samples, seed: settings.seed, epoch: epoch)
      frames = transform(frames, times: data.loader.times)
      inputs = inputs.map(transform.inputs)
    }
    var first = formulation.initialSteps
    if let window = settings.window {
      let count = model.initialSteps + window
      let starts = batch.samples.map { sample in
        var generator = CounterGenerator(
          seed: settings.seed, purpose: .window, epoch: epoch, index: sample)
        return generator.place(below: frames.shape[1] - count + 1)
      }
      (frames, first) = (frames.windows(from: starts, count: count), model.initialSteps)
    }
    // Equations with windows do not depend on time, so that distances in time suffice.
    return FormulatedFrames(
      formulation, frames, first: first, times: Array(data.loader.times.prefix(frames.shape[1])),
      inputs: inputs)
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
    return rollout.loss(
      frames: frames.first..<frames.frames.shape[1], unroll: batch.unroll, inputs: frames.inputs, parameters,
      given: { time in
        var given = frames.frame(time)
        if let noise = part.noise {
          given.add(
            noise.frame(time - frames.first + model.initialSteps), scaledBy: Float(settings.noise))
        }
        return given
      }, target: frames.frame, units: frames.units, shares: part.shares,
      step: { frames.next($0, after: $1, $2) })
  }

  /// Measures rollouts of the test samples and, where there are some, the validation samples, whose nRMSE then is the
  /// score.
  public func evaluate(
    _ parameters: Parameters, progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> Evaluation? {
    let (test, validation) = (data.split.test, data.split.validation)
    guard !test.isEmpty || !validation.isEmpty else { return nil }
    let evaluator = Evaluator(
      model: model, loader: data.loader, formulation: formulation, batchSize: settings.batchSize,
      metrics: metrics)
    let total = test.count + validation.count
    let tested = try evaluator.evaluate(test, parameters) { progress($0, total) }.metrics
    // The other ranks predict their share, and measure nothing.
    let measures = RankGroup.current.isRoot
    guard !measures || test.isEmpty || tested.rmse.isFinite else {
      throw NotFinite("error on the test samples")
    }
    guard !validation.isEmpty else {
      return measures ? Evaluation(metrics: tested, score: tested.nrmse) : nil
    }
    let validated = try evaluator.evaluate(validation, parameters) { progress(test.count + $0, total) }
      .metrics
    guard measures else { return nil }
    return Evaluation(metrics: tested, validation: validated, score: validated.nrmse)
  }

  /// Writes a checkpoint, with the model and the scaling.
  public func write(_ parameters: Parameters, to path: String) throws {
    try Checkpoint(
      model: model, parameters: parameters, formulation: formulation, subsampling: data.subsampling,
      fingerprint: data.fingerprint, selection: data.selection, statistics: data.statistics,
      frameInterval: data.loader.frameInterval
    ).write(to: path)
  }
}

/// The parts of a batch, and those of them that are a rank's.
private struct BatchShare {
  /// The number of samples of the batch.
  let samples: Int
  /// The number of all parts.
  let count: Int
  /// The place of the rank's first part.
  let first: Int
  /// The samples of the rank's parts.
  let parts: [[Int]]

  init(_ batch: [Int], parts count: Int, _ group: RankGroup) {
    let count = min(count, batch.count)
    let own = group.share(among: count)
    (samples, self.count, first) = (batch.count, count, own.lowerBound)
    parts = own.map { part in
      Array(batch[(part * batch.count / count)..<((part + 1) * batch.count / count)])
    }
  }
}
