public import Autodiff
public import NeuralOperators
import Optimizers
import PDESolvers
import Safetensors
public import SystemFiles
public import TempBalance
public import TensorCore
import Training

/// Times whole training steps of a model: forward, backward and the optimizer's update, and TempBalance's analysis apart.
///
/// The data are synthetic and depend on the seed alone: frames uniform in [0, 1), the grid the centers of equal cells of
/// the unit square. The loss is the one of a training run (``Rollout/loss(on:initial:unroll:inputs:units:_:)``), the
/// optimizer Adam with a learning rate of 1e-3 and a weight decay of 1e-4, the second moment of complex weights taken of
/// each part by itself, as PyTorch's Adam does it. Another program that is given ``inputs`` must come to the same losses.
public struct SpeedBenchmark: Sendable {
  /// The model to train.
  public let model: any NeuralOperator
  /// The extents of a field.
  public let shape: [Int]
  /// Samples in a batch.
  public let batchSize: Int
  /// Frames of a sample: the model's initial steps and those to predict.
  public let frames: Int
  /// How many of the last predicted frames are differentiated.
  public let unroll: Int
  /// Whether activations are computed again in the backward pass, see ``Rollout/checkpointsActivations``.
  public let checkpointsActivations: Bool
  /// The seed of weights and data.
  public let seed: UInt64

  private static let learningRate = 1e-3
  private static let weightDecay = 1e-4

  /// A benchmark of one model and size.
  ///
  /// - Parameters:
  ///   - model: The model to train.
  ///   - shape: The extents of a field.
  ///   - batchSize: Samples in a batch.
  ///   - frames: Frames of a sample.
  ///   - unroll: How many of the last predicted frames are differentiated; nil for all.
  ///   - checkpointsActivations: Whether activations are computed again in the backward pass.
  ///   - seed: The seed of weights and data.
  /// - Precondition: The model accepts the shape, there is a sample, and a frame to predict and to differentiate.
  public init(
    model: any NeuralOperator, shape: [Int], batchSize: Int, frames: Int, unroll: Int? = nil,
    checkpointsActivations: Bool = false, seed: UInt64 = 0
  ) {
    if let objection = model.objection(toShape: shape) { preconditionFailure(objection.description) }
    let predicted = frames - model.initialSteps
    let unroll = unroll ?? predicted
    precondition(
      batchSize > 0 && predicted > 0 && (1...predicted).contains(unroll),
      "nothing to time with \(batchSize) samples, \(predicted) predicted frames and \(unroll) unrolled ones")
    self.model = model
    self.shape = shape
    self.batchSize = batchSize
    self.frames = frames
    self.unroll = unroll
    self.checkpointsActivations = checkpointsActivations
    self.seed = seed
  }

  /// The weights that training starts from and the data it sees.
  public struct Inputs: Sendable {
    /// The initial parameters, in the model's order.
    public let parameters: Parameters
    /// The coordinates of the points, `[axes, x(, y(, z))]`.
    public let grid: Tensor
    /// The batch, `[samples, time, variables, x(, y(, z))]`.
    public let frames: Tensor
  }

  /// The weights and data of this benchmark's seed.
  public var inputs: Inputs {
    var generator = CounterGenerator(seed: seed, purpose: .initialState)
    let frames = Tensor.zeros([batchSize, frames, model.variables] + shape).map { _ in generator.uniform() }
    return Inputs(parameters: model.initialParameters(seed: seed), grid: cellCenters, frames: frames)
  }

  /// What the model sees beside the frames: zeros, whose arithmetic is that of any numbers.
  private var staticInputs: Tensor? {
    model.staticInputs == 0 ? nil : .zeros([batchSize, model.staticInputs] + shape)
  }

