import ArgumentParser
import FieldMetrics
import Foundation
import Logging
import NeuralOperators
import Optimizers
import Options
import Reporting
import Studies
import SystemFiles
import TensorCore
import Training

struct BenchmarkRatios: ParsableCommand, ReadsDataFiles, SaysMessages {
  static let configuration = CommandConfiguration(
    commandName: "ratios",
    abstract:
      "Train models at several ratios of training samples, with and without TempBalance, and compare.",
    discussion: """
        pdeop benchmark ratios --config plan.yaml --output runs/ratios
        pdeop benchmark ratios --data F.hdf5 --ratios 0.1,0.5 --validation-samples 20 --learning-rates 1e-3,2.5e-3 \
      --scales 0.5,1 --output runs/ratios

      The plan is data sets × models × ratios × methods × a grid × seeds. The grid's best point is chosen on the \
      validation samples, never on the test samples. Each run has its own folder under the output folder. Run the \
      command again to resume: finished runs are skipped, interrupted ones continue, and new ones are added. A plan in \
      YAML can say more than the options can; a plan made from options is saved in the output folder as plan.yaml.
      """)

  @Option(name: .customLong("config"), help: "A plan in YAML; benchmarks/README.md describes the format.")
  var plan: String?

  @Option(help: "The output folder.")
  var output: String

  @OptionGroup var options: TrainingOptions<DataSets>
  @OptionGroup var dataFiles: DataFileOptions
  @OptionGroup var messages: MessageOptions

  @Option(parsing: .unconditional, help: "Fractions of the training samples, as in 0.1,0.5,1.")
  var ratios: String?
  @Option(
    parsing: .unconditional,
    help:
      "Numbers of training samples instead, as in 50,225; rounded to the nearest that keeping every k-th sample gives."
  )
  var trainingSamples: String?
  @Option(
    help: """
      Methods: baseline, tempbalance (its sigmoid), linear, spectral (TempBalance on the spectral weights too), sam, \
      \(OptimizerRegistry.standard.names.joined(separator: ", ")), joined by + as in sam+tempbalance (default: \
      baseline,tempbalance).
      """)
  var methods: String?
  @Option(parsing: .unconditional, help: "Learning rates of the grid, as in 1e-3,2.5e-3.")
  var learningRates: String?
  @Option(parsing: .unconditional, help: "TempBalance scales of the grid, as in 0.25,0.5,1.")
  var scales: String?
  @Option(
    parsing: .unconditional,
    help:
      "Seeds of weights, order and noise (default: \(BenchmarkPlan.standardSeeds.map { "\($0)" }.joined(separator: ",")))."
  )
  var seeds: String?
  @Option(
    help: """
      Which seeds search the grid: first-seed, every-seed, or the number of leading seeds; the others train only at the \
      best point (default: \(BenchmarkPlan.Tuning.standard)).
      """)
  var tuning: String?

