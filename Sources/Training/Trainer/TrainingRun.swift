import Autodiff
import MessagePassing
public import NeuralOperators
import Optimizers
import PDEData
import Safetensors
import Symmetries
public import SystemFiles
import TensorCore

/// The training run of a configuration, kept in a run folder.
///
/// On several ranks (`RankGroup` of MessagePassing) each makes the same calls, and rank 0 alone writes: the folder is that of a single
/// process, and can be resumed on any number of ranks. All ranks read the folder and the data set.
public final class TrainingRun {
  /// The resolved configuration.
  public let configuration: TrainingConfiguration
  /// The model.
  public let model: any NeuralOperator
  /// Where the run is kept.
  public let folder: RunFolder
  /// The number of samples that are trained on, tested on, and set aside for validation.
  public var sampleCounts: (training: Int, test: Int, validation: Int) {
    sets.map(\.split).reduce((0, 0, 0)) {
      ($0.0 + $1.training.count, $0.1 + $1.test.count, $0.2 + $1.validation.count)
    }
  }
  /// How many of the layers that TempBalance analyzes have enough eigenvalues to be balanced; nil without TempBalance.
  ///
  /// - Throws: `TempBalanceError` for weights that have no spectrum.
  public func balancedLayers() throws -> BalancedLayers? {
    guard balancing.isActive else { return nil }
    return BalancedLayers(
      // Asked by one rank alone.
      try RankGroup.use(.alone) { try balancing.layers(of: trainer) },
      minimumEigenvalues: configuration.tempbalance.minimumEigenvalues)
  }
  /// The number of weights; a complex one counts as two.
  public var parameterCount: Int { model.parameterCount }
  /// The number of weights that are trained, those of corrections among them.
  public let trainedCount: Int
  /// What people should know of the checkpoint that the run starts from, a sentence each.
  public let startingNotes: [Message]
  /// What is another for a resumed run than where it was last, so that its bits may be others; `nil` if nothing is.
  public let machineChange: String?
  /// The epoch that comes first, above 0 for a resumed run.
  public var firstEpoch: Int { trainer.epoch }

  /// Lines of the run's files that cannot be read; they are left as they are.
  public let damagedLines: [DamagedLine]
  /// The run's files that end before the point at which it is resumed; the run goes on without what they have lost.
  public let missingLines: [MissingLines]

  /// The data set, made ready; of a mixture the first.
  public var data: TrainingData { sets[0] }
  /// The data sets, made ready: one, or those of a mixture.
  public let sets: [TrainingData]
  private let balancing: LayerBalancing
  private let trainer: Trainer

  /// Prepares a new run: checks everything, then makes its folder.
  ///
  /// - Parameters:
  ///   - configuration: What to train, on what, and how.
  ///   - folder: Where to keep the run; there must be none yet.
  ///   - reading: Is told how many of the run's samples have been read.
  /// - Throws: A `ReportableError` for options, data or weights that do not fit; nothing is written then.
  public convenience init(
    _ configuration: TrainingConfiguration, in folder: RunFolder,
    reading: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    try self.init(configuration, in: folder, resuming: false, located: configuration.data, reading)
  }

  /// Prepares to resume a run.
  ///
  /// - Parameters:
  ///   - folder: The folder of a run that was stopped, or is to be made longer.
  ///   - kinds: What the run's configuration can choose by name.
  ///   - allowsOtherData: Whether to resume even if the data set holds something else than before.
  ///   - change: May change what does not alter the epochs that are done (their number, threads, memory, the place of
  ///     the data set).
  ///   - reading: Is told how many of the run's samples have been read.
  /// - Throws: A `ReportableError` if there is no run, it does not fit its data any more, or it is to end before the
  ///   epochs that are done; nothing is written then.
  public convenience init(
    resuming folder: RunFolder, kinds: TrainingKinds = .standard, allowsOtherData: Bool = false,
    changing change: (inout TrainingConfiguration) throws -> Void = { _ in },
    reading: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    // The run must not change any more.
    let found = try folder.readConfiguration(kinds: kinds)
    let lock = RankGroup.current.isRoot ? try folder.lock() : nil
    var configuration = try folder.readConfiguration(kinds: kinds)
    try change(&configuration)
    try self.init(
      configuration, in: folder, resuming: true, lock: lock,
      located: configuration.data.files == found.data.files
        ? folder.locatedData(configuration) : configuration.data,
      allowsOtherData: allowsOtherData, reading)
  }

