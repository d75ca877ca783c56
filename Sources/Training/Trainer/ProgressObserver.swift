import FieldMetrics

/// Reports progress, after every step and during evaluations.
public final class ProgressObserver: TrainingObserver {
  private let report: (TrainingProgress) -> Void
  private let clock = ContinuousClock()
  private var start: (time: ContinuousClock.Instant, epochs: Double)?

  /// An observer that reports progress.
  ///
  /// - Parameter report: Is told how far training is.
  public init(_ report: @escaping (TrainingProgress) -> Void) {
    self.report = report
  }

  /// Starts the clock for the time that is left.
  public func trainingBegins(_ trainer: Trainer) { start = (clock.now, trainer.epochsDone) }

  /// Reports a step.
  public func stepDone(_ trainer: Trainer, loss: Double) {
    report(.training, trainer, trainer.step, of: trainer.task.stepsPerEpoch, loss: loss)
  }

  /// Reports a part of an evaluation.
  public func evaluating(_ trainer: Trainer, done: Int, of total: Int) {
    report(.evaluating, trainer, done, of: total, loss: nil)
  }

  private func report(
    _ activity: TrainingProgress.Activity, _ trainer: Trainer, _ done: Int, of total: Int, loss: Double?
  ) {
    let left = Double(trainer.settings.epochs) - trainer.epochsDone
    let secondsLeft = start.flatMap { start -> Double? in
      let pace = trainer.epochsDone - start.epochs
      return pace > 0 ? (clock.now - start.time).seconds / pace * left : nil
    }
    report(
      TrainingProgress(
        activity: activity, epoch: trainer.epoch, epochs: trainer.settings.epochs, done: done, total: total,
        loss: loss, learningRates: trainer.learningRates,
        nrmse: trainer.history.last { $0.metrics != nil }?.metrics?.nrmse, secondsLeft: secondsLeft))
  }
}