  @Option(parsing: .unconditional, help: "Parallel runs (default: the number of cores).") var jobs: Int?
  @Option(
    parsing: .unconditional, help: "Threads per run (default: cores / jobs). Results do not depend on it.")
  var threads: Int?
  @Option(help: "Run part i of n of the plan, as in 2/8, for a job array on a cluster.") var shard: String?
  @Flag(help: "List the runs and their estimated times without training.") var dryRun = false
  @Flag(help: "Print one JSON object on standard output when done.") var json = false

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output must name a folder.") }
    for (name, value) in [("jobs", jobs), ("threads", threads)] {
      if let value, !(1...1024).contains(value) {
        throw ValidationError("--\(name) must be from 1 to 1024, got \(value).")
      }
    }
    if let shard, Shard(shard) == nil {
      throw ValidationError("--shard must be i/n with i from 1 to n, as in 2/8, got '\(shard)'.")
    }
    let own = [ratios, trainingSamples, methods, learningRates, scales, seeds, tuning]
    if plan != nil, !options.given.isEmpty || own.contains(where: { $0 != nil }) {
      throw ValidationError("--config gives the whole plan; put the other options into that file.")
    }
    if let tuning, BenchmarkPlan.Tuning(tuning) == nil {
      throw ValidationError(
        "--tuning must be first-seed, every-seed or a number of seeds from 1, got '\(tuning)'.")
    }
    for name in list(methods) where PlanText.method(name) == nil {
      let words = PlanText.methodWords.map(\.word).joined(separator: ", ")
      throw ValidationError("--methods takes \(words), joined by +; '\(name)' is none of them.")
    }
  }

  private func list(_ text: String?) -> [String] { (text ?? "").split(separator: ",").map(String.init) }

  private func readPlan() throws -> BenchmarkPlan {
    if let plan { return try BenchmarkPlan(reading: plan) }
    var text = PlanText()
    text.training = options.given.filter { !["data", "model"].contains($0.key) }
    text.data = (options.given["data"]?.words ?? []).flatMap { word in
      // Names may have commas.
      FileManager.default.fileExists(atPath: word) ? [word] : list(word)
    }
    text.models = options.given["model"].map { list($0.description) } ?? [ModelRegistry.standard.names[0]]
    text.ratios = list(ratios)
    text.trainingSamples = list(trainingSamples)
    text.methods = methods.map { list($0) } ?? ["baseline", "tempbalance"]
    text.learningRates = list(learningRates)
    text.scales = list(scales)
    text.seeds = seeds.map { list($0) } ?? BenchmarkPlan.standardSeeds.map { "\($0)" }
    text.tuning = tuning ?? "\(BenchmarkPlan.Tuning.standard)"
    return try BenchmarkPlan(parsing: text.yaml())
  }

  func run() throws {
    let plan = try readPlan()
    for note in plan.notes { Console.say("\(note)", .notice) }
    let cells = plan.cells(of: shard.flatMap { Shard($0) } ?? .whole)
    for (name, layers) in try BenchmarkPlan.idleBalancing(in: cells) {
      Console.say("\(name): \(TrainingReporter.warning(of: layers))", .warning)
    }
    let jobs = jobs ?? WorkerPool.availableCores
    let threads = threads ?? max(1, WorkerPool.availableCores / jobs)
    if dryRun { return try list(cells, jobs: jobs, threads: threads) }
    let command = URL(filePath: Bundle.main.executablePath ?? CommandLine.arguments[0])
    let runner = try BenchmarkRunner(
      cells, of: plan.cells, in: output, jobs: jobs, threads: threads, command: command,
      arguments: { TrainPlanned.arguments($0, threads: $1, allowsExternal: dataFiles.allowExternal) })
    try keep(plan)
    // Who follows the benchmark sees that it goes on, between two runs too.
    let presence = FileLock(output, isShared: true)
    defer { withExtendedLifetime(presence) {} }
    Interruption.watch()
    let count = cells.reduce(0) { $0 + $1.count }
    Console.say("\(Self.workload(count, jobs: jobs, threads: threads)), in \(output)/runs")
    let report = BenchmarkReporter()
    let summary = try runner.run(
      shouldStop: { Interruption.isRequested }, progress: report.show, runDone: report.finish)
    report.clear()
    // The results may be such that they cannot be collected, and what failed is to be known then too.
    for (name, reason) in summary.failed.sorted(by: { $0.key < $1.key }) {
      Console.say("\(name) failed: \(reason)")
    }
    if summary.finished > 0 {
      try BenchmarkResults(collecting: [output]).write(to: BenchmarkResults.database(in: output))
    }
    if json { try Console.printJSON(summary) } else { try printTable() }
    if Interruption.isRequested, summary.left > 0 {
      Console.say("Stopped with \(summary.left) runs left. Run the same command again to continue.")
      throw Interruption.exitCode
    }
    if !summary.failed.isEmpty { throw ExitCode(1) }
  }

  private func keep(_ plan: BenchmarkPlan) throws {
    try Folder.make(output)
    try AtomicFile.replace(output + "/plan.yaml", with: plan.text)
  }

  private func printTable() throws {
    guard let results = try? BenchmarkResults(collecting: [output]) else { return }
    let summaries = BenchmarkSummary.all(of: results)
    if !summaries.isEmpty { try Console.print(BenchmarkSummary.table(of: summaries, besidePaper: false)) }
  }

  /// The runs and their times.
  private func list(_ cells: [BenchmarkPlan.Cell], jobs: Int, threads: Int) throws {
    var estimate = TimeEstimate(threads: threads)
    var runs: [PlannedTime] = []
    for cell in cells {
      for run in cell.first { runs.append(try .init(run, estimate.seconds(run, in: output), isLater: false)) }
      let followers = try cell.followers(in: output)
      for run in followers.runs {
        runs.append(try .init(run, estimate.seconds(run, in: output), isLater: !followers.areChosen))
      }
    }
    let seconds = runs.reduce(0) { $0 + $1.seconds } / Double(max(min(jobs, runs.count), 1))
    if json {
      return try Console.printJSON(DryRun(runs: runs, jobs: jobs, threads: threads, seconds: seconds))
    }
    var table = TextTable(["run", "training samples", "epochs", "time"])
    for run in runs {
      table.append([
        run.name, "\(run.trainSamples)", "\(run.epochs)", ProgressLine.duration(run.seconds),
      ])
    }
    try Console.print(table)
    try Console.print(
      "\n\(Self.workload(runs.count, jobs: jobs, threads: threads)): about \(ProgressLine.duration(seconds))."
    )
  }

  /// So many runs, and how they share the processors.
  private static func workload(_ runs: Int, jobs: Int, threads: Int) -> String {
    let threads = "\(threads) thread\(threads == 1 ? "" : "s")"
    return runs == 1
      ? "1 run with \(threads)" : "\(runs) runs, \(min(jobs, runs)) at a time with \(threads) each"
  }

  private struct PlannedTime: Encodable {
    let name: String
    let trainSamples, epochs: Int
    let seconds: Double

    init(_ run: PlannedRun, _ seconds: Double, isLater: Bool) {
      // Which point it will be is not known yet.
      let place = isLater ? run.name.range(of: "_" + run.label.gridName) : nil
      name = place.map { run.name.replacingCharacters(in: $0, with: "_(best)") } ?? run.name
      trainSamples = run.label.trainSamples
      epochs = run.configuration.schedule.epochs
      self.seconds = seconds
    }

    private enum CodingKeys: String, CodingKey {
      case name, epochs, seconds
      case trainSamples = "train_samples"
    }
  }

  private struct DryRun: Encodable {
    let runs: [PlannedTime]
    let jobs, threads: Int
    let seconds: Double
  }
}

