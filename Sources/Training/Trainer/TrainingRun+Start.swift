import MessagePassing
import TensorCore

extension TrainingRun {
  /// Measures the model that a run goes on from as it is, before the first step: what training must be better than. Nothing of the
  /// training depends on it.
  ///
  /// Of a group of ranks rank 0 measures alone, so that what is not finite keeps no other waiting.
  ///
  /// - Parameter progress: Is told how many samples have been measured, and of how many.
  /// - Returns: The error by which the best checkpoint is chosen, infinite where a rollout does not stay finite; nil for a run that starts
  ///   from no checkpoint or has begun, and on other ranks.
  /// - Throws: If the samples cannot be read.
  public func evaluateStart(
    _ progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> Double? {
    guard configuration.fineTuning.checkpoint != nil, trainer.epoch == 0, trainer.step == 0,
      RankGroup.current.isRoot
    else { return nil }
    return try RankGroup.use(.alone) {
      try WorkerPool.withThreads(configuration.run.threads) { try startingScore(progress) }
    }
  }

  private func startingScore(_ progress: (_ done: Int, _ total: Int) -> Void) throws -> Double? {
    do {
      return try trainer.task.evaluate(trainer.evaluatedParameters, progress: progress)?.score
    } catch is NotFinite {
      return .infinity
    }
  }
}
