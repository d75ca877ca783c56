import Autodiff
import FieldMetrics
import Foundation
public import NeuralOperators
import Optimizers
import PDEData
import Safetensors
import SystemFiles
import TempBalance
import TensorCore

/// Trains a model by autoregressive rollouts, and keeps a run folder.
///
/// Each step takes a batch of samples, predicts frame after frame from the first ones, and moves the weights against the
/// gradient of the summed mean squared errors (``Rollout``). The order of the samples, the noise and the weights come from
/// counter-based random numbers, so the same configuration gives the same bits at any number of threads, and after a
/// resume from any step.
public final class Trainer {
  /// The resolved configuration.
  public let configuration: TrainingConfiguration
  /// The model.
  public let model: any NeuralOperator
  /// Where the run is kept.
  public let folder: RunFolder
  /// The number of samples that are trained on, tested on, and set aside for validation.
  public var sampleCounts: (training: Int, test: Int, validation: Int) {
    (data.split.training.count, data.split.test.count, data.split.validation.count)
  }
  /// How many of the layers that TempBalance analyses have enough eigenvalues to be balanced; nil without TempBalance.
  ///
  /// With fewer than two there is nothing to compare a layer with, and all train as without it.
  ///
  /// - Throws: `TempBalanceError` for weights that have no spectrum.
  public func balancedLayers() throws -> (balanced: Int, analyzed: Int)? {
    guard balancer.isActive else { return nil }
    var layers = state.position.balance.layers
    if layers.isEmpty { layers = try balancer.balance(state.parameters).layers }
    return (layers.count(where: \.isBalanced), layers.count)
  }
  /// The number of weights; a complex one counts as two.
  public var parameterCount: Int { model.parameterCount }
  /// What is another for a resumed run than where it was last, so that its bits may be others; `nil` if nothing is.
  public let machineChange: String?
  /// The epoch that comes first, above 0 for a resumed run.
  public var firstEpoch: Int { state.position.epoch }

  private let lock: FileLock
  private let data: TrainingData
  private let normalization: Normalization
  private let gradients: BatchGradients
  private let schedule: LearningRateSchedule
  private let balancer: LayerBalancer
  private var state: TrainingState
  private var records: (steps: LineFile, metrics: LineFile, layers: LineFile)
  private var history: [EpochRecord]

  /// Prepares a new run: checks everything, then makes its folder.
  ///
  /// - Parameters:
  ///   - configuration: What to train, on what, and how.
  ///   - folder: Where to keep the run; there must be none yet.
  ///   - reading: Is told how many of the run's samples have been read.
  /// - Throws: A ``TensorCore/ReportableError`` for options, data or weights that do not fit; nothing is written then.
  public convenience init(
    _ configuration: TrainingConfiguration, in folder: RunFolder,
    reading: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    try self.init(configuration, in: folder, resuming: false, reading)
  }

  /// Prepares to go on with a run.
  ///
  /// - Parameters:
  ///   - folder: The folder of a run that was stopped, or is to be made longer.
  ///   - models: The models that the run can be of.
  ///   - change: May change what does not alter the epochs that are done (their number, threads, memory).
  ///   - reading: Is told how many of the run's samples have been read.
  /// - Throws: A ``TensorCore/ReportableError`` if there is no run, it does not fit its data any more, or it is to
  ///   end before the epochs that are done; nothing is written then.
  public convenience init(
    resuming folder: RunFolder, models: ModelRegistry = .standard,
    changing change: (inout TrainingConfiguration) throws -> Void = { _ in },
    reading: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    var configuration = try folder.readConfiguration(models: models)
    try change(&configuration)
    try self.init(configuration, in: folder, resuming: true, reading)
  }

