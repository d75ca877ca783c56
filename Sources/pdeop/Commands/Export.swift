import ArgumentParser
import Foundation
import HDF5
import NeuralOperators
import PDEData
import Reporting
import Studies
import TensorCore
import Training

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Export results to other tools.",
    subcommands: [ExportNotebook.self, ExportWell.self, ExportMerged.self])
}

struct ExportNotebook: ParsableCommand, ReadsDataFiles {
  static let configuration = CommandConfiguration(
    commandName: "notebook",
    abstract: "Write a Jupyter notebook that redraws the figures of a run or a benchmark.",
    discussion: """
        pdeop export notebook runs/balanced --output balanced.ipynb

      The notebook reads the run's files with h5py, pandas and matplotlib, by relative paths. Rollouts of \
      the test samples are written next to it, as balanced.hdf5, and of data in another layout than PDEBench's those samples \
      themselves, as balanced-data.hdf5; for a benchmark, those of the last method's first seed at \
      the fewest training samples.
      """)

  @Argument(help: "A run folder or a benchmark folder.")
  var folder: String

  @Option(
    help: """
      The notebook, ending in .ipynb; an existing one is replaced, but none of the .hdf5 files next to it: remove \
      them first, or add --no-predictions.
      """)
  var output: String

  @Flag(help: "Leave the rollouts out.")
  var noPredictions = false

  @OptionGroup var dataFiles: DataFileOptions

  func validate() throws {
    guard output.hasSuffix(".ipynb"), output.count > ".ipynb".count else {
      throw ValidationError("--output must name a file that ends in .ipynb, got '\(output)'.")
    }
  }

  private var stem: String { String(output.dropLast(".ipynb".count)) }
  private var predictions: String { stem + ".hdf5" }
  private var truth: String { stem + "-data.hdf5" }

  func run() throws {
    if BenchmarkResults.isBenchmark(folder) {
      try exportBenchmark()
    } else {
      let run = RunFolder(folder)
      _ = try run.readConfiguration()
      let rollouts = try predict(run)
      try Notebook(run: run, predictions: rollouts, at: output).write(to: output)
      report(rollouts)
    }
  }

  private func report(_ rollouts: (file: String, data: String)?) {
    let written = rollouts.map { [$0.file] + ($0.data == truth ? [truth] : []) } ?? []
    Console.say("Written: \(([output] + written).joined(separator: ", "))")
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
    let rollouts = try shown.flatMap { try predict(RunFolder($0.rows[0].folder)) }
    try Notebook(benchmark: folder, database: database, predictions: rollouts, at: output).write(to: output)
    report(rollouts)
  }

  /// Writes the rollouts of a run's test samples, and these samples themselves where the notebook could not read them from
  /// the data set; nil if they are not wanted or there is nothing to make them from.
  private func predict(_ run: RunFolder) throws -> (file: String, data: String)? {
    guard !noPredictions, FileManager.default.fileExists(atPath: run.best) else { return nil }
    let configuration = try run.readConfiguration()
    let checkpoint = try Checkpoint(reading: run.best)
    let sets = try run.locatedData(configuration).openSets()
    let file = sets[0]
    // Frames without times are drawn by the notebook as those of Darcy flows alone.
    guard file.frameNames == nil || file is PDEBenchFile else { return nil }
    try checkpoint.requireOwnData(of: run.best, sets)
    let subsampling = checkpoint.subsampling(resolution: nil, time: nil, testSamples: nil)
    let loader = try checkpoint.loader(of: run.best, for: file, subsampling, cacheMemory: nil)
    let own = (file as? PDEBenchFile)?.path ?? truth
    for path in own == truth ? [predictions, truth] : [predictions]
    where FileManager.default.fileExists(atPath: path) {
      throw DataFileError.fileExists(file: path)
    }
    let samples = try subsampling.testSamples(of: file)
    let progress = CountProgress()
    try PredictionFile.write(
      to: predictions, checkpoint, loader: loader, samples: samples, batchSize: configuration.data.batchSize,
      isOwnLayout: false
    ) { progress.show($0, of: samples.count, "samples") }
    if own == truth {
      let writer = try loader.pdeBenchWriter(
        to: truth, times: loader.times,
        attributes: ["initial_steps": .number(Double(checkpoint.formulation.initialSteps))])
      for sample in samples {
        let frames = try loader.batch([sample]).frames
        try writer.append(frames.reshaped(Array(frames.shape.dropFirst())))
      }
      try writer.finish()
    }
    return (predictions, own)
  }
}
