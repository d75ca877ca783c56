import FieldMetrics
import MessagePassing
import TensorCore

extension TrainingRun {
  /// Measures the model that a run goes on from as it is, before the first step: what training must be better than. Nothing of the
  /// training depends on it.
  ///
  /// Of a group of ranks rank 0 measures alone, so that what is not finite keeps no other waiting.
  ///
  /// - Parameters:
  ///   - shouldStop: Is asked after every batch; if it says yes, the rest is not measured.
  ///   - progress: Is told how many samples have been measured, and of how many.
  /// - Returns: The error by which the best checkpoint is chosen, infinite where a rollout does not stay finite, NaN where it is undefined, as
  ///   all targets are zero; nil for a run that starts from no checkpoint or has begun, on other ranks, and where it was stopped.
  /// - Throws: If the samples cannot be read.
  public func evaluateStart(
    shouldStop: () -> Bool = { false },
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> Double? {
    guard configuration.fineTuning.checkpoint != nil, trainer.epoch == 0, trainer.step == 0,
      RankGroup.current.isRoot
    else { return nil }
    return try RankGroup.use(.alone) {
      try WorkerPool.withThreads(configuration.run.threads) { try startingScore(shouldStop, progress) }
    }
  }

  private func startingScore(
    _ shouldStop: () -> Bool, _ progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> Double? {
    do {
      let evaluation = try trainer.task.evaluate(trainer.evaluatedParameters) { done, total in
        progress(done, total)
        if done < total, shouldStop() { throw Stopped() }
      }
      // No evaluation ends because rollouts of validation samples do not stay finite.
      if let validation = evaluation?.validation, !validation.rmse.isFinite { return .infinity }
      return evaluation?.score
    } catch is NotFinite {
      return .infinity
    } catch is Stopped {
      return nil
    }
  }

  /// Ends a measurement that is not wanted any more.
  private struct Stopped: Error {}
}
