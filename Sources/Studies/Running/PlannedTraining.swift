import Foundation
import TempBalance
import Training

/// A run of a benchmark as its process trains it: from the files that the benchmark has put into the run's folder.
public enum PlannedTraining {
  /// What a benchmark keeps in the folder of a run.
  private static let companions: Set<String> = [
    RunFolder.planName, BenchmarkLabel.fileName, BenchmarkRunner.logName, RunOutcome.fileName,
  ]

  /// Trains a planned run from where it is to its end.
  ///
  /// A run that diverges is done: that is what it came to, and its outcome says so.
  ///
  /// - Parameters:
  ///   - path: The run's folder.
  ///   - threads: The number of threads to use.
  ///   - shouldStop: Is asked after every step.
  /// - Returns: Whether the run is done.
  /// - Throws: What training throws, but for divergence.
  public static func run(_ path: String, threads: Int, shouldStop: () -> Bool) throws -> Bool {
    let folder = RunFolder(path, companions: companions)
    var planned = try TrainingConfiguration(layers: [.init(reading: folder.plan)])
    planned.run.threads = threads
    let isBegun = FileManager.default.fileExists(atPath: folder.configuration)
    let trainer =
      isBegun
      ? try TrainingRun(
        resuming: folder,
        changing: { configuration in
          configuration.run.threads = threads
          configuration.schedule.epochs = max(planned.schedule.epochs, configuration.schedule.epochs)
        })
      : try TrainingRun(planned, in: folder)
    var outcome = RunOutcome(
      epochs: trainer.configuration.schedule.epochs, parameters: trainer.parameterCount)
    do {
      guard try trainer.train(shouldStop: shouldStop).outcome != .interrupted else { return false }
      let imbalance = try Checkpoint(reading: folder.last)
        .imbalance(minimumEigenvalues: planned.tempbalance.minimumEigenvalues)
      outcome.alphaMean = imbalance?.alphaMean
      outcome.alphaStd = imbalance?.alphaStd
    } catch let error as TrainingError {
      outcome.epochs = RunState.epochsDone(in: folder)
      outcome.divergence = "\(error)"
    }
    try outcome.write(to: folder)
    return true
  }
}
