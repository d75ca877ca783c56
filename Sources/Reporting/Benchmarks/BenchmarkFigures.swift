import FieldMetrics
import Foundation
public import Studies
import SystemFiles
import Training

/// The pictures of a benchmark.
///
/// A column of panels for each model and data set; in all of them the baseline is dashed and other methods are solid, and a
/// method has the same color everywhere, which the one legend of a picture names. Models and data sets with a single number
/// of training samples share a panel, in which their methods are dots side by side.
public struct BenchmarkFigures {
  let summaries: [BenchmarkSummary]
  let methods: [String]
  let columns: [Column]
  let besidePaper: Bool
  /// What runs predict, by their folders: several pictures need it.
  private let predictions: [String: RunFigures]
  /// The number of runs of the results, and the folders of those that are not there.
  private let folders: (count: Int, missing: [String])

  /// A data set and a model.
  struct Column: Hashable {
    let dataset, model: String

    init(_ summary: BenchmarkSummary) { (dataset, model) = (summary.dataset, summary.model) }

    var title: String { "\(model), \(dataset)" }
  }

  /// The pictures of results.
  ///
  /// - Parameters:
  ///   - results: The results.
  ///   - besidePaper: Whether the paper's improvements are drawn beside.
  public init(_ results: BenchmarkResults, besidePaper: Bool) {
    self.besidePaper = besidePaper
    summaries = BenchmarkSummary.all(of: results).filter { !$0.rows.isEmpty }
    var (methods, columns): ([String], [Column]) = ([], [])
    for summary in summaries {
      if !methods.contains(summary.method) { methods.append(summary.method) }
      if !columns.contains(Column(summary)) { columns.append(Column(summary)) }
    }
    self.methods = methods
    self.columns = columns
    predictions = Dictionary(
      summaries.flatMap(\.rows).map { ($0.folder, RunFigures(RunFolder($0.folder))) }
    ) { first, _ in first }
    folders = (results.rows.count, results.rows.map(\.folder).filter { !Folder.isThere($0) })
  }

  /// What the pictures lack and why, a line for each reason; none if nothing is left out.
  public var omissions: [String] {
    var lines: [String] = []
    if let folder = folders.missing.first {
      let line: Message = """
        \(folders.missing.count) of \(folders.count) runs' folders are not there, such as \(folder): figures of training \
        and predictions lack these runs. Give the benchmark's folder, or put the file of results back into it.
        """
      lines.append(line.description)
    }
    // The runs of a column share their data, so one line says it of all.
    for column in columns {
      lines += firsts(column).lazy.map(\.omissions).first { !$0.isEmpty } ?? []
    }
    return lines
  }

  /// The first seed of each method of a column at its fewest training samples.
  private func firsts(_ column: Column) -> [RunFigures] {
    smallest(of: column).compactMap(\.rows.first).map { pictures(of: $0) }
  }

  /// The pictures of a run.
  func pictures(of row: ResultRow) -> RunFigures {
    predictions[row.folder] ?? RunFigures(RunFolder(row.folder))
  }

  /// All pictures that can be drawn of the results and of the runs' folders.
  public var all: [Figure] {
    guard !columns.isEmpty else { return [] }
    var figures = [
      Figure(
        "ratios",
        "nRMSE of the test samples (all frames) and its improvement over the baseline, against the part of the training "
          + "samples that is kept. Mean over seeds; bars: of the nRMSE the sample standard deviation, of the improvement the "
          + "95 % confidence interval\(besidePaper ? "; gray: the paper's improvement" : "")."
      ) { try draw(rows: [error, improvement], to: $0) }
    ]
    if summaries.contains(where: { $0.alphaStd != nil }) {
      figures.append(
        Figure(
          "alpha",
          "Standard deviation of α across the linear layers and convolutions after the last epoch: how unevenly they are "
            + "trained."
        ) { try draw(rows: [imbalance], to: $0) })
    }
    let hasRecords = summaries.flatMap(\.rows).contains {
      FileManager.default.fileExists(atPath: RunFolder($0.folder).metrics)
    }
    if hasRecords { figures += courses }
    let runs = columns.filter { firsts($0).contains { $0.canPredict } }
    let moving = runs.filter { !firsts($0).contains { $0.isStatic } }
    if !moving.isEmpty {
      let rows = moving.flatMap { smallest(of: $0) }.flatMap(\.rows)
      figures.append(
        Figure(
          "growth",
          "nRMSE of each frame of the rollout at the fewest training samples: how errors grow from the last given frame on. Mean "
            + "over seeds, with a band of one sample standard deviation; persistence is the forecast that nothing changes.",
          of: rows.map { RunFolder($0.folder).best }
        ) { try drawGrowth(moving, to: $0) })
    }
    for (place, column) in runs.enumerated() {
      guard let last = smallest(of: column).last(where: { !$0.rows.isEmpty }) else { continue }
      let run = pictures(of: last.rows[0])
      guard run.canPredict else { continue }
      let number = runs.count > 1 ? "-\(place + 1)" : ""
      let what = "\(column.title), \(last.method) trained on \(last.trainSamples) samples, first seed"
      figures.append(run.fields(name: "fields\(number)", of: what))
      figures.append(run.energy(name: "energy\(number)", of: what))
      figures.append(run.layerSpectra(name: "spectra\(number)", of: what))
    }
    return figures
  }

  /// The course of training.
  private var courses: [Figure] {
    [
      Figure(
        "training",
        "nRMSE of the test samples over the epochs, a line a seed, at the chosen points of the grids."
      ) { try drawTraining(label: "nRMSE", to: $0) { record in record.metrics.map(\.nrmse) } },
      Figure("loss", "Training loss over the epochs, a line a seed, at the chosen points of the grids.") {
        try drawTraining(label: "training loss", to: $0) { $0.loss }
      },
    ]
  }

  /// The methods of a column at its fewest training samples.
  func smallest(of column: Column) -> [BenchmarkSummary] {
    let all = summaries.filter { Column($0) == column }
    return all.filter { $0.trainSamples == all.map(\.trainSamples).min() }
  }

  func color(_ method: Int) -> String { Diagram.colors(methods.count)[method] }

  func dashes(_ method: String, _ summaries: [BenchmarkSummary]) -> Int {
    summaries.contains { $0.method == method && $0.verdict == .baseline } ? 2 : 1
  }
}
