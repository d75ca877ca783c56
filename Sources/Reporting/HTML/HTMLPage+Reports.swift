import Foundation
public import Studies
public import Training

extension HTMLPage {
  private static let runNote =
    "nRMSE covers all frames, including the initial ones (error 0); \"predicted\" covers predicted frames only."

  /// The page of training runs.
  ///
  /// - Parameter runs: The runs' folders.
  /// - Throws: ``PlotError`` if pictures cannot be drawn, or what reading the runs' files throws.
  public init(runs: [RunFolder]) throws {
    let reports = try runs.map { try RunReport($0) }
    self.init(title: runs.count == 1 ? "Run \(runs[0].path)" : "\(runs.count) runs")
    add(RunReport.comparison(of: reports))
    add(paragraph: Self.runNote)
    try Self.withTemporaryFolder { folder in
      if runs.count > 1 {
        try add(
          Figure("training", "The course of training.") { try RunReport.draw(reports, to: $0) },
          drawnIn: folder)
      }
      for (run, report) in zip(runs, reports) {
        if runs.count > 1 { add(heading: run.path) }
        if let metrics = report.last?.metrics {
          if runs.count == 1 { add(heading: "Errors of the test samples after the last epoch") }
          add(metrics.table)
        }
        for figure in RunFigures(run).all where runs.count == 1 || figure.name != "training" {
          try add(figure, drawnIn: folder)
        }
        if !report.layers.isEmpty {
          add(paragraph: "The layers in epoch \(report.layers[0].epoch + 1):")
          add(report.layerTable)
        }
        if report.configuration != nil {
          add(try TrainingConfiguration.Layer.text(of: run.configuration), summary: "Configuration")
        }
      }
    }
  }

  /// The page of a benchmark.
  ///
  /// - Parameters:
  ///   - results: The results.
  ///   - title: What was compared.
  ///   - besidePaper: Whether the paper's numbers stand beside.
  /// - Throws: As ``init(runs:)``.
  public init(_ results: BenchmarkResults, title: String, besidePaper: Bool) throws {
    self.init(title: title)
    let summaries = BenchmarkSummary.all(of: results)
    let done = results.rows.count { $0.status == .finished }
    add(
      paragraph:
        "\(done) of \(results.rows.count) runs are done, which took \(Self.hours(results.rows.reduce(0) { $0 + $1.seconds })) "
        + "together. Points of grids were chosen on validation samples.")
    add(BenchmarkSummary.table(of: summaries, besidePaper: besidePaper))
    add(paragraph: BenchmarkSummary.explanation)
    try Self.withTemporaryFolder { folder in
      for figure in BenchmarkFigures(results, besidePaper: besidePaper).all {
        try add(figure, drawnIn: folder)
      }
    }
    add(heading: "All runs")
    var table = TextTable(
      [
        "run", "status", "epochs", "best epoch", "validation nRMSE", "nRMSE", "predicted", "last nRMSE",
        "seconds",
      ],
      words: [0, 1])
    for row in results.rows {
      table.append([
        row.run, row.status.rawValue + (row.chosen ? "" : ", not chosen"),
        "\(row.epochsDone) of \(row.epochs)",
        row.bestEpoch.map { "\($0)" } ?? "–", formatted(row.validationNRMSE), formatted(row.nRMSE),
        formatted(row.nRMSEPredicted), formatted(row.lastNRMSE), formatted(row.seconds, digits: 3),
      ])
    }
    add(table)
  }

  private static func hours(_ seconds: Double) -> String {
    seconds < 7200
      ? "\(formatted(seconds / 60, digits: 3)) minutes" : "\(formatted(seconds / 3600, digits: 3)) hours"
  }

  private static func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "pdeop-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }
}
