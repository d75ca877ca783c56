import SystemFiles

/// Keeps a training run in its folder: a line for each step, epoch and analyzed layer, and the checkpoints.
final class RunRecorder: TrainingObserver {
  private let folder: RunFolder
  private let lock: FileLock
  private let steps: LineFile
  private let metrics: LineFile
  private let layers: LineFile

  /// Lines of the run's files that cannot be read; they are left as they are.
  var damagedLines: [DamagedLine] { metrics.damaged + steps.damaged + layers.damaged }

  /// The files that end before the position at which the run goes on.
  var missingLines: [MissingLines] { [metrics, steps, layers].compactMap(\.missing) }

  /// Opens the records of a run; what they hold beyond the trainer's position is removed.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - lock: The lock on it.
  ///   - trainer: The trainer, at the position where it resumes.
  /// - Throws: If the records cannot be read or written.
  init(_ folder: RunFolder, lock: FileLock, _ trainer: Trainer) throws {
    self.folder = folder
    self.lock = lock
    let (epoch, step) = (trainer.epoch, trainer.step)
    let balancing = trainer.rates as? LayerBalancing
    // The last step that was done, and the last beginning of an epoch.
    let lastStep = step > 0 ? (epoch, step - 1) : (epoch - 1, trainer.task.stepsPerEpoch - 1)
    let lastBeginning = (step > 0 ? epoch : epoch - 1, 0)
    let isNew = (epoch, step) == (0, 0)
    steps = try LineFile(
      folder.steps, keeping: StepRecord.self, where: { ($0.epoch, $0.step) < (epoch, step) },
      isComplete: { last in isNew || last.map { ($0.epoch, $0.step) >= lastStep } ?? false })
    metrics = try LineFile(
      folder.metrics, keeping: EpochRecord.self, where: { $0.epoch < epoch },
      isComplete: { last in epoch == 0 || last.map { $0.epoch >= epoch - 1 } ?? false })
    let recordsLayers = balancing?.isActive ?? false
    layers = try LineFile(
      folder.layers, keeping: LayerRecord.self, where: { ($0.epoch, $0.step) < (epoch, step) },
      isComplete: { last in
        isNew || !recordsLayers || last.map { ($0.epoch, $0.step) >= lastBeginning } ?? false
      })
    trainer.history = try RunLines<EpochRecord>(reading: folder.metrics).records
    trainer.folder = folder
    balancing?.record = { [layers] in try layers.append($0) }
  }

  func stepDone(_ trainer: Trainer, loss: Double) throws {
    try steps.append([StepRecord(epoch: trainer.epoch, step: trainer.step - 1, loss: loss)])
  }

  func epochDone(_ trainer: Trainer, _ record: EpochRecord, isBest: Bool) throws {
    try metrics.append([record])
    if isBest { try trainer.task.write(trainer.evaluatedParameters, to: folder.best) }
  }

  func checkpointDue(_ trainer: Trainer) throws {
    if trainer.step == 0 { try trainer.task.write(trainer.evaluatedParameters, to: folder.last) }
    try trainer.save(to: folder.state)
  }
}

extension Trainer {
  /// Keeps the run in a folder from now on, and resumes a run that is already there.
  ///
  /// A run of a task of one's own has no `config.yaml` and no `data.json`; whoever resumes it makes sure that it is with the same
  /// data and settings. Files beside the run are named as the folder's companions.
  ///
  /// - Parameter folder: The folder.
  /// - Throws: If the folder holds something else, is in use, or cannot be written.
  public func keep(in folder: RunFolder) throws {
    let lock: FileLock
    if folder.holdsState {
      lock = try folder.lock()
      self.folder = folder
      try restore(from: folder.state)
      _ = try MachineRecord(epoch: epoch).append(to: folder)
    } else {
      lock = try folder.create {
        _ = try MachineRecord(epoch: epoch).append(to: folder)
        try task.write(parameters, to: folder.last)
        try save(to: folder.state)
      }
    }
    add(try RunRecorder(folder, lock: lock, self))
  }
}
