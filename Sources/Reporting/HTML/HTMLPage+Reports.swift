import Foundation
public import Studies
public import Training

extension HTMLPage {
  private static let runNote =
    "nRMSE covers all frames, including the initial ones (error 0); \"predicted\" covers predicted frames only."

  private static let answerNote =
    "What is given counts as a frame of error 0: the error of the answers is \"nRMSE predicted\"."

  /// The page of training runs. Of several runs it lacks the figures that cannot be drawn, and says so: one run does not cost
  /// the others theirs.
  ///
  /// - Parameters:
  ///   - runs: The runs' folders.
  ///   - cache: The pictures of the page as it was before.
  /// - Throws: ``PlotError`` if pictures cannot be drawn, or what reading the runs' files throws.
  public init(runs: [RunFolder], cache: PictureCache = PictureCache()) throws {
    let reports = try runs.map { try RunReport($0) }
    let figures = runs.map { RunFigures($0) }
    self.init(title: runs.count == 1 ? "Run \(runs[0].path)" : "\(runs.count) runs", cache: cache)
    add(RunReport.comparison(of: reports))
    add(paragraph: figures.contains { $0.canPredict && $0.isStatic } ? Self.answerNote : Self.runNote)
    if runs.count > 1 {
      try addWhatCanBeDrawn(of: RunComparison(runs, figures).all)
    }
    for ((run, report), figures) in zip(zip(runs, reports), figures) {
      if runs.count > 1 { add(heading: run.path) }
      if let metrics = report.last?.metrics {
        if runs.count == 1 { add(heading: "Errors of the test samples after the last epoch") }
        add(metrics.table)
      }
      for omission in figures.omissions { add(paragraph: omission) }
      if runs.count > 1 {
        try addWhatCanBeDrawn(of: figures.all.filter { !["training", "loss"].contains($0.name) })
      } else {
        for figure in figures.all { try add(figure) }
      }
      if !report.layers.isEmpty {
        add(paragraph: "The layers in epoch \(report.layers[0].epoch + 1):")
        add(report.layerTable)
      }
      if report.configuration != nil {
        add(try TrainingConfiguration.Layer.text(of: run.configuration), summary: "Configuration")
      }
    }
    try requireFigures()
  }

  /// The page of a benchmark.
  ///
  /// - Parameters:
  ///   - results: The results.
  ///   - title: What was compared.
  ///   - besidePaper: Whether the paper's numbers stand beside.
  ///   - cache: The pictures of the page as it was before.
  /// - Throws: As ``init(runs:cache:)``.
  public init(
    _ results: BenchmarkResults, title: String, besidePaper: Bool, cache: PictureCache = PictureCache()
  ) throws {
    self.init(title: title, cache: cache)
    let summaries = BenchmarkSummary.all(of: results)
    let done = results.rows.count { $0.status == .finished }
    add(
      paragraph:
        "\(done) of \(results.rows.count) runs are done, which took \(Self.duration(results.rows.reduce(0) { $0 + $1.seconds })) "
        + "together. Points of grids were chosen on validation samples.")
    let (table, common) = BenchmarkSummary.table(of: summaries, besidePaper: besidePaper)
      .withoutCommon(["data set", "model", "samples", "ratio", "learning rate", "scale", "seeds"])
    if !common.isEmpty {
      add(paragraph: "In all rows: \(common.map { "\($0.name) \($0.value)" }.joined(separator: ", ")).")
    }
    add(table)
    add(paragraph: BenchmarkSummary.explanation)
    let figures = BenchmarkFigures(results, besidePaper: besidePaper)
    for omission in figures.omissions { add(paragraph: omission) }
    for figure in figures.all { try add(figure) }
    add(heading: "All runs")
    var runs = TextTable(
      [
        "run", "status", "epochs", "best epoch", "validation nRMSE", "nRMSE", "predicted", "last nRMSE",
        "seconds",
      ],
      words: [0, 1])
    for row in results.rows {
      runs.append([
        row.run, row.status.rawValue + (row.chosen ? "" : ", not chosen"),
        "\(row.epochsDone) of \(row.epochs)",
        row.bestEpoch.map { "\($0)" } ?? "–", formatted(row.validationNRMSE), formatted(row.nRMSE),
        formatted(row.nRMSEPredicted), formatted(row.lastNRMSE), formatted(row.seconds, digits: 3),
      ])
    }
    add(runs)
  }

  private static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<120: "\(formatted(seconds, digits: 3)) seconds"
    case ..<7200: "\(formatted(seconds / 60, digits: 3)) minutes"
    default: "\(formatted(seconds / 3600, digits: 3)) hours"
    }
  }
}
