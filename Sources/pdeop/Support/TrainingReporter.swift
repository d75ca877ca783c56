import FieldMetrics
import Foundation
import Logging
import NeuralOperators
import Reporting
import Training

/// Shows the progress of training at the terminal.
final class TrainingReporter {
  private let training: TrainingRun
  /// What a recipe chose and why.
  private let reasons: [String]
  private let line = ProgressLine()
  /// The error of the model that the run goes on from, as it was before the first step.
  private var startingError: Double?

  init(_ training: TrainingRun, reasons: [String]) {
    self.training = training
    self.reasons = reasons
  }

  func begin() throws {
    guard !Console.isSilent else { return }
    for (index, set) in training.sets.enumerated() {
      for line in set.summary { Console.say(line) }
      if let weights = training.configuration.data.weights {
        let share = weights[index] / weights.reduce(0, +)
        Console.say("Its share of the steps: \(formatted(share, digits: 3)).")
      }
      for warning in set.warnings { Console.say(warning.spelled, .notice) }
    }
    for reason in reasons { Console.say(reason) }
    let counts = training.sampleCounts
    let configuration = training.configuration
    for note in training.startingNotes { Console.say(note.spelled, .notice) }
    let trained =
      training.trainedCount == training.parameterCount ? "" : ", \(training.trainedCount) numbers are trained"
    Console.say(
      "\(training.model.metadata["model"] ?? "model"): \(training.parameterCount) parameters\(trained); "
        + "TempBalance \(configuration.tempbalance.method.rawValue)")
    Console.say(
      counts.validation > 0
        ? "The best checkpoint is chosen on the validation samples."
        : "The best checkpoint is chosen on the test samples, as in the paper; set --validation-samples to keep them separate."
    )
    for line in training.damagedLines { Console.say("\(line); it is left as it is.") }
    for lines in training.missingLines { Console.say("\(lines); the run goes on without them.") }
    if let layers = try training.balancedLayers(), layers.areIdle {
      Console.say(Self.warning(of: layers), .warning)
    }
    if let change = training.machineChange {
      Console.say(
        "This run was started on another machine: \(change). Its results may differ in the last bits from those of a run "
          + "on one machine.", .notice)
    }
    if training.firstEpoch == configuration.schedule.epochs {
      Console.say(
        "All \(configuration.schedule.epochs) epochs are done; to train longer, increase --epochs."
      )
    } else if training.firstEpoch > 0 {
      Console.say("Resuming at epoch \(training.firstEpoch + 1).")
    }
  }

  /// What is said where TempBalance has nothing to balance.
  static func warning(of layers: BalancedLayers) -> String {
    "--tempbalance has no effect: \(layers.balanced == 0 ? "none" : "1") of \(layers.analyzed) layers has "
      + "\(layers.minimumEigenvalues) eigenvalues above the threshold, and balancing needs two layers. Lower "
      + "--tempbalance-min-eigenvalues, or train a wider model."
  }

  func show(_ progress: TrainingProgress) {
    let fraction =
      (Double(progress.epoch) + Double(progress.done) / Double(max(progress.total, 1)))
      / Double(progress.epochs)
    line.show(fraction, text(progress), secondsLeft: progress.secondsLeft)
  }

  /// Shows how much of the evaluation before the first step is done.
  func showStart(_ done: Int, _ total: Int) {
    line.show(Double(done) / Double(max(total, 1)), "evaluating \(done)/\(total)", secondsLeft: nil)
  }

  /// Says the error of the model that the run goes on from, on the samples that choose the best checkpoint.
  func begin(from error: Double) {
    line.clear()
    startingError = error
    // Where all targets are zero, there is no such error.
    let text = error.isNaN ? "undefined" : error.isFinite ? formatted(error) : "not finite"
    Console.say("The model as it is: \(choosingError) \(text).")
  }

