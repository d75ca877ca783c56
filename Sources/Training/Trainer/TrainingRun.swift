import Autodiff
import MessagePassing
public import NeuralOperators
import Optimizers
import PDEData
import Safetensors
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
  /// What people should know of the checkpoint that the run starts from, of data that are other ones than before, and of the sets of a
  /// mixture, a sentence each.
  public let startingNotes: [Message]
  /// What differs from the machine the run was last on, and may change its bits; nil if nothing does.
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
  let trainer: Trainer

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

  /// Prepares a run with another schedule than the configuration's, for the learning-rate sweep.
  convenience init(
    _ configuration: TrainingConfiguration, in folder: RunFolder, schedule: any LearningRateSchedule,
    reading: (_ done: Int, _ total: Int) -> Void
  ) throws {
    try self.init(
      configuration, in: folder, resuming: false, located: configuration.data, schedule: schedule, reading)
  }

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - configuration: What to train, on what, and how.
  ///   - folder: Where the run is kept.
  ///   - resuming: Whether the folder holds the run already.
  ///   - ownRun: The lock of the run to resume, on rank 0.
  ///   - locatedData: The data set where it is, which may be named in another way in the configuration.
  ///   - allowsOtherData: Whether to resume even if the data set holds something else than before.
  ///   - schedule: In the place of the configuration's.
  ///   - reading: Is told how many of the run's samples have been read.
  /// - Throws: A `ReportableError` for options, data or weights that do not fit; nothing is written then.
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
    let (opened, runData) = try Self.openedSets(
      configuration, located: locatedData, ofRun: resuming && !allowsOtherData ? folder : nil)
    let difference =
      try resuming ? Self.difference(of: runData, from: folder, isAllowed: allowsOtherData) : nil
    var sets = opened
    configuration.data.batchParts = try Self.batchParts(configuration.data, sets, for: group)
    try RankAgreement.check(configuration, runData, in: group)
    let plans = try sets.map { try FormulationPlan(configuration, for: $0) }
    let data = sets[0]
    let start = try configuration.fineTuning.checkpoint.map { path in
      try StartingPoint(
        resuming ? folder.last : path, configuration, for: data, plans[0], isResumed: resuming)
    }
    model = try start?.model ?? data.model(configuration, plans[0])
    try Self.requireMixture(sets, plans, model)
    var resolved = configuration
    // Each set of a mixture has its own number, unless one was given for all.
    if configuration.data.weights == nil { resolved.data.testSamples = data.split.test.count }
    self.configuration = resolved
    self.folder = folder
    balancing = LayerBalancing(BalancingRule(configuration), weightDecay: configuration.optimizer.weightDecay)

    // A resumed run has its own weights, and does not need the file that it began with any more.
    let weights = try resuming ? nil : Self.initialWeights(configuration, of: model, start)
    let before = try resuming ? Self.requireEpochs(configuration, sets, of: folder) : nil
    // The samples of a run that was moved to other data have another scaling than its weights were trained in.
    let isNeeded = difference != nil || before?.dataSince != nil
    let own =
      try resuming && start == nil
      ? Self.ownFormulation(of: folder, for: model, on: sets, configuration, isNeeded: isNeeded) : nil
    let formulations = try Self.formulations(of: &sets, plans, start, own: own, configuration, reading)
    self.sets = sets
    let tasks = Self.tasks(of: model, sets, plans, formulations, start, configuration)
    trainedCount = tasks[0].trainedCount
    trainer = Trainer(
      configuration.data.weights.map { MixtureTask(tasks, weights: $0) } ?? tasks[0],
      optimizer: configuration.newOptimizer(for: model), schedule: schedule ?? configuration.newSchedule(),
      settings: .init(configuration),
      initialParameters: weights.map { tasks[0].withAdapters($0, seed: configuration.run.seed) },
      rates: balancing)
    trainer.folder = folder
    if resuming { try trainer.restore(from: folder.state) }
    // Without an epoch left to train, the run stays one of the data before.
    let isDone = trainer.isDone
    let movesOn = difference != nil && !isDone
    if movesOn { trainer.beginOtherData() }
    startingNotes =
      (start?.notes ?? []) + Self.otherDataNotes(on: sets, movesOn ? difference : nil, configuration)
      + Self.timeStepNotes(on: sets)
    guard group.isRoot else {
      (machineChange, damagedLines, missingLines) = (nil, [], [])
      return
    }
    let (recorder, change) = try Self.openFolder(
      folder, lock: ownRun, of: trainer, resolved, runData, isOtherData: difference != nil)
    machineChange = change
    damagedLines = recorder.damagedLines
    missingLines = recorder.missingLines
    trainer.add(recorder)
  }

  /// The data sets, of which no field has been read yet, and what identifies them.
  ///
  /// - Parameters:
  ///   - configuration: The run's configuration.
  ///   - data: The data set where it is.
  ///   - folder: The run whose data set it must be; nil for any.
  /// - Returns: The data sets of a mixture, or the one, and its identity.
  /// - Throws: What opening them throws; ``RunFolderError/otherData(folder:data:difference:)`` where others leave nothing to train on.
  private static func openedSets(
    _ configuration: TrainingConfiguration, located data: DataConfiguration, ofRun folder: RunFolder?
  ) throws -> ([TrainingData], RunData) {
    var located = configuration
    located.data = data
    var sets: [TrainingData]
    do {
      sets = try TrainingData.sets(of: located)
    } catch let error as SubsamplingError {
      // What the run sets aside was right for its own data.
      if let folder {
        _ = try Self.difference(of: RunData(data.openSets(), of: data), from: folder, isAllowed: false)
      }
      throw error
    }
    let runData = try RunData(sets.map(\.dataSet), of: data)
    // The run is of all sets; a checkpoint has the scaling and the test samples of one, and is known by that.
    for index in sets.indices {
      sets[index].fingerprint =
        try data.weights == nil
        ? runData.fingerprint : DataFingerprint(of: sets[index].dataSet.withoutMixture)
    }
    return (sets, runData)
  }

  /// The number of parts of a batch, checked to be enough for all ranks.
  private static func batchParts(
    _ configuration: DataConfiguration, _ sets: [TrainingData], for group: RankGroup
  ) throws(RankAgreementError) -> Int {
    let samples = min(configuration.batchSize, sets.map(\.split.training.count).min() ?? 0)
    let parts = configuration.resolvedBatchParts
    guard group.size <= min(parts, samples) else {
      throw .tooManyRanks(ranks: group.size, parts: min(parts, samples), samples: samples)
    }
    return parts
  }

  /// The weights that a new run starts from; nil for those of its seed.
  private static func initialWeights(
    _ configuration: TrainingConfiguration, of model: any NeuralOperator, _ start: StartingPoint?
  ) throws -> Parameters? {
    let weights = try configuration.model.initialWeights.map {
      try Checkpoint.parameters(of: model, in: WeightFile(reading: $0))
    }
    return start?.parameters ?? weights
  }

  /// Checks that a run to resume has not done more epochs than are asked for.
  ///
  /// - Parameters:
  ///   - configuration: The run's configuration.
  ///   - sets: Its data.
  ///   - folder: The run.
  /// - Returns: Where the run is.
  /// - Throws: ``ConfigurationError/outOfRange(key:value:expected:)``, or what reading its state throws.
  private static func requireEpochs(
    _ configuration: TrainingConfiguration, _ sets: [TrainingData], of folder: RunFolder
  ) throws -> TrainingState.Position {
    let size = configuration.data.batchSize
    let steps = sets.reduce(0) { $0 + ($1.split.training.count + size - 1) / size }
    let position = try TrainingState.position(in: folder.state, run: folder.path, stepsPerEpoch: steps)
    guard position.epoch <= configuration.schedule.epochs else {
      throw ConfigurationError.outOfRange(
        key: "epochs", value: "\(configuration.schedule.epochs)",
        expected: "at least \(position.epoch), the number of epochs that are done")
    }
    return position
  }

  /// The training of the model on each set.
  private static func tasks(
    of model: any NeuralOperator, _ sets: [TrainingData], _ plans: [FormulationPlan],
    _ formulations: [Formulation], _ start: StartingPoint?, _ configuration: TrainingConfiguration
  ) -> [RolloutTask] {
    var settings = RolloutTask.Settings(configuration)
    settings.frozen = start?.frozen ?? []
    settings.adapters = start?.adapters
    settings.base = configuration.fineTuning.checkpoint ?? ""
    settings.mixesVariables = sets.contains { $0.present != nil }
    settings.hasOneTimeStep = Self.haveOneTimeStep(sets)
    return sets.indices.map { index in
      var own = settings
      own.augmentation = plans[index].augmentation
      own.present = sets[index].present
      return RolloutTask(
        model: model, data: sets[index], formulation: formulations[index],
        loss: configuration.loss.kind.loss(for: LossTask(axes: plans[index].axes)), settings: own)
    }
  }

  /// Opens the folder for the run's records; makes it for a new run.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - ownRun: The lock of the run to resume; nil for a new one.
  ///   - trainer: The run's trainer, at the position where it begins.
  ///   - configuration: The resolved configuration.
  ///   - data: What identifies the data set.
  ///   - isOtherData: Whether that is another one than before; a run that is done keeps its records of the one before.
  /// - Returns: What keeps the run, and what differs from the machine that it was last on.
  /// - Throws: If the folder cannot be written.
  private static func openFolder(
    _ folder: RunFolder, lock ownRun: FileLock?, of trainer: Trainer, _ configuration: TrainingConfiguration,
    _ data: RunData, isOtherData: Bool
  ) throws -> (RunRecorder, machineChange: String?) {
    let machine = MachineRecord(epoch: trainer.epoch)
    guard let ownRun else {
      let lock = try folder.create(configuration) {
        _ = try machine.append(to: folder)
        try trainer.task.write(trainer.evaluatedParameters, to: folder.last)
        try trainer.save(to: folder.state)
        try data.write(to: folder)
      }
      return (try RunRecorder(folder, lock: lock, trainer), nil)
    }
    let change = try machine.append(to: folder)
    if !isOtherData || !trainer.isDone {
      // Once these are the run's data, its state must not have a best score on those before.
      if isOtherData { try trainer.save(to: folder.state) }
      try data.write(to: folder)
      try AtomicFile.replace(folder.configuration, with: configuration.yaml())
    }
    return (try RunRecorder(folder, lock: ownRun, trainer), change)
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
