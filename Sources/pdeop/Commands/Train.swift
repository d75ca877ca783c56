import ArgumentParser
import Options
import Foundation
import PDEData
import Reporting
import SystemFiles
import Training

struct Train: ReadsDataFiles, RunsOnRanks {
  static let configuration = CommandConfiguration(
    abstract: "Train a neural operator by autoregressive rollouts, with or without TempBalance.",
    discussion: """
        pdeop train --data F.hdf5 --ratio 0.1 --tempbalance sigmoid --output runs/b
        pdeop train --resume runs/b

      Values come from --config, a YAML file with the option names as keys (pdeop config prints one), \
      and from the options, which take precedence. The run folder keeps the resolved values in config.yaml, which can be \
      passed to --config again. Ctrl-C finishes the step, saves, and prints how to resume.
      """)

  @OptionGroup var options: TrainingOptions
  @OptionGroup(title: "Run") var runOptions: DeclaredOptions<RunPart>
  @OptionGroup var dataFiles: DataFileOptions

  @Option(help: "The run folder to create.")
  var output: String?

  @Option(
    help: """
      Resume the run in this folder; --epochs, --threads, --cache-memory and the path of --data may change.
      """)
  var resume: String?

  @Flag(help: "Resume even if --data is a different data set.")
  var allowOtherData = false

  @Option(
    name: .customLong("config"),
    help: "A YAML file of option values; the keys are the option names, with shuffle: false for --no-shuffle."
  )
  var configurationFile: String?

  @Option(
    help: """
      Start from other settings than the defaults. low-data: what makes most of few samples, as far as the data's names and \
      boundary tell the equations. plain: the defaults. paper: arXiv 2410.12178, for this data and ratio; its released code reads \
      1D convolutions otherwise: for its 1D numbers as they were made, add --tempbalance-conv1d released.
      """)
  private var recipe: RecipeArgument?

  @Option(help: "Stop and save after this many minutes, as after Ctrl-C.")
  var timeLimit: Double?

  @Flag(help: "Print one JSON object on standard output when done.")
  var json = false

  func validate() throws {
    if let timeLimit, !(timeLimit > 0) {
      throw ValidationError("--time-limit must be above 0, got \(timeLimit).")
    }
    guard (output == nil) != (resume == nil) else {
      throw ValidationError("Give --output FOLDER to start a run, or --resume FOLDER to continue one.")
    }
    guard output != "", resume != "" else {
      throw ValidationError("--output and --resume must not be empty.")
    }
    guard resume != nil else {
      if allowOtherData { throw ValidationError("--allow-other-data needs --resume.") }
      return
    }
    let allowed = ["epochs", "threads", "cache-memory", "data"]
    if let (name, text) = layer.values.sorted(by: { $0.key < $1.key }).first(where: {
      !allowed.contains($0.key)
    }) {
      let option = Spelling.option(name, text == .word("false") ? "false" : nil)
      throw ValidationError("\(option) cannot change when a run is resumed; start a new run.")
    }
    if configurationFile != nil || recipe != nil {
      throw ValidationError("A resumed run keeps its configuration; leave out --config and --recipe.")
    }
  }

  /// The values given as options.
  private var layer: TrainingConfiguration.Layer {
    .init(values: options.given.merging(runOptions.given) { $1 })
  }

  var threadsOfRank: Int? { Self.threads(in: runOptions.given) }

  func run() throws {
    let training = try makeRun()
    Interruption.watch()
    let report = TrainingReporter(training)
    try report.begin()
    let clock = ContinuousClock()
    let (began, secondsAllowed) = (clock.now, timeLimit.map { 60 * $0 } ?? .infinity)
    let summary: TrainingSummary
    do {
      summary = try training.train(
        shouldStop: { Interruption.isRequested || (clock.now - began) / .seconds(1) > secondsAllowed },
        progress: report.show, epochDone: report.finish)
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

  private func makeRun() throws -> TrainingRun {
    let progress = CountProgress()
    func show(_ done: Int, _ total: Int) { progress.show(done, of: total, "reading samples") }
    if let resume {
      return try OtherData.advised {
        try TrainingRun(
          resuming: RunFolder(resume), allowsOtherData: allowOtherData,
          changing: { $0 = try TrainingConfiguration(layers: [layer], over: $0) }, reading: show)
      }
    }
    var layers = [layer]
    if let configurationFile {
      let file = try TrainingConfiguration.Layer(reading: configurationFile)
      layers.insert(file, at: 0)
    }
    var configuration = try TrainingConfiguration(layers: layers)
    if let recipe {
      let (settings, reasons) = try recipe.recipe.configuration(for: configuration)
      let started = try settings.startingFromCheckpoint(of: configuration)
      configuration = try TrainingConfiguration(layers: layers, over: started)
      for reason in reasons(configuration) { Console.say(reason) }
    } else if configuration.fineTuning.checkpoint != nil {
      let settings = try TrainingConfiguration().startingFromCheckpoint(of: configuration)
      configuration = try TrainingConfiguration(layers: layers, over: settings)
    }
    if let ratio = layers.ratio, let part = Subsampling.inexactPart(ofRatio: ratio) {
      Console.say("Note: --ratio \(formatted(ratio)) \(part).")
    }
    try configuration.requireOwnOptions(in: layer)
    let trainer = try TrainingRun(configuration, in: RunFolder(output ?? ""), reading: show)
    for layer in layers {
      if let source = layer.source, layer.isFlat { Console.say(Config.note(onFlat: source)) }
    }
    return trainer
  }
}

/// A recipe as an argument.
private struct RecipeArgument: ExpressibleByArgument {
  let recipe: Recipe

  init?(argument: String) {
    guard let recipe = Recipe(rawValue: argument) else { return nil }
    self.recipe = recipe
  }

  static var allValueStrings: [String] { Recipe.allCases.map(\.rawValue) }
}