  private init(
    _ configuration: TrainingConfiguration, in folder: RunFolder, resuming: Bool,
    _ reading: (_ done: Int, _ total: Int) -> Void
  ) throws {
    try configuration.validate()
    // What is there to go on with must not change any more.
    let ownRun = resuming ? try folder.lock() : nil
    if !resuming { try folder.requireNoRun() }
    if let threads = configuration.run.threads { WorkerPool.threads = threads }
    data = try TrainingData(configuration)
    model = try data.model(configuration)
    var resolved = configuration
    resolved.data.testSamples = data.split.test.count
    self.configuration = resolved
    self.folder = folder
    schedule = LearningRateSchedule(configuration)
    balancer = LayerBalancer(configuration)
    var state = TrainingState(
      parameters: try Self.initialParameters(model, configuration, resuming: resuming),
      optimizer: configuration.newOptimizer(for: model), position: .init())
    if resuming {
      let (samples, batch) = (data.split.training.count, configuration.data.batchSize)
      try state.restore(from: folder, stepsPerEpoch: (samples + batch - 1) / batch)
    }
    guard state.position.epoch <= configuration.schedule.epochs else {
      throw ConfigurationError.outOfRange(
        key: "epochs", value: "\(configuration.schedule.epochs)",
        expected: "at least \(state.position.epoch), the number of epochs that are done")
    }
    self.state = state
    let statistics = try data.survey(reading)
    let normalization = Normalization(configuration.data.normalize == .standard ? statistics : nil)
    self.normalization = normalization
    gradients = BatchGradients(
      rollout: Rollout(
        model: model, grid: data.loader.grid,
        checkpointsActivations: configuration.loss.activationCheckpointing),
      normalization: normalization, configuration: configuration)
    let machine = MachineRecord(epoch: state.position.epoch)
    if resuming {
      try AtomicFile.replace(folder.configuration, with: resolved.yaml())
      machineChange = try machine.append(to: folder)
    } else {
      let start = Self.checkpoint(model, state.parameters, normalization, resolved)
      machineChange = nil
      try folder.create(resolved) {
        _ = try machine.append(to: folder)
        try start.write(to: folder.last)
        try state.write(to: folder.state)
      }
    }
    lock = try ownRun ?? folder.lock()

    let position = state.position
    records.steps = try LineFile(folder.steps, keeping: StepRecord.self) {
      ($0.epoch, $0.step) < (position.epoch, position.step)
    }
    records.metrics = try LineFile(folder.metrics, keeping: EpochRecord.self) { $0.epoch < position.epoch }
    records.layers = try LineFile(folder.layers, keeping: LayerRecord.self) {
      ($0.epoch, $0.step) < (position.epoch, position.step)
    }
    history = try RunFolder.lines(EpochRecord.self, in: folder.metrics)
  }

  private static func initialParameters(
    _ model: any NeuralOperator, _ configuration: TrainingConfiguration, resuming: Bool
  ) throws -> Parameters {
    // A resumed run has its own weights, and does not need the file that it began with any more.
    guard let path = configuration.model.initialWeights, !resuming else {
      return model.initialParameters(seed: configuration.run.seed)
    }
    return try Checkpoint.parameters(of: model, in: SafetensorsFile(reading: path))
  }

  /// Trains to the last epoch, or until asked to stop.
  ///
  /// - Parameters:
  ///   - shouldStop: Is asked after every step and evaluation; if it says yes, the state is saved and training ends.
  ///   - progress: Is told after every step.
  ///   - epochDone: Is given every epoch's record.
  /// - Returns: How the run ended.
  /// - Throws: ``TrainingError/diverged(quantity:epoch:step:learningRate:checkpoints:)``, or what reading data and writing
  ///   the run's files throws. What was saved before stays good.
  public func train(
    shouldStop: () -> Bool = { false }, progress: (TrainingProgress) -> Void = { _ in },
    epochDone: (EpochRecord) -> Void = { _ in }
  ) throws -> TrainingSummary {
    let clock = ContinuousClock()
    let start = (time: clock.now, epochs: epochsDone)
    var lastSave = clock.now
    func report(_ activity: TrainingProgress.Activity, _ done: Int, of total: Int, loss: Double?) {
      let elapsed = (clock.now - start.time).seconds
      let pace = epochsDone - start.epochs
      let left = Double(configuration.schedule.epochs) - epochsDone
      progress(
        TrainingProgress(
          activity: activity, epoch: state.position.epoch, epochs: configuration.schedule.epochs, done: done,
          total: total,
          loss: loss, learningRates: learningRates, nrmse: history.last { $0.metrics != nil }?.metrics?.nrmse,
          secondsLeft: pace > 0 ? elapsed / pace * left : nil))
    }

    while state.position.epoch < configuration.schedule.epochs {
      let began = clock.now
      guard
        try trainEpoch(
          shouldStop: shouldStop,
          { step, steps, loss in
            report(.training, step, of: steps, loss: loss)
          })
      else {
        state.position.seconds += (clock.now - began).seconds
        try save()
        return summary(.interrupted)
      }
      let seconds = { self.state.position.seconds + (clock.now - began).seconds }
      let record = try finishEpoch(seconds) { done, total in report(.evaluating, done, of: total, loss: nil) }
      epochDone(record)
      let isLast = state.position.epoch == configuration.schedule.epochs
      let stops = !isLast && shouldStop()
      // Saving is quick, but not when epochs take milliseconds.
      if isLast || stops || (clock.now - lastSave).seconds > 5 {
        try save()
        lastSave = clock.now
      }
      if stops { return summary(.interrupted) }
    }
    return summary(.finished)
  }

  /// Epochs that are done, with the part of the current one.
  private var epochsDone: Double {
    let steps = (data.split.training.count + configuration.data.batchSize - 1) / configuration.data.batchSize
    return Double(state.position.epoch) + Double(state.position.step) / Double(steps)
  }

  private var learningRate: Double {
    configuration.optimizer.learningRate * schedule.factor(epoch: state.position.epoch)
  }

  private var learningRates: ClosedRange<Double> {
    let base = learningRate
    let rates = state.position.balance.learningRates.factors.values.map { $0 * base } + [base]
    return (rates.min() ?? base)...(rates.max() ?? base)
  }

