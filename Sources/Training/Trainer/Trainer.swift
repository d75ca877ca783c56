public import Autodiff
public import FieldMetrics
import MessagePassing
public import NeuralOperators
public import Optimizers
import PDEData
import SystemFiles
import TensorCore

/// Trains a model step by step and notifies observers.
///
/// ```swift
/// let data = try TrainingData(DataFile.open("flow.hdf5"), initialSteps: 10)
/// let trainer = try Trainer(
///   model: MyOperator(), data: data, optimizer: Adam(), schedule: CosineSchedule(epochs: 100), epochs: 100,
///   run: RunFolder("runs/mine"))
/// let summary = try trainer.train()
/// ```
///
/// A run folder, if there is one, keeps records and checkpoints; if it already holds a run, training resumes it. The
/// order of the samples, the noise and the weights come from counter-based random numbers, so the same settings give
/// the same bits at any number of threads, and after a resume from any step.
///
/// On several ranks (`RankGroup` of MessagePassing) each has a trainer of the same task, and all make the same calls; their weights are
/// the same bits at every step. Observers that write belong on rank 0 alone.
///
/// A trainer belongs to one thread.
public final class Trainer {
  /// How long and how fast to train.
  public struct Settings: Sendable {
    /// The learning rate that the schedule's factor multiplies.
    public var learningRate = 1e-3
    /// Passes over the training samples.
    public var epochs = 100
    /// Epochs from one evaluation to the next; the last one is always evaluated.
    public var evaluateEvery = 1
    /// The number of evaluations without a lower score after which training ends; nil to train all epochs.
    public var patience: Int?
    /// Largest norm of the gradient of all parameters together; nil for no limit.
    public var clipGradients: Double?
    /// The decay of a running mean of the weights, which is evaluated and kept in their place; nil for none.
    public var averageDecay: Double?
    /// How far sharpness-aware minimization goes to find where the loss is highest; nil for none of it.
    public var sharpnessRadius: Double?
    /// The seed of the weights.
    public var seed: UInt64 = 0

    /// The defaults.
    public init() {}
  }

  /// What is trained.
  public let task: any TrainingTask
  /// How long and how fast.
  public let settings: Settings
  /// How the learning rate changes.
  public let schedule: any LearningRateSchedule
  /// Gives parameters their own learning rates; nil if all use the schedule's.
  public let rates: (any ParameterRates)?
  /// The observers, in the order in which they are called; ``rates`` are among them.
  public private(set) var observers: [any TrainingObserver]
  /// The epochs that are done, as far as they are known.
  public internal(set) var history: [EpochRecord] = []
  /// The folder that the run is kept in, if any.
  public internal(set) var folder: RunFolder?

  private(set) var state: TrainingState

  /// A trainer of any task.
  ///
  /// - Parameters:
  ///   - task: What to train.
  ///   - optimizer: The rule that turns gradients into steps.
  ///   - schedule: How the learning rate changes.
  ///   - settings: How long and how fast to train.
  ///   - initialParameters: The parameters to start from; the task's own for the seed if nil.
  ///   - rates: Gives parameters their own learning rates.
  ///   - observers: Observers of the training.
  /// - Precondition: There is an epoch to train, the task has a step, evaluations are at least one epoch apart, and patience
  ///   lasts one.
  public init(
    _ task: any TrainingTask, optimizer: any Optimizer = Adam(),
    schedule: any LearningRateSchedule = ConstantSchedule(), settings: Settings = Settings(),
    initialParameters: Parameters? = nil, rates: (any ParameterRates)? = nil,
    observers: [any TrainingObserver] = []
  ) {
    precondition(
      settings.epochs > 0 && settings.evaluateEvery > 0 && settings.patience ?? 1 > 0
        && task.stepsPerEpoch > 0,
      "there is nothing to train in \(settings.epochs) epochs of \(task.stepsPerEpoch) steps")
    self.task = task
    self.settings = settings
    self.schedule = schedule
    self.rates = rates
    self.observers = (rates.map { [$0] } ?? []) + observers
    let parameters = initialParameters ?? task.initialParameters(seed: settings.seed)
    state = TrainingState(
      parameters: parameters, optimizer: optimizer, position: TrainingState.Position(),
      average: settings.averageDecay.map { WeightAverage(decay: $0, parameters: parameters) })
  }

  /// Adds an observer, to be called after the existing ones.
  public func add(_ observer: any TrainingObserver) { observers.append(observer) }