  /// Prepares a run whose learning rate changes in a way of its own, for those that look at what it does.
  convenience init(
    _ configuration: TrainingConfiguration, in folder: RunFolder, schedule: any LearningRateSchedule,
    reading: (_ done: Int, _ total: Int) -> Void
  ) throws {
    try self.init(
      configuration, in: folder, resuming: false, located: configuration.data, schedule: schedule, reading)
  }

  // - ownRun: The lock of the run to resume, on rank 0.
  // - schedule: In the place of the configuration's.
  // - locatedData: The data set where it is, which may be named in another way in the configuration.
  private init(
    _ configuration: TrainingConfiguration, in folder: RunFolder, resuming: Bool,
    lock ownRun: FileLock? = nil,
    located locatedData: DataConfiguration,
    allowsOtherData: Bool = false, schedule: (any LearningRateSchedule)? = nil,
    _ reading: (_ done: Int, _ total: Int) -> Void
  ) throws {
    let group = RankGroup.current
    var configuration = configuration
    try configuration.validate()
    if !resuming, group.isRoot { try folder.requireNoRun() }
    var located = configuration
    located.data = locatedData
    var sets = try TrainingData.sets(of: located)
    let runData = try RunData(sets.map(\.dataSet), of: locatedData)
    if resuming, !allowsOtherData { try RunData(reading: folder)?.require(runData, for: folder) }
    for index in sets.indices { sets[index].fingerprint = runData.fingerprint }
    let data = sets[0]
    let samples = min(configuration.data.batchSize, sets.map(\.split.training.count).min() ?? 0)
    let batchParts = configuration.data.resolvedBatchParts
    configuration.data.batchParts = batchParts
    guard group.size <= min(batchParts, samples) else {
      throw RankAgreementError.tooManyRanks(
        ranks: group.size, parts: min(batchParts, samples), samples: samples)
    }
    try RankAgreement.check(configuration, runData, in: group)
    let plans = try sets.map { try FormulationPlan(configuration, for: $0) }
    let plan = plans[0]
    let start = try configuration.fineTuning.checkpoint.map { path in
      try StartingPoint(resuming ? folder.last : path, configuration, for: data, plan, isResumed: resuming)
    }
    model = try start?.model ?? data.model(configuration, plan)
    startingNotes = start?.notes ?? []
    try Self.requireMixture(sets, plans, model)
    var resolved = configuration
    // Each set of a mixture has its own number, unless one was given for all.
    if configuration.data.weights == nil { resolved.data.testSamples = data.split.test.count }
    self.configuration = resolved
    self.folder = folder
    balancing = LayerBalancing(LayerBalancer(configuration), weightDecay: configuration.optimizer.weightDecay)

    // A resumed run has its own weights, and does not need the file that it began with any more.
    var weights =
      try resuming
      ? nil
      : configuration.model.initialWeights.map { [model] in
        try Checkpoint.parameters(of: model, in: WeightFile(reading: $0))
      }
    if !resuming, let start { weights = start.parameters }
    var task = RolloutTask.Settings(configuration)
    task.frozen = start?.frozen ?? []
    task.adapters = start?.adapters
    task.base = configuration.fineTuning.checkpoint ?? ""
    let steps = sets.reduce(0) { $0 + ($1.split.training.count + task.batchSize - 1) / task.batchSize }
    let done =
      try resuming
      ? TrainingState.position(in: folder.state, run: folder.path, stepsPerEpoch: steps).epoch : 0
    guard done <= configuration.schedule.epochs else {
      throw ConfigurationError.outOfRange(
        key: "epochs", value: "\(configuration.schedule.epochs)",
        expected: "at least \(done), the number of epochs that are done")
    }
    let formulations = try WorkerPool.withThreads(configuration.run.threads) {
      let totals = sets.map { $0.split.training.count + $0.split.test.count + $0.split.validation.count }
      for index in sets.indices {
        let before = totals[..<index].reduce(0, +)
        sets[index].statistics = try sets[index].survey { done, _ in
          reading(before + done, totals.reduce(0, +))
        }
        sets[index].inputStatistics = try sets[index].loader.inputStatistics(of: sets[index].split.training)
      }
      sets.shareInputStatistics()
      // Of what is reset, a resumed run cannot tell whether the fields were others; the first set's own checkpoint does.
      let asked = configuration.fineTuning
      let areAlike = asked.normalization == .keep && asked.reset == nil
      return try zip(sets, plans).enumerated().map { index, set in
        try (index == 0 || areAlike ? start?.formulation : nil)?
          .on(set.0.loader, symmetries: set.1.symmetrization)
          ?? set.1.formulation(configuration.data.normalize, set.0)
      }
    }
    self.sets = sets
    let (model, settings) = (model, task)
    let parts = sets.indices.map { index in
      var own = settings
      own.augmentation = plans[index].augmentation
      own.present = sets[index].present
      return RolloutTask(
        model: model, data: sets[index], formulation: formulations[index],
        loss: configuration.loss.kind.loss(for: LossTask(axes: sets[index].loader.axes)), settings: own)
    }
    let rollouts = parts[0]
    trainedCount = rollouts.trainedCount
    trainer = Trainer(
      configuration.data.weights.map { MixtureTask(parts, weights: $0) } ?? rollouts,
      optimizer: configuration.newOptimizer(for: model), schedule: schedule ?? configuration.newSchedule(),
      settings: .init(configuration),
      initialParameters: weights.map { rollouts.withAdapters($0, seed: configuration.run.seed) },
      rates: balancing)
    trainer.folder = folder
    if resuming { try trainer.restore(from: folder.state) }
    guard group.isRoot else {
      (machineChange, damagedLines, missingLines) = (nil, [], [])
      return
    }
    let lock: FileLock
    let machine = MachineRecord(epoch: trainer.epoch)
    if let ownRun {
      machineChange = try machine.append(to: folder)
      try runData.write(to: folder)
      try AtomicFile.replace(folder.configuration, with: resolved.yaml())
      lock = ownRun
    } else {
      machineChange = nil
      lock = try folder.create(resolved) { [trainer] in
        _ = try machine.append(to: folder)
        try trainer.task.write(trainer.evaluatedParameters, to: folder.last)
        try trainer.save(to: folder.state)
        try runData.write(to: folder)
      }
    }
    let recorder = try RunRecorder(folder, lock: lock, trainer)
    damagedLines = recorder.damagedLines
    missingLines = recorder.missingLines
    trainer.add(recorder)
  }

