import ArgumentParser
import Foundation
import Reporting
import SystemFiles
import Training

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a neural operator by autoregressive rollouts, with or without TempBalance.",
    discussion: """
        pdeop train --data F.hdf5 --ratio 0.1 --tempbalance sigmoid --output runs/b
        pdeop train --resume runs/b

      Values come from --config, a YAML file whose keys are the option names, and from the options, which win. The \
      run's folder keeps the resolved values in config.yaml, which --config takes again. Ctrl-C finishes the step, \
      saves, and says how to go on.
      """)

  @OptionGroup(title: "Data") var dataOptions: TrainingDataOptions
  @OptionGroup(title: "Model") var modelOptions: ModelOptions
  @OptionGroup(title: "Optimisation") var optimisation: OptimisationOptions
  @OptionGroup(title: "TempBalance") var balance: TempBalanceOptions

  @Option(help: "The folder of the new run.")
  var output: String?

  @Option(help: "Go on with the run in this folder; --epochs, --threads and --cache-memory may be changed.")
  var resume: String?

  @Option(
    name: .customLong("config"),
    help: "A YAML file with values; its keys are the option names, but shuffle: false for --no-shuffle.")
  var configurationFile: String?

  @Option(help: "Start from published settings; 'paper' is arXiv 2410.12178 for the data and ratio at hand.")
  var recipe: Recipe?

  @Option(help: "Seed of weights, order and noise (default: 0).")
  var seed: UInt64?

  @Option(help: "Threads (default: all cores). Results do not depend on it.")
  var threads: Int?

  @Flag(help: "Print one JSON object on standard output when done.")
  var json = false

  enum Recipe: String, ExpressibleByArgument, CaseIterable { case paper }

  func validate() throws {
    guard (output == nil) != (resume == nil) else {
      throw ValidationError("Give --output FOLDER for a new run, or --resume FOLDER to go on with one.")
    }
    guard output != "", resume != "" else {
      throw ValidationError("A run's folder needs a name; --output and --resume must not be empty.")
    }
    guard resume != nil else { return }
    let allowed = ["epochs", "threads", "cache-memory"]
    if let other = values.keys.sorted().first(where: { !allowed.contains($0) }) {
      let option = other == "shuffle" ? "no-shuffle" : other
      throw ValidationError("--\(option) cannot be changed in a run that is resumed; start a new one.")
    }
    if configurationFile != nil || recipe != nil {
      throw ValidationError("A resumed run keeps its own configuration; leave out --config and --recipe.")
    }
  }

  /// The values given as options, by name.
  private var values: OptionValues {
    var values = OptionValues(dataOptions, modelOptions, optimisation, balance)
    values["seed"] = seed
    values["threads"] = threads
    return values
  }

  func run() throws {
    let trainer = try makeTrainer()
    Interruption.watch()
    let report = TrainingReporter(trainer)
    report.begin()
    let summary: TrainingSummary
    do {
      summary = try trainer.train(
        shouldStop: { Interruption.isRequested }, progress: report.show, epochDone: report.finish)
    } catch {
      guard let reason = error as? any ReportableError, !(error is TrainingError) else { throw error }
      throw StoppedRun(reason: reason, run: trainer.folder.path)
    }
    report.end(summary)
    if json {
      try Console.printJSON(summary)
    } else if let metrics = summary.metrics {
      try Console.print(metrics.table)
    }
    if summary.outcome == .interrupted { throw Interruption.exitCode }
  }

  private func makeTrainer() throws -> Trainer {
    let progress = CountProgress()
    func show(_ done: Int, _ total: Int) { progress.show(done, of: total, "reading samples") }
    if let resume {
      let layer = values.layer
      return try Trainer(
        resuming: RunFolder(resume),
        changing: { $0 = try TrainingConfiguration(layers: [$0.layer(), layer]) }, reading: show)
    }
    var layers = [values.layer]
    if let configurationFile { layers.insert(try .init(reading: configurationFile), at: 0) }
    if recipe == .paper {
      layers.insert(try PaperRecipe.layer(for: TrainingConfiguration(layers: layers)), at: 0)
    }
    let configuration = try TrainingConfiguration(layers: layers)
    try checkOptions(fit: configuration.model)
    return try Trainer(configuration, in: RunFolder(output ?? ""), reading: show)
  }

  /// An option of another kind of model would change nothing, which nobody can have meant.
  private func checkOptions(fit model: TrainingConfiguration.ModelKind) throws {
    for other in TrainingConfiguration.ModelKind.allCases where other != model {
      for key in other.ownKeys.map(\.rawValue) where values.keys.contains(key) {
        throw ConfigurationError.conflict(
          "--\(key) is an option of --model \(other.rawValue), and the model is \(model.rawValue); leave one of them out."
        )
      }
    }
  }
}