  private var cellCenters: Tensor {
    let coordinates = shape.indices.map { axis -> Tensor in
      let line = (0..<shape[axis]).map { (Float($0) + 0.5) / Float(shape[axis]) }
      let (outer, inner) = (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
      let values = (0..<outer).flatMap { _ in line.flatMap { Array(repeating: $0, count: inner) } }
      return Tensor(values, shape: [1] + shape)
    }
    return Tensor.concatenated(coordinates, axis: 0)
  }

  /// Writes ``inputs`` for another program: the parameters by name, and the tensors `grid` and `frames`.
  ///
  /// - Parameter path: The safetensors file; one that exists is replaced.
  /// - Throws: If the disk is full or fails.
  public func writeInputs(to path: String) throws(FileError) {
    let inputs = inputs
    let tensors = Array(inputs.parameters) + [("grid", inputs.grid), ("frames", inputs.frames)]
    try SafetensorsFile.write(
      tensors,
      metadata: model.metadata.merging(
        [
          "learning_rate": "\(Self.learningRate)", "weight_decay": "\(Self.weightDecay)",
          "unroll": "\(unroll)",
        ]) { first, _ in first },
      to: path)
  }

  /// A new optimizer: PDEBench's, by which the speed is measured.
  var newOptimizer: Adam {
    Adam(
      weightDecay: .coupled(Self.weightDecay), complexMoment: .separate,
      complexParameters: model.complexParameters)
  }

  /// Takes one training step to warm up, then times some more and a prediction of all frames.
  ///
  /// - Parameter repeats: The number of timed steps and predictions, at least one.
  /// - Returns: What was measured.
  /// - Throws: If the steps have led to weights that are not finite.
  public func run(repeats: Int) throws(TempBalanceError) -> SpeedMeasurement {
    precondition(repeats > 0, "a benchmark needs at least one timed step, got \(repeats)")
    let inputs = inputs
    let rollout = Rollout(
      model: model, grid: inputs.grid, checkpointsActivations: checkpointsActivations)
    var parameters = inputs.parameters
    var optimizer = newOptimizer
    let steps = (0...repeats).map { _ in
      step(&parameters, &optimizer, frames: inputs.frames, rollout: rollout)
    }
    let trained = parameters
    let predictions = (0..<repeats).map { _ in
      ContinuousClock().measure {
        _ = rollout.prediction(after: inputs.frames, count: frames, inputs: staticInputs, trained)
      }
    }
    // Before the analysis and the machine's peak, which need memory too, and no other program has them.
    let peakMemory = SystemMemory.peakResidentBytes
    var balancing = TrainingConfiguration()
    balancing.tempbalance.method = .sigmoid
    let balancer = BalancingRule(balancing)
    var analyses: [Duration] = []
    for _ in 0..<repeats {
      let clock = ContinuousClock()
      let start = clock.now
      _ = try balancer.balance(trained)
      analyses.append(clock.now - start)
    }
    return SpeedMeasurement(
      steps: steps, predictions: predictions, analyses: analyses, peakMemory: peakMemory, work: work,
      peak: .measured())
  }

  /// The arithmetic of a training step by the plain formulas, and the bytes that its primitives move if each reads its
  /// inputs and writes its result once. The backward pass has two products for each of the forward pass.
  private var work: (operations: Double, bytes: Double) {
    let tape = Tape()
    let inputs = inputs
    let traced = TracedParameters(inputs.parameters, watchedBy: tape, buffers: model.buffers)
    _ = model.nextFrame(
      after: (0..<model.initialSteps).map { Variable(inputs.frames.frame($0)) }, inputs: staticInputs,
      grid: inputs.grid, traced)
    let passes = Double(frames - model.initialSteps + 2 * unroll)
    return (
      passes * Double(batchSize) * model.operations(onShape: shape), passes * Double(tape.bytesMoved)
    )
  }

  private func step(
    _ parameters: inout Parameters, _ optimizer: inout Adam, frames: Tensor, rollout: Rollout
  ) -> SpeedMeasurement.Step {
    let clock = ContinuousClock()
    let start = clock.now
    let tape = Tape()
    let traced = TracedParameters(parameters, watchedBy: tape, buffers: model.buffers)
    let loss = rollout.loss(on: frames, unroll: unroll, inputs: staticInputs, traced)
    let evaluated = clock.now
    let gradients = tape.gradients(of: loss)[traced]
    let differentiated = clock.now
    if let buffers = traced.buffers { parameters.replace(with: buffers.values) }
    optimizer.update(&parameters, gradients: gradients) { _ in Self.learningRate }
    let updated = clock.now
    return SpeedMeasurement.Step(
      loss: loss.value.scalar, forward: evaluated - start, backward: differentiated - evaluated,
      update: updated - differentiated)
  }
}