  /// Checks that the sets of a mixture can be seen by one model.
  private static func requireMixture(
    _ sets: [TrainingData], _ plans: [FormulationPlan], _ model: any NeuralOperator
  ) throws(ConfigurationError) {
    for (set, plan) in zip(sets, plans) {
      if let objection = model.objection(toShape: set.loader.spatialShape) {
        throw .doesNotFit("\(set.dataSet.path): \(objection)")
      }
      guard plan.canonical?.parts == plans[0].canonical?.parts else {
        throw .doesNotFit(
          """
          samples of \(set.dataSet.path) have another canonical form than those of \(sets[0].dataSet.path); say by \(option: "canonical") \
          which parts both have
          """)
      }
      if set.present != nil, plan.canonical != nil {
        throw .doesNotFit(
          "\(set.dataSet.path) lacks variables of the mixture, so that its samples have no canonical form; leave out \(option: "canonical")"
        )
      }
      if model.reliesOnPeriodicFields, let axis = set.loader.axes.first(where: { $0.isPeriodic == false }) {
        throw .doesNotFit(
          "\(set.dataSet.path) is not periodic along \(axis.name), and the model relies on that; leave out \(option: "periodic")"
        )
      }
    }
  }

  /// Adds an observer of the training, to be called after the run's own; on ranks, rank 0 alone may write.
  public func add(_ observer: any TrainingObserver) { trainer.add(observer) }

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
    shouldStop: () -> Bool = { false }, progress: @escaping (TrainingProgress) -> Void = { _ in },
    epochDone: @escaping (EpochRecord) -> Void = { _ in }
  ) throws -> TrainingSummary {
    trainer.add(ProgressObserver(progress))
    trainer.add(EpochObserver(epochDone))
    return try WorkerPool.withThreads(configuration.run.threads) { try trainer.train(shouldStop: shouldStop) }
  }
}

/// Hands on every epoch's record.
private final class EpochObserver: TrainingObserver {
  private let report: (EpochRecord) -> Void

  init(_ report: @escaping (EpochRecord) -> Void) {
    self.report = report
  }

  func epochDone(_ trainer: Trainer, _ record: EpochRecord, isBest: Bool) { report(record) }
}
