import ArgumentParser
import Foundation
import PDEData
import Reporting
import Studies
import Training

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Export results to other tools.", subcommands: [ExportNotebook.self, ExportWell.self])
}

struct ExportNotebook: ParsableCommand, ReadsDataFiles {
  static let configuration = CommandConfiguration(
    commandName: "notebook",
    abstract: "Write a Jupyter notebook that redraws the figures of a run or a benchmark.",
    discussion: """
        pdeop export notebook runs/balanced --output balanced.ipynb

      The notebook reads the run's files with h5py, pandas and matplotlib, by relative paths. Rollouts of \
      the test samples are written next to it, as balanced.hdf5; for a benchmark, those of the last method's first seed at \
      the fewest training samples.
      """)

  @Argument(help: "A run folder or a benchmark folder.")
  var folder: String

  @Option(help: "The notebook, ending in .ipynb; an existing one is replaced.")
  var output: String

  @Flag(help: "Leave the rollouts out.")
  var noPredictions = false

  @OptionGroup var dataFiles: DataFileOptions

  func validate() throws {
    guard output.hasSuffix(".ipynb"), output.count > ".ipynb".count else {
      throw ValidationError("--output must name a file that ends in .ipynb, got '\(output)'.")
    }
  }

  private var predictions: String { output.dropLast(".ipynb".count) + ".hdf5" }

  func run() throws {
    if BenchmarkResults.isBenchmark(folder) {
      try exportBenchmark()
    } else {
      let run = RunFolder(folder)
      _ = try run.readConfiguration()
      let isPredicted = try predict(run)
      try Notebook(run: run, predictions: isPredicted ? predictions : nil, at: output).write(to: output)
      Console.say("Written: \(output)" + (isPredicted ? ", \(predictions)" : ""))
    }
  }

  private func exportBenchmark() throws {
    let results = try BenchmarkResults(collecting: [folder])
    let database = BenchmarkResults.database(in: folder)
    try results.write(to: database)
    let summaries = BenchmarkSummary.all(of: results).filter { !$0.rows.isEmpty }
    let first = summaries.first
    let shown = summaries.last {
      $0.dataset == first?.dataset && $0.model == first?.model && $0.trainSamples == first?.trainSamples
    }
    let run = shown.map { RunFolder($0.rows[0].folder) }
    let isPredicted = try run.map(predict) ?? false
    let data = try run.map { try $0.locatedData($0.readConfiguration()).path } ?? ""
    try Notebook(
      benchmark: folder, database: database, predictions: isPredicted ? (predictions, data) : nil, at: output
    ).write(to: output)
    Console.say("Written: \(output)" + (isPredicted ? ", \(predictions)" : ""))
  }

  /// Writes the rollouts of a run's test samples, unless they are not wanted or there is nothing to make them from.
  private func predict(_ run: RunFolder) throws -> Bool {
    guard !noPredictions, FileManager.default.fileExists(atPath: run.best) else { return false }
    let configuration = try run.readConfiguration()
    let checkpoint = try Checkpoint(reading: run.best)
    let file = try run.locatedData(configuration).open()
    try checkpoint.requireOwnData(of: run.best, file)
    let subsampling = checkpoint.subsampling(resolution: nil, time: nil, testSamples: nil)
    let loader = try checkpoint.loader(of: run.best, for: file, subsampling, cacheMemory: nil)
    if FileManager.default.fileExists(atPath: predictions) {
      throw DataFileError.fileExists(file: predictions)
    }
    let samples = try subsampling.testSamples(of: file)
    let progress = CountProgress()
    try PredictionFile.write(
      to: predictions, checkpoint, loader: loader, samples: samples, batchSize: configuration.data.batchSize,
      isOwnLayout: false
    ) { progress.show($0, of: samples.count, "samples") }
    return true
  }
}
