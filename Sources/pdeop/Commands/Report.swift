import ArgumentParser
import Foundation
import Reporting
import Studies
import SystemFiles
import Training

struct Report: ParsableCommand, ReadsDataFiles {
  static let configuration = CommandConfiguration(
    abstract: "Report runs or a benchmark: tables, plots, one HTML page.",
    discussion: """
        pdeop report runs/baseline runs/balanced --plot curves.svg
        pdeop report runs/balanced --plot layers.svg --html run.html
        pdeop report runs/ratios --html ratios.html --figures figures

      Unfinished runs are reported up to their last epoch. Folders of one benchmark (pdeop benchmark ratios), such \
      as its shards, are merged.
      """)

  @Argument(help: "Run folders, benchmark folders, or SQLite files of benchmark results.")
  var runs: [String]

  @Option(
    help: """
      Plot to this file, .svg or .png (needs gnuplot). One run: its nRMSE and, with TempBalance, α and learning rate of \
      each layer over the epochs, and the spread of α across layers. Several runs: the nRMSE of each, and the spread \
      difference.
      """)
  var plot: String?

  @Option(
    help: """
      Draw all figures of one run or a benchmark into this folder, as SVG and PNG: nRMSE and improvement against the \
      ratio, training, predicted fields, the growth of errors, spectra.
      """)
  var figures: String?

  @Option(
    help:
      "Write tables and figures to this HTML page, which is self-contained and has a dark mode.")
  var html: String?

  @Flag(help: "For a benchmark: also show the paper's numbers (arXiv 2410.12178, Table 19).")
  var paper = false

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  @OptionGroup var dataFiles: DataFileOptions

  func validate() throws {
    if runs.isEmpty { throw ValidationError("Give at least one run folder.") }
    if figures == "" || html == "" { throw ValidationError("--figures and --html must not be empty.") }
    let benchmarks = runs.count(where: BenchmarkResults.isBenchmark)
    if benchmarks > 0, benchmarks < runs.count {
      throw ValidationError("Runs and benchmarks cannot be reported together; give one kind.")
    }
    if isBenchmark, plot != nil {
      throw ValidationError("--plot is for runs; use --figures for a benchmark.")
    }
    if !isBenchmark, paper { throw ValidationError("--paper is for benchmarks.") }
    if !isBenchmark, runs.count > 1, figures != nil {
      throw ValidationError("--figures draws one run or a benchmark; use --plot to compare several runs.")
    }
  }

  private var isBenchmark: Bool { runs.contains(where: BenchmarkResults.isBenchmark) }

  func run() throws {
    // A wrong name shows before anything is read.
    if let plot { _ = try Gnuplot(path: plot) }
    if isBenchmark { return try reportBenchmark() }
    let reports = try runs.map { try RunReport(RunFolder($0)) }
    for line in reports.flatMap(\.damaged) { Console.say("\(line); it is left out below.") }
    if let plot { try RunReport.draw(reports, to: plot) }
    if let figures { try draw(RunFigures(RunFolder(runs[0])).all, into: figures) }
    if let html { try AtomicFile.replace(html, with: HTMLPage(runs: runs.map { RunFolder($0) }).text) }
    if json { return try Console.printJSON(["runs": reports]) }
    try Console.print(RunReport.comparison(of: reports))
    try Console.print(
      "\nnRMSE covers all frames, including the initial ones (error 0); \"predicted\" covers predicted frames only."
    )
    for report in reports where !report.layers.isEmpty {
      try Console.print(
        "\nLayers of \(report.run) in epoch \(report.layers[0].epoch + 1):\n\(report.layerTable)")
    }
  }

  private func reportBenchmark() throws {
    let results = try BenchmarkResults(collecting: runs)
    let summaries = BenchmarkSummary.all(of: results)
    if let figures { try draw(BenchmarkFigures(results, besidePaper: paper).all, into: figures) }
    if let html {
      let page = try HTMLPage(results, title: "Benchmark \(runs.joined(separator: ", "))", besidePaper: paper)
      try AtomicFile.replace(html, with: page.text)
    }
    if json { return try Console.printJSON(["results": summaries]) }
    try Console.print(BenchmarkSummary.table(of: summaries, besidePaper: paper))
    try Console.print("\n\(BenchmarkSummary.explanation)")
  }

  private func draw(_ figures: [Figure], into folder: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(.create, folder, code: errno)
    }
    let files = try Figure.draw(figures, into: folder)
    Console.say("Drawn: \(files.joined(separator: ", "))")
  }
}