  /// The parameters as they are now.
  public var parameters: Parameters { state.parameters }
  /// What is evaluated and kept: the running mean of the parameters, or themselves where there is none.
  public var evaluatedParameters: Parameters { state.average?.parameters ?? state.parameters }
  /// The current or next epoch, from 0.
  public var epoch: Int { state.position.epoch }
  /// The number of steps of this epoch that are done.
  public var step: Int { state.position.step }
  /// The lowest score so far and its epoch, from 0.
  public var best: (score: Double, epoch: Int)? { state.position.best.map { ($0.score, $0.epoch) } }
  /// Whether no epoch is left to train.
  var isDone: Bool { epoch >= settings.epochs }
  /// Epochs that are done, with the part of the current one.
  public var epochsDone: Double { Double(epoch) + Double(step) / Double(task.stepsPerEpoch) }
  /// The schedule's learning rate at this step.
  public var learningRate: Double { settings.learningRate * schedule.factor(at: time) }
  /// The lowest and the highest learning rate of any parameter.
  public var learningRates: ClosedRange<Double> {
    let base = learningRate
    let all = parameters.names.map { rates?.learningRate(of: $0, base: base) ?? base } + [base]
    return (all.min() ?? base)...(all.max() ?? base)
  }

  private var time: TrainingTime {
    TrainingTime(epoch: epoch, step: step, stepsPerEpoch: task.stepsPerEpoch)
  }

  /// Whether the last evaluations, as many as the patience lasts, have not lowered the score.
  private var isOutOfPatience: Bool {
    guard let patience = settings.patience, let best else { return false }
    return epoch / settings.evaluateEvery - (best.epoch + 1) / settings.evaluateEvery >= patience
  }

  /// Trains to the last epoch, until patience ends, or until asked to stop.
  ///
  /// - Parameter shouldStop: Is asked after every step and evaluation; if it says yes, checkpoints are due and training
  ///   ends.
  /// - Returns: How training ended.
  /// - Throws: ``TrainingError/diverged(quantity:epoch:step:learningRate:checkpoints:)``, or what reading data and the
  ///   observers throw.
  @discardableResult
  public func train(shouldStop: () -> Bool = { false }) throws -> TrainingSummary {
    let clock = ContinuousClock()
    var lastSave = clock.now
    try forEachObserver { try $0.trainingBegins(self) }
    while !isDone {
      if isOutOfPatience { return try end(.stoppedEarly, saving: false) }
      let began = clock.now
      let isWhole = try trainEpoch(task, shouldStop)
      guard isWhole else {
        state.position.seconds += (clock.now - began).seconds
        return try end(.interrupted, saving: true)
      }
      try finishEpoch { self.state.position.seconds + (clock.now - began).seconds }
      let isLast = epoch == settings.epochs || isOutOfPatience
      let stops = !isLast && RankGroup.current.any(shouldStop())
      // Saving is quick, but not when epochs take milliseconds.
      if isLast || stops || (clock.now - lastSave).seconds > 5 {
        try forEachObserver { try $0.checkpointDue(self) }
        lastSave = clock.now
      }
      if stops { return try end(.interrupted, saving: false) }
    }
    return try end(.finished, saving: false)
  }

  private func end(_ outcome: TrainingSummary.Outcome, saving: Bool) throws -> TrainingSummary {
    if saving { try forEachObserver { try $0.checkpointDue(self) } }
    // What was measured on other data says nothing of the run as it is now.
    let evaluated = history.last { $0.metrics != nil && $0.dataSince == state.position.dataSince }
    let summary = TrainingSummary(
      outcome: outcome, run: folder?.path, epochs: epoch, loss: history.last?.loss,
      metrics: evaluated?.metrics, bestScore: best?.score, bestEpoch: best?.epoch,
      seconds: history.reduce(state.position.seconds) { $0 + $1.seconds })
    try forEachObserver { try $0.trainingEnded(self, summary) }
    return summary
  }

  private func forEachObserver(_ body: (any TrainingObserver) throws -> Void) rethrows {
    for observer in observers { try body(observer) }
  }

  /// Trains the rest of the current epoch; returns false if asked to stop before its end.
  private func trainEpoch<Task: TrainingTask>(_ task: Task, _ shouldStop: () -> Bool) throws -> Bool {
    let gradients = GradientRule(
      buffers: task.buffers, sharpnessRadius: settings.sharpnessRadius, bound: settings.clipGradients)
    let (next, steps) = (task.batches(epoch: epoch, from: step), task.stepsPerEpoch)
    while let batch = try next() {
      let result: GradientRule.Result
      do {
        try forEachObserver { try $0.stepBegins(self) }
        result = try gradients(at: parameters, task.parts(of: batch), wantsStop: shouldStop) {
          try task.loss(of: $0, $1)
        }
      } catch let error as NotFinite {
        throw diverged(error.quantity)
      }
      let (rates, base) = (rates, learningRate)
      state.update(
        result.gradients, buffers: result.buffers,
        weightDecayFactor: { rates?.weightDecayFactor(of: $0) ?? 1 },
        learningRate: { rates?.learningRate(of: $0, base: base) ?? base })
      state.position.lossSum += result.loss
      state.position.step += 1
      try forEachObserver { try $0.stepDone(self, loss: result.loss) }
      // Ranks agree on it with the sum of the gradients.
      if step < steps, RankGroup.current.isShared ? result.isStopWanted : shouldStop() { return false }
    }
    return true
  }