  private func text(_ progress: TrainingProgress) -> String {
    let what =
      switch progress.activity {
      case .training: "step \(progress.done)/\(progress.total)"
      case .evaluating: "evaluating \(progress.done)/\(progress.total)"
      }
    let rates = progress.learningRates
    let rate =
      rates.lowerBound == rates.upperBound
      ? formatted(rates.lowerBound, digits: 3)
      : "\(formatted(rates.lowerBound, digits: 3)) to \(formatted(rates.upperBound, digits: 3))"
    return "epoch \(progress.epoch + 1)/\(progress.epochs) \(what)"
      + (progress.loss.map { "  loss \(formatted($0))" } ?? "")
      + (progress.nrmse.map { "  nRMSE \(formatted($0))" } ?? "") + "  rate \(rate)"
  }

  /// Leaves a line for about twenty epochs of a run, the last one among them; in a log for every one.
  func finish(_ record: EpochRecord) {
    let epochs = training.configuration.schedule.epochs
    let every = max(1, epochs / 20)
    guard (record.epoch + 1) % every == 0 || record.epoch + 1 == epochs || Console.isLog else { return }
    line.clear()
    var text = "epoch \(record.epoch + 1)/\(epochs)  loss \(formatted(record.loss))"
    if let metrics = record.metrics { text += "  nRMSE \(formatted(metrics.nrmse))" }
    if let validation = record.validationNRMSE { text += "  validation nRMSE \(formatted(validation))" }
    if let score = record.score { text += "  \(choosingError) \(formatted(score))" }
    Console.say(
      text + "  rate \(formatted(record.learningRate, digits: 3))  \(formatted(record.seconds, digits: 3)) s",
      .info, Self.values(of: record))
  }

  /// The numbers of an epoch, under the keys of `metrics.jsonl`.
  private static func values(of record: EpochRecord) -> Logger.Metadata {
    var values: Logger.Metadata = [
      "epoch": .stringConvertible(record.epoch), "loss": .stringConvertible(record.loss),
      "learning_rate": .stringConvertible(record.learningRate), "seconds": .stringConvertible(record.seconds),
    ]
    if let metrics = record.metrics { values["nRMSE"] = .stringConvertible(metrics.nrmse) }
    if let validation = record.validationNRMSE { values["validation_nRMSE"] = .stringConvertible(validation) }
    if let score = record.score { values["score"] = .stringConvertible(score) }
    return values
  }

  /// What the best checkpoint has least of.
  private var choosingError: String { training.sets.count > 1 ? "error over all sets" : "nRMSE" }

  func end(_ summary: TrainingSummary) {
    line.clear()
    switch summary.outcome {
    case .finished:
      Console.say("Done in \(ProgressLine.duration(summary.seconds)). The run is in \(summary.run ?? "").")
    case .stoppedEarly:
      let patience = training.configuration.evaluation.patience ?? 0
      Console.say(
        "Stopped early after \(summary.epochs) epochs: \(patience) \(patience == 1 ? "evaluation" : "evaluations") without a lower "
          + "error. The run is in \(summary.run ?? "").")
    case .interrupted:
      Console.say(
        "Stopped and saved after \(summary.epochs) epochs. To resume: pdeop train "
          + Spelling.option("resume", summary.run ?? ""))
    }
    if let best = summary.bestScore, let epoch = summary.bestEpoch {
      Console.say(
        "Best \(choosingError) \(formatted(best)) after epoch \(epoch + 1): "
          + RunFolder(summary.run ?? "").best)
      if let startingError, best > startingError {
        Console.say(
          "The model as it was had \(choosingError) \(formatted(startingError)), which no epoch came to; try a lower "
            + "\(Spelling.option("learning-rate")).", .notice)
      }
    } else if summary.metrics != nil {
      Console.say(
        "No best checkpoint was kept because nRMSE is undefined: the targets are zero everywhere. "
          + "The last weights are in \(RunFolder(summary.run ?? "").last).")
    }
  }
}