  /// Trains the rest of the current epoch; returns false if asked to stop before its end.
  private func trainEpoch(
    shouldStop: () -> Bool, _ stepDone: (_ step: Int, _ steps: Int, _ loss: Double) -> Void
  ) throws -> Bool {
    let epoch = state.position.epoch
    let order = data.batches(epoch: epoch, configuration)
    let batches = data.loader.batches(Array(order[state.position.step...]))
    while let batch = try batches.next() {
      try balanceLayers(stepsAnEpoch: order.count)
      let loss = try step(batch)
      try records.steps.append([StepRecord(epoch: epoch, step: state.position.step, loss: loss)])
      state.position.lossSum += loss
      state.position.step += 1
      stepDone(state.position.step, order.count, loss)
      if state.position.step < order.count, shouldStop() { return false }
    }
    return true
  }

  /// Analyses the layers if it is time, and records them then and at the beginning of every epoch.
  private func balanceLayers(stepsAnEpoch: Int) throws {
    guard balancer.isActive else { return }
    let (epoch, step) = (state.position.epoch, state.position.step)
    let isDue = balancer.interval.isDue(epoch: epoch, stepOfEpoch: step, step: epoch * stepsAnEpoch + step)
    if isDue { state.position.balance = try balancer.balance(state.parameters) }
    guard isDue || step == 0 else { return }
    try records.layers.append(
      state.position.balance.records(
        epoch: epoch, step: step, learningRate: learningRate, weightDecay: configuration.optimizer.weightDecay))
  }

  /// One update of the weights; returns the loss before it.
  private func step(_ batch: Batch) throws -> Double {
    do throws(BatchGradients.NotFinite) {
      let result = try gradients(batch, epoch: state.position.epoch, at: state.parameters)
      state.update(result.gradients, buffers: result.buffers, learningRate: learningRate)
      return result.loss
    } catch {
      throw diverged(error.quantity)
    }
  }

  /// - Parameters:
  ///   - quantity: What is not finite.
  ///   - steps: How many steps have been taken since the one that is to be named.
  /// - Returns: The error.
  private func diverged(_ quantity: String, after steps: Int = 0) -> TrainingError {
    .diverged(
      quantity: quantity, epoch: state.position.epoch, step: state.position.step - steps,
      learningRate: learningRate,
      checkpoints: folder.path + "/checkpoints")
  }

  /// Evaluates if it is time, and records the epoch.
  private func finishEpoch(
    _ seconds: () -> Double, _ progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> EpochRecord {
    let epoch = state.position.epoch
    let isDue = (epoch + 1) % configuration.evaluation.every == 0 || epoch + 1 == configuration.schedule.epochs
    let evaluator = Evaluator(
      model: model, loader: data.loader, normalization: normalization, batchSize: configuration.data.batchSize)
    let total = data.split.test.count + data.split.validation.count
    var metrics: Metrics?
    var validation: Double?
    if isDue {
      metrics = try evaluator.evaluate(data.split.test, state.parameters) { progress($0, total) }.metrics
      guard metrics?.rmse.isFinite == true else { throw diverged("error on the test samples", after: 1) }
      if !data.split.validation.isEmpty {
        validation = try evaluator.evaluate(data.split.validation, state.parameters) {
          progress(data.split.test.count + $0, total)
        }.metrics.nrmse
      }
    }
    let record = EpochRecord(
      epoch: epoch, loss: state.position.lossSum / Double(max(state.position.step, 1)),
      learningRate: learningRate,
      seconds: seconds(), validationNRMSE: validation, metrics: metrics)
    try records.metrics.append([record])
    history.append(record)
    if let nrmse = validation ?? metrics?.nrmse, nrmse < state.position.best?.nrmse ?? .infinity {
      state.position.best = .init(nrmse: nrmse, epoch: epoch)
      try checkpoint.write(to: folder.best)
    }
    state.position.epoch += 1
    state.position.step = 0
    state.position.lossSum = 0
    state.position.seconds = 0
    return record
  }

  private var checkpoint: Checkpoint {
    Self.checkpoint(model, state.parameters, normalization, configuration)
  }

  private static func checkpoint(
    _ model: any NeuralOperator, _ parameters: Parameters, _ normalization: Normalization,
    _ configuration: TrainingConfiguration
  ) -> Checkpoint {
    Checkpoint(
      model: model, parameters: parameters, normalization: normalization,
      subsampling: configuration.data.subsampling)
  }

  private func save() throws {
    if state.position.step == 0 { try checkpoint.write(to: folder.last) }
    try state.write(to: folder.state)
  }

  private func summary(_ outcome: TrainingSummary.Outcome) -> TrainingSummary {
    TrainingSummary(
      outcome: outcome, run: folder.path, epochs: state.position.epoch, loss: history.last?.loss,
      metrics: history.last { $0.metrics != nil }?.metrics, bestNRMSE: state.position.best?.nrmse,
      bestEpoch: state.position.best?.epoch,
      seconds: history.reduce(state.position.seconds) { $0 + $1.seconds })
  }
}