/// The options of data, of which `--data` says something else in a benchmark.
enum DataSets: OptionSelection {
  static let options: [PresentedOption] = {
    let sentence = """
      A data set: a file of fields, a folder of files, or a pattern such as 'runs-*.hdf5'; given again, or with commas, one \
      more data set, on which all is trained too. A set of several files that share no pattern is for --config.
      """
    let all = ConfigurationOptions()
    return DataPart.options.map { presented in
      guard presented.name == "data", let own = all["data"].first else { return presented }
      return PresentedOption(own.declaration, saying: sentence)
    }
  }()
}

/// Shows the progress of a benchmark at the terminal.
private final class BenchmarkReporter {
  private let line = ProgressLine()
  private var lastLogged = ContinuousClock.now

  func show(_ progress: BenchmarkRunner.Progress) {
    let what = "\(progress.finished)/\(progress.total) runs; \(progress.active.joined(separator: ", "))"
    line.show(progress.fraction, what, secondsLeft: progress.secondsLeft)
    guard !Console.showsProgress, let left = progress.secondsLeft,
      ContinuousClock.now - lastLogged > .seconds(60)
    else { return }
    lastLogged = .now
    Console.say(
      "\(progress.finished)/\(progress.total) runs, \(Int(100 * progress.fraction)) % of the work, about "
        + "\(ProgressLine.duration(left)) left")
  }

  func finish(_ name: String, _ folder: RunFolder) {
    line.clear()
    let epochs = (try? RunLines<EpochRecord>(reading: folder.metrics).records) ?? []
    let last = epochs.last { $0.metrics != nil }
    Console.say(
      "\(name): \(epochs.count) epochs"
        + (last?.metrics.map { ", nRMSE \(formatted($0.nrmse))" } ?? "")
        + (last?.validationNRMSE.map { ", validation \(formatted($0))" } ?? "")
        + ", \(formatted(epochs.reduce(0) { $0 + $1.seconds }, digits: 3)) s")
  }

  func clear() { line.clear() }
}
