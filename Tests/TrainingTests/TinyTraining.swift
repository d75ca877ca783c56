import Foundation
import NeuralOperators
import Options
import Optimizers
import TestSupport
import Testing
import Training

/// Trainings of a tiny model on a small file, which take milliseconds an epoch.
struct TinyTraining {
  let folder: TemporaryFolder
  /// The file that is trained on.
  let data: String

  init(_ file: WaveFile = WaveFile()) throws {
    folder = try TemporaryFolder()
    data = try file.write(to: folder.file("data.hdf5"))
  }

  /// A configuration of three epochs of four steps, with changes.
  func configuration(_ change: (inout TrainingConfiguration) -> Void = { _ in }) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.data.path = data
    configuration.model.description = FNO.Description(modes: [4], width: 6)
    configuration.model.initialSteps = 4
    configuration.data.batchSize = 3
    configuration.schedule.epochs = 3
    change(&configuration)
    return configuration
  }

  /// The folder of a run of that name.
  func run(_ name: String) -> RunFolder { RunFolder(folder.file(name)) }

  /// Trains to the end.
  @discardableResult
  func train(
    _ name: String, _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> TrainingSummary {
    try TrainingRun(configuration(change), in: run(name)).train()
  }

  /// Trains, is stopped after some steps, and is resumed to the end.
  func train(_ name: String, _ configuration: TrainingConfiguration, stoppedAfter count: Int) throws {
    var steps = 0
    // The run's lock on the folder goes with it.
    let stopped = try TrainingRun(configuration, in: run(name)).train(shouldStop: {
      steps += 1
      return steps == count
    })
    #expect(stopped.outcome == .interrupted)
    _ = try TrainingRun(resuming: run(name)).train()
  }

  func steps(_ name: String) throws -> [StepRecord] {
    try RunFolder.lines(StepRecord.self, in: run(name).steps)
  }

  func epochs(_ name: String) throws -> [EpochRecord] {
    try RunFolder.lines(EpochRecord.self, in: run(name).metrics)
  }

  func layers(_ name: String) throws -> [LayerRecord] {
    try RunFolder.lines(LayerRecord.self, in: run(name).layers)
  }

  /// The checkpoint after the last epoch.
  func checkpoint(_ name: String) throws -> Checkpoint { try Checkpoint(reading: run(name).last) }

  /// The weights after the last epoch.
  func weights(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: run(name).last)) }
}

extension TrainingConfiguration {
  /// Chooses an optimizer with its defaults.
  mutating func choose(optimizer name: String) {
    optimizer.kind = OptimizerRegistry.standard[name]?.init() ?? optimizer.kind
  }
}
