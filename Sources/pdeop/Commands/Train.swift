import ArgumentParser
import Foundation
import MessagePassing
import Options
import Reporting
import SystemFiles
import Training

struct Train: ReadsDataFiles, RunsOnRanks, SaysMessages {
  static let configuration = CommandConfiguration(
    abstract: "Train a neural operator by autoregressive rollouts, with or without TempBalance.",
    discussion: """
        pdeop train --data F.hdf5 --ratio 0.1 --tempbalance sigmoid --output runs/b
        pdeop train --resume runs/b

      Unless told otherwise it makes the most of few samples, as far as the data tell the equations, and says how (--recipe). \
      Values come from --config, a YAML file with the option names as keys (pdeop config prints one), \
      and from the options, which take precedence. The run folder keeps the resolved values in config.yaml, which can be \
      passed to --config again. Ctrl-C finishes the step, saves, and prints how to resume.
      """)

  @OptionGroup var settings: TrainingSettings
  @OptionGroup var dataFiles: DataFileOptions
  @OptionGroup var messages: MessageOptions

  @Option(help: "The run folder to create.")
  var output: String?

  @Option(
    help: """
      Resume the run in this folder; --epochs (down to those that are done), --threads, --cache-memory and the path of \
      --data may change.
      """)
  var resume: String?

  @Flag(
    help: """
      Resume even if --data is a different data set; variables stay scaled as before, and the best checkpoint is chosen anew.
      """)
  var allowOtherData = false

  @Option(parsing: .unconditional, help: "Stop and save after this many minutes, as after Ctrl-C.")
  var timeLimit: Double?

  @Flag(
    help: """
      Also write the curves of errors, rates and spectra, and pictures of a rollout, to the run's folder tensorboard, for \
      tensorboard --logdir; a resumed run goes on with it.
      """)
  var tensorboard = false

  @Flag(help: "Print one JSON object on standard output when done.")
  var json = false

  func validate() throws {
    if let timeLimit, !(timeLimit > 0) {
      throw ValidationError("--time-limit must be above 0, got \(timeLimit).")
    }
    guard output == nil || resume == nil else {
      throw ValidationError(
        "Give --output FOLDER to start a run, or --resume FOLDER to continue one, not both.")
    }
    guard output != "", resume != "" else {
      throw ValidationError("--output and --resume must not be empty.")
    }
    guard resume != nil else {
      if allowOtherData { throw ValidationError("--allow-other-data needs --resume.") }
      return
    }
    let allowed = ["epochs", "threads", "cache-memory", "data"]
    if let (name, text) = settings.layer.values.sorted(by: { $0.key < $1.key }).first(where: {
      !allowed.contains($0.key)
    }) {
      let option = Spelling.option(name, text == .word("false") ? "false" : nil)
      throw ValidationError("\(option) cannot change when a run is resumed; start a new run.")
    }
    if settings.hasSource {
      throw ValidationError("A resumed run keeps its configuration; leave out --config and --recipe.")
    }
  }

  var threadsOfRank: Int? { Self.threads(in: settings.runOptions.given) }

  func run() throws {
    guard output != nil || resume != nil else {
      throw MissingOption("Give --output FOLDER to start a run, or --resume FOLDER to continue one.")
    }
    let (training, reasons) = try makeRun()
    Interruption.watch()
    let events = training.folder.path + "/tensorboard"
    if RankGroup.current.isRoot, tensorboard || FileManager.default.fileExists(atPath: events) {
      training.add(try TensorBoardObserver(folder: events))
    }
    let report = TrainingReporter(training, reasons: reasons)
    try report.begin()
    let clock = ContinuousClock()
    let (began, secondsAllowed) = (clock.now, timeLimit.map { 60 * $0 } ?? .infinity)
    func shouldStop() -> Bool {
      Interruption.isRequested || (clock.now - began).seconds > secondsAllowed
    }
    let summary: TrainingSummary
    do {
      if let error = try training.evaluateStart(shouldStop: shouldStop, progress: report.showStart) {
        report.begin(from: error)
      }
      summary = try training.train(
        shouldStop: shouldStop, progress: report.show, epochDone: report.finish)
    } catch {
      guard let reason = error as? any ReportableError, !(error is TrainingError) else { throw error }
      throw StoppedRun(reason: reason, run: training.folder.path)
    }
    report.end(summary)
    if json {
      try Console.printJSON(summary)
    } else if let metrics = summary.metrics {
      Console.say("The test samples at the last evaluation:")
      try Console.print(metrics.table)
    }
    if summary.outcome == .interrupted { throw Interruption.exitCode }
  }

  /// The run, and why it has its settings if a recipe chose them.
  private func makeRun() throws -> (TrainingRun, reasons: [String]) {
    let progress = CountProgress()
    func show(_ done: Int, _ total: Int) { progress.show(done, of: total, "reading samples") }
    if let resume {
      return try OtherData.advised {
        let run = try TrainingRun(
          resuming: RunFolder(resume), allowsOtherData: allowOtherData,
          changing: { $0 = try TrainingConfiguration(layers: [settings.layer], over: $0) }, reading: show)
        return (run, [])
      }
    }
    let (configuration, reasons) = try settings.configuration()
    let run = try settings.advised(configuration) {
      try TrainingRun(configuration, in: RunFolder(output ?? ""), reading: show)
    }
    return (run, reasons)
  }
}