  /// Evaluates if it is time, and makes the epoch's record.
  private func finishEpoch(_ seconds: () -> Double) throws {
    let isDue = (epoch + 1) % settings.evaluateEvery == 0 || epoch + 1 == settings.epochs
    var evaluation: Evaluation?
    do {
      if isDue {
        evaluation = try task.evaluate(evaluatedParameters) { done, total in
          forEachObserver { $0.evaluating(self, done: done, of: total) }
        }
      }
    } catch let error as NotFinite {
      throw diverged(error.quantity, after: 1)
    }
    let record = EpochRecord(
      epoch: epoch, loss: state.position.lossSum / Double(max(step, 1)),
      // That of the epoch's first step, as the layers' are.
      learningRate: settings.learningRate
        * schedule.factor(at: TrainingTime(epoch: epoch, step: 0, stepsPerEpoch: task.stepsPerEpoch)),
      seconds: seconds(), validationNRMSE: evaluation?.validation?.nrmse, score: evaluation?.scoreBesideNRMSE,
      dataSince: state.position.dataSince, metrics: evaluation?.metrics)
    history.append(record)
    // Other ranks may have measured nothing, and stop when rank 0 does.
    let score = isDue ? RankGroup.current.gather([evaluation?.score ?? .nan])[0][0] : .nan
    let isBest = score < best?.score ?? .infinity
    if isBest { state.position.best = .init(score: score, epoch: epoch) }
    try forEachObserver { try $0.epochDone(self, record, isBest: isBest) }
    state.position.beginEpoch(epoch + 1)
  }

  /// - Parameters:
  ///   - quantity: What is not finite.
  ///   - steps: How many steps have been taken since the one that is to be named.
  /// - Returns: The error.
  private func diverged(_ quantity: String, after steps: Int = 0) -> TrainingError {
    .diverged(
      quantity: quantity, epoch: epoch, step: step - steps, learningRate: learningRate,
      checkpoints: folder.map { $0.path + "/checkpoints" })
  }
}

extension Trainer {
  /// Saves everything that resuming needs: parameters, optimizer, position and the observers' states.
  ///
  /// - Parameter path: The file, which appears whole or not at all.
  /// - Throws: If it cannot be written.
  public func save(to path: String) throws { try state.write(to: path, observers) }

  /// Goes on from what ``save(to:)`` wrote.
  ///
  /// - Parameter path: The file.
  /// - Throws: If it cannot be read, or belongs to another model or optimizer.
  public func restore(from path: String) throws {
    try state.restore(
      from: path, run: folder?.path ?? FilePath.folder(of: path),
      stepsPerEpoch: task.stepsPerEpoch, observers)
  }

  /// Goes on on other data than before, on which no score is known.
  func beginOtherData() {
    state.position.best = nil
    state.position.dataSince = epoch
  }

  /// A trainer of a neural operator on a data set.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - data: The data.
  ///   - normalization: The scaling of the data; to mean 0 and deviation 1 over the training samples if nil.
  ///   - loss: What a predicted frame's error is measured by.
  ///   - metrics: What the model is measured by besides PDEBench's metrics.
  ///   - optimizer: The rule that turns gradients into steps; if nil, Adam with the model's complex parameters.
  ///   - schedule: How the learning rate changes.
  ///   - learningRate: The rate that the schedule's factor multiplies.
  ///   - epochs: Passes over the training samples.
  ///   - batchSize: Samples a step.
  ///   - seed: The seed of weights and order.
  ///   - rates: Gives parameters their own learning rates.
  ///   - observers: Observers of the training.
  ///   - folder: Where to keep the run, and to resume it if it is already there; nil to keep nothing.
  /// - Throws: If the data cannot be read, the model does not fit them, or the folder holds something else.
  public convenience init(
    model: any NeuralOperator, data: TrainingData, normalization: Normalization? = nil,
    loss: any Loss = MeanSquaredError(), metrics: [any FieldMetric.Type] = [],
    optimizer: (any Optimizer)? = nil, schedule: any LearningRateSchedule = ConstantSchedule(),
    learningRate: Double = 1e-3, epochs: Int, batchSize: Int = 20, seed: UInt64 = 0,
    rates: (any ParameterRates)? = nil, observers: [any TrainingObserver] = [], run folder: RunFolder? = nil
  ) throws {
    if let objection = model.objection(toShape: data.loader.spatialShape) {
      throw ConfigurationError.doesNotFit("\(data.dataSet.path): \(objection)")
    }
    let statistics = try data.survey()
    var task = RolloutTask.Settings()
    task.batchSize = batchSize
    task.seed = seed
    var settings = Settings()
    settings.learningRate = learningRate
    settings.epochs = epochs
    settings.seed = seed
    self.init(
      RolloutTask(
        model: model, data: data, normalization: normalization ?? Normalization(statistics), loss: loss,
        metrics: metrics, settings: task),
      optimizer: optimizer ?? Adam(complexParameters: model.complexParameters), schedule: schedule,
      settings: settings, rates: rates, observers: observers)
    if let folder { try keep(in: folder) }
  }
}
