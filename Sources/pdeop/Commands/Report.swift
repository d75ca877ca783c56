import ArgumentParser
import Logging
import Reporting
import Studies
import SystemFiles
import Training

struct Report: ParsableCommand, ReadsDataFiles, SaysMessages {
  static let configuration = CommandConfiguration(
    abstract: "Report runs or a benchmark: tables, plots, one HTML page.",
    discussion: """
        pdeop report runs/baseline runs/balanced --plot curves.svg
        pdeop report runs/balanced --plot layers.svg --html run.html
        pdeop report runs/balanced --animate rollout.gif
        pdeop report runs/balanced --html run.html --watch
        pdeop report runs/ratios --html ratios.html --figures figures

      Unfinished runs are reported up to their last epoch. Folders of one benchmark (pdeop benchmark ratios), such \
      as its shards, are merged.
      """)

  @Argument(help: "Run folders, benchmark folders, or SQLite files of benchmark results.")
  var runs: [String]

  @Option(
    help: """
      Plot to this file, .svg or .png (needs gnuplot). One run: its nRMSE and, with TempBalance, α and learning rate of \
      each layer over the epochs, and the spread of α across layers. Several runs: the nRMSE of each, and the spread of α \
      where layers were recorded.
      """)
  var plot: String?

  @Option(
    help: """
      Draw all figures into this folder, as SVG and PNG. Of a run: training, loss, the growth of errors, predicted fields, \
      energy over wavenumbers, spectra of weights. Of several runs: training, loss and the growth of errors, with a band over \
      seeds. Of a benchmark also nRMSE and improvement against the ratio.
      """)
  var figures: String?

  @Option(
    help:
      "Write tables and figures to this HTML page, .html or .htm; it is self-contained and has a dark mode.")
  var html: String?

  @Option(
    help: """
      Draw the first test sample as the best weights predict it, moving, to this file: .gif, or .mp4 (needs ffmpeg). For one \
      run of a problem in time.
      """)
  var animate: String?

  @Flag(
    help: """
      Rewrite the page of --html as training goes on, and have browsers read it again. Ends when no process trains the \
      runs any more, or by Ctrl-C; tables, --plot, --figures and --json come at the end, but not after Ctrl-C. Pages \
      take at most a fifth of the time, on one thread.
      """)
  var watch = false

  @Option(
    parsing: .unconditional, help: "Seconds from one page of --watch to the next, 1 to 86400 (default: 10).")
  var interval: Double?

  @Flag(help: "For a benchmark: also show the paper's numbers (arXiv 2410.12178, Table 19).")
  var paper = false

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  @OptionGroup var dataFiles: DataFileOptions
  @OptionGroup var messages: MessageOptions

  func validate() throws {
    if runs.isEmpty { throw ValidationError("Give at least one run folder.") }
    if watch, html == nil { throw ValidationError("--watch needs --html, the page to rewrite.") }
    if interval != nil, !watch { throw ValidationError("--interval needs --watch.") }
    if let interval, !(1...86400).contains(interval) {
      throw ValidationError("--interval must be from 1 to 86400, got \(interval).")
    }
    if figures == "" || html == "" { throw ValidationError("--figures and --html must not be empty.") }
    // The page replaces what has its name: a data set behind a slip of the keyboard would be lost.
    if let html, ![".html", ".htm"].contains(where: { html.lowercased().hasSuffix($0) }) {
      throw ValidationError("\(html) is to be a page: its name must end in .html or .htm.")
    }
    let benchmarks = runs.count(where: BenchmarkResults.isBenchmark)
    if benchmarks > 0, benchmarks < runs.count {
      throw ValidationError("Runs and benchmarks cannot be reported together; give one kind.")
    }
    if isBenchmark, plot != nil {
      throw ValidationError("--plot is for runs; use --figures for a benchmark.")
    }
    if !isBenchmark, paper { throw ValidationError("--paper is for benchmarks.") }
    if paper, json, html == nil, figures == nil {
      throw ValidationError(
        "With --json, --paper needs --html or --figures; JSON holds no numbers of the paper.")
    }
    if animate != nil, isBenchmark || runs.count > 1 {
      throw ValidationError("--animate is for one run.")
    }
  }

  private var isBenchmark: Bool { runs.contains(where: BenchmarkResults.isBenchmark) }

  func run() throws {
    // What cannot be drawn shows before anything is read.
    if let plot { try Gnuplot.require(picture: plot) }
    if let animate { try Gnuplot.require(animation: animate) }
    if let html { try Gnuplot.require(page: html) }
    if let figures { try Gnuplot.require(for: figures) }
    if watch, let html {
      let watch = PageWatch(
        runs: runs, isBenchmark: isBenchmark, besidePaper: paper, page: html, interval: interval ?? 10)
      try watch.run()
    }
    if isBenchmark { return try reportBenchmark() }
    let folders = runs.map { RunFolder($0) }
    let reports = try folders.map { try RunReport($0) }
    let (pictures, comparison) = (RunFigures(folders[0]), RunComparison(folders))
    if animate != nil { try pictures.requireMotion() }
    if let figures { try Folder.make(figures) }
    for line in reports.flatMap(\.damaged) { Console.say("\(line); it is left out below.") }
    // Drawing may fail, and what is known is not lost by that.
    try print(reports)
    if let plot { try RunReport.draw(reports, to: plot) }
    let isAlone = runs.count == 1
    if figures != nil || html != nil { note(isAlone ? pictures.omissions : comparison.omissions) }
    if let figures { try draw(isAlone ? pictures.all : comparison.all, into: figures) }
    if let animate { try pictures.animate(to: animate) }
    if let html, !watch { try AtomicFile.replace(html, with: HTMLPage(runs: folders).text) }
  }

  private func print(_ reports: [RunReport]) throws {
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
    if let figures { try Folder.make(figures) }
    if json {
      try Console.printJSON(["results": summaries])
    } else {
      try Console.print(BenchmarkSummary.table(of: summaries, besidePaper: paper))
      try Console.print("\n\(BenchmarkSummary.explanation)")
    }
    let pictures = BenchmarkFigures(results, besidePaper: paper)
    if figures != nil || html != nil { note(pictures.omissions) }
    if let figures { try draw(pictures.all, into: figures) }
    if let html, !watch {
      let page = try HTMLPage(results, title: PageWatch.title(ofBenchmark: runs), besidePaper: paper)
      try AtomicFile.replace(html, with: page.text)
    }
  }

  /// Says what pictures lack, and why.
  private func note(_ omissions: [String]) {
    for line in omissions { Console.say(line, .notice) }
  }

  private func draw(_ figures: [Figure], into folder: String) throws {
    let files = try Figure.draw(figures, into: folder)
    Console.say("Drawn: \(files.joined(separator: ", "))")
  }
}
