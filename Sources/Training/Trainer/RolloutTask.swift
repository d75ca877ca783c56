public import Autodiff
public import FieldMetrics
import MessagePassing
public import NeuralOperators
import Optimizers
import PDEData
import Symmetries
public import TensorCore

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
    /// How each sample is transformed, in another way in every epoch; nil for as it is.
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
    /// The seed of order and noise.
    public var seed: UInt64 = 0
    /// How many parts a batch is computed in, if it has as many samples: at least one. Ranks share the parts.
    public var parts = 1

    /// The defaults.
    public init() {}

    /// What each variable is multiplied by, where the data lack some.
    fileprivate var mask: [Float]? {
      present.flatMap { $0.contains(false) ? $0.map { $0 ? 1 : 0 } : nil }
    }
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
  private func merged(_ parameters: Parameters) -> Parameters {
    settings.adapters?.merged(parameters) ?? parameters
  }

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
    return batches(
      order.batches(of: settings.batchSize)[step...].map { (pass: epoch, samples: $0) }, epoch: epoch)
  }

  /// Batches of given samples, read ahead.
  ///
  /// - Parameters:
  ///   - order: The samples of each batch, and which pass through the samples it belongs to: windows, noise and symmetries are
  ///     others in each.
  ///   - epoch: The epoch, for the number of differentiated steps.
  /// - Returns: Gives the batches in that order, then nil.
  func batches(_ order: [(pass: Int, samples: [Int])], epoch: Int) -> () throws -> Batch? {
    let group = RankGroup.current
    let batches = order.map { (pass: $0.pass, share: BatchShare($0.samples, parts: settings.parts, group)) }
    // Two batches are read ahead, part by part.
    let ahead = 2 * (batches.map(\.share.parts.count).max() ?? 1)
    let stream = data.loader.batches(batches.flatMap(\.share.parts), readAhead: max(ahead, 1))
    var rest = batches[...]
    return {
      guard let (pass, batch) = rest.popFirst() else { return nil }
      let unroll = settings.unroll?.steps(epoch: epoch, of: settings.epochs)
      let parts = try batch.parts.compactMap { _ in
        try stream.next().map {
          Batch.Part(frames: frames(of: $0, epoch: pass), noise: noise(for: $0, epoch: pass))
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

  /// Noise in its unit: as it is, or times the norm of each sample's given frames of each variable. What data lack has none.
  private func scaled(_ noise: Tensor, for frames: FormulatedFrames) -> Tensor {
    guard settings.noiseUnit == .norm || settings.mask != nil else { return noise }
    let (samples, steps, variables) = (noise.shape[0], noise.shape[1], noise.shape[2])
    let points = noise.shape[3...].reduce(1, *)
    var factors = (0..<samples * variables).map { settings.mask?[$0 % variables] ?? 1 }
    if settings.noiseUnit == .norm {
      var squares = [Double](repeating: 0, count: samples * variables)
      for step in 0..<steps {
        let frame = frames.frame(frames.first - steps + step)
        for (index, value) in frame.elements.enumerated() {
          squares[index / points] += Double(value) * Double(value)
        }
      }
      for index in factors.indices { factors[index] *= Float(squares[index].squareRoot()) }
    }
    var elements = noise.elements
    for index in elements.indices {
      let field = index / points
      elements[index] *= factors[field / (variables * steps) * variables + field % variables]
    }
    return Tensor(elements, shape: noise.shape)
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
    _ parameters: Parameters, progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> Evaluation? {
    let (test, validation) = (data.split.test, data.split.validation)
    guard !test.isEmpty || !validation.isEmpty else { return nil }
    let evaluator = Evaluator(
      model: model, loader: data.loader, formulation: formulation, batchSize: settings.batchSize,
      metrics: metrics, present: settings.present)
    let total = test.count + validation.count
    let parameters = merged(parameters)
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

  /// The rollout of a sample, given frames included, in the data's units; of a group of ranks one may ask alone.
  ///
  /// - Parameters:
  ///   - sample: The place of the sample in the file.
  ///   - parameters: The parameters.
  /// - Returns: The sample and the prediction of it, `[time, variable, x(, y(, z))]`.
  /// - Throws: If the file cannot be read.
  func rollout(ofSample sample: Int, _ parameters: Parameters) throws -> (truth: Tensor, prediction: Tensor)?
  {
    let evaluator = Evaluator(
      model: model, loader: data.loader, formulation: formulation, batchSize: 1, metrics: [],
      present: settings.present)
    let shape = data.loader.sampleShape
    var result: (truth: Tensor, prediction: Tensor)?
    try RankGroup.use(.alone) {
      try evaluator.forEachPrediction(of: [sample], merged(parameters)) { prediction, batch in
        result = (batch.frames.reshaped(shape), prediction.reshaped(shape))
      }
    }
    return result
  }

  /// Writes a checkpoint, with the model and the scaling; where corrections are trained also them alone, in a file beside it.
  public func write(_ parameters: Parameters, to path: String) throws {
    let checkpoint = Checkpoint(
      model: model, parameters: merged(parameters), formulation: formulation, subsampling: data.subsampling,
      fingerprint: data.fingerprint, selection: data.selection, statistics: data.statistics,
      frameInterval: data.loader.frameInterval)
    if let adapters = settings.adapters {
      try AdapterFile.write(
        adapters, parameters, frozen: settings.frozen, base: settings.base, metadata: checkpoint.metadata(),
        to: AdapterFile.path(beside: path))
    }
    try checkpoint.write(to: path)
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

extension Trainer {
  /// The rollout of the first test sample with the parameters that are evaluated, in the data's units.
  ///
  /// - Returns: The sample, the prediction of it with the given frames, both `[time, variable, x(, y(, z))]`, and their number; nil where no
  ///   neural operator is trained, or where there is no test sample.
  /// - Throws: If the sample cannot be read.
  public func rolloutOfTestSample() throws -> (truth: Tensor, prediction: Tensor, initialSteps: Int)? {
    guard let task = task as? RolloutTask ?? (task as? MixtureTask)?.parts[0],
      let sample = task.data.split.test.first,
      let rollout = try task.rollout(ofSample: sample, evaluatedParameters)
    else { return nil }
    return (rollout.truth, rollout.prediction, task.formulation.initialSteps)
  }
}
