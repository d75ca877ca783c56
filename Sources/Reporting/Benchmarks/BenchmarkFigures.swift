import FieldMetrics
import Foundation
public import Studies
import Training

/// The pictures of a benchmark.
///
/// A column of panels for each model and data set; in all of them the baseline is dashed and other methods are solid, and a
/// method has the same color everywhere.
public struct BenchmarkFigures {
  private let summaries: [BenchmarkSummary]
  private let methods: [String]
  private let columns: [Column]
  private let besidePaper: Bool

  /// A data set and a model.
  private struct Column: Hashable {
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
    figures.append(
      Figure(
        "training",
        "nRMSE of the test samples over the epochs, a line a seed, at the chosen points of the grids."
      ) { try drawTraining(to: $0) })
    let runs = columns.compactMap { column in
      summaries.first { Column($0) == column && RunFigures.canPredict($0.rows[0].folder) }.map {
        ($0, column)
      }
    }
    if !runs.isEmpty {
      figures.append(
        Figure(
          "growth",
          "nRMSE of each frame of the rollout at the fewest training samples, first seed: how errors grow. The given "
            + "frames have none."
        ) { path in
          try drawGrowth(runs.map(\.1), to: path)
        })
    }
    for (place, (_, column)) in runs.enumerated() {
      guard let last = smallest(of: column).last else { continue }
      let run = RunFigures(RunFolder(last.rows[0].folder))
      let number = runs.count > 1 ? "-\(place + 1)" : ""
      let what = "\(column.title), \(last.method) trained on \(last.trainSamples) samples, first seed"
      figures.append(run.fields(name: "fields\(number)", of: what))
      figures.append(run.spectra(name: "spectra\(number)", of: what))
    }
    return figures
  }

  /// The methods of a column at its fewest training samples.
  private func smallest(of column: Column) -> [BenchmarkSummary] {
    let all = summaries.filter { Column($0) == column }
    return all.filter { $0.trainSamples == all.map(\.trainSamples).min() }
  }

  // MARK: Against the ratio

  /// A row of panels: the axis's label and, of each summary, the value and its spread.
  private struct Row {
    let label: String
    var isLogarithmic = false
    var zeroLine = false
    let value: (BenchmarkSummary) -> (Double, Double)?
    /// What the paper has for it.
    var paper: (BenchmarkSummary) -> Double? = { _ in nil }
  }

  private var error: Row {
    Row(label: "nRMSE (all frames)", isLogarithmic: true) {
      ($0.nRMSE.mean, $0.nRMSE.standardDeviation ?? 0)
    }
  }

  private var improvement: Row {
    Row(label: "improvement in %", zeroLine: true) { summary in
      summary.improvement.map { improvement in
        (improvement, (summary.improvementInterval?.upperBound ?? improvement) - improvement)
      }
    } paper: {
      $0.paper?.improvement
    }
  }

  private var imbalance: Row {
    Row(label: "standard deviation of α") { summary in
      summary.alphaStd.map { ($0.mean, $0.standardDeviation ?? 0) }
    }
  }

  private func draw(rows: [Row], to path: String) throws {
    var panels: [String] = []
    for start in stride(from: 0, to: columns.count, by: Self.most) {
      let beside = columns[start..<min(start + Self.most, columns.count)]
      for row in rows {
        for column in beside {
          panels.append(panel(row, column, number: panels.count, title: row.label == rows[0].label))
        }
        let width = min(columns.count, Self.most)
        panels += Array(repeating: Self.emptyPanel, count: width - beside.count)
      }
    }
    try draw(panels, columns: columns.count, to: path)
  }

  /// Panels that a page has room for beside each other.
  private static let most = 4
  private static let emptyPanel = "set multiplot next\n"

  private func draw(_ panels: [String], columns: Int, to path: String, height: Int = 340) throws {
    let columns = min(columns, Self.most)
    let rows = (panels.count + columns - 1) / columns
    // A single panel needs room for the legend too.
    let plot = try Gnuplot(path: path, width: max(430 * columns, 560), height: rows * height + 20)
    try plot.draw("set multiplot layout \(rows),\(columns)\n\(panels.joined())unset multiplot\n")
  }

  private func panel(_ row: Row, _ column: Column, number: Int, title: Bool) -> String {
    let own = summaries.filter { Column($0) == column }
    var script = Self.frame
    var (plots, values): ([String], [Double]) = ([], [])
    for (index, method) in methods.enumerated() {
      let points = own.filter { $0.method == method }
        .compactMap { summary in row.value(summary).map { (summary.ratio, $0) } }
        .filter { $0.1.0.isFinite && $0.1.1.isFinite }
      guard !points.isEmpty else { continue }
      values += points.flatMap { [$0.1.0 - $0.1.1, $0.1.0 + $0.1.1] }
      // Beside each other, so that bars do not hide bars.
      let shift = 1 + 0.03 * (Double(index) - Double(methods.count - 1) / 2)
      let data = "$d\(number)m\(index)"
      let lines = points.map { "\($0.0 * shift) \($0.1.0) \($0.1.1)" }
      script += "\(data) << EOD\n\(lines.joined(separator: "\n"))\nEOD\n"
      let style = "linecolor rgb '\(color(index))' linewidth 2"
      if points.contains(where: { $0.1.1 > 0 }) {
        plots.append("\(data) using 1:2:3 with yerrorbars \(style) pointtype 7 pointsize 0.1 notitle")
      }
      plots.append(
        "\(data) using 1:2 with linespoints \(style) dashtype \(dashes(method, own)) pointtype 7 pointsize 0.7 "
          + "title \(Gnuplot.quoted(method)) noenhanced")
    }
    let paper =
      besidePaper ? own.compactMap { summary in row.paper(summary).map { (summary.ratio, $0) } } : []
    if !paper.isEmpty {
      let lines = Dictionary(paper) { first, _ in first }.sorted { $0.key < $1.key }
        .map { "\($0.key) \($0.value)" }
      script += "$d\(number)paper << EOD\n\(lines.joined(separator: "\n"))\nEOD\n"
      plots.append(
        "$d\(number)paper using 1:2 with linespoints linecolor rgb '#808080' pointtype 6 title 'the paper'")
    }
    let ratios = Array(Set(own.map(\.ratio))).sorted()
    let tics = ratios.map { "\(Gnuplot.quoted(formatted(100 * $0, digits: 3))) \($0)" }.joined(
      separator: ", ")
    script += """
      set title \(Gnuplot.quoted(title ? column.title : "")) noenhanced
      set xlabel 'training samples kept, in %'
      set ylabel \(Gnuplot.quoted(row.label))
      set logscale x
      set xtics (\(tics))
      set xrange [\((ratios.first ?? 1) / 1.3):\((ratios.last ?? 1) * 1.3)]

      """
    var diagram = Diagram()
    diagram.curves = [.init(points: values.map { (1, $0) }, title: nil, style: "")]
    script += row.isLogarithmic ? diagram.logarithmicAxis : "set yrange [*:*]\nset ytics autofreq\n"
    if row.zeroLine {
      plots.insert("0 with lines linewidth 1 linecolor rgb '#808080' dashtype 3 notitle", at: 0)
    }
    if values.isEmpty { script += "set yrange [0:1]\n" }
    return script + "plot \(plots.isEmpty ? "NaN notitle" : plots.joined(separator: ", "))\n"
  }

  /// What all panels begin with; nothing of the panel before stays.
  private static let frame = """
    reset
    set border 3
    set tics nomirror
    set grid linetype 1 linecolor rgb '#e0e0e0'
    set key above Left reverse samplen 2
    set lmargin 10

    """

  private func color(_ method: Int) -> String { Diagram.colors(6)[method % 6] }

  private func dashes(_ method: String, _ summaries: [BenchmarkSummary]) -> Int {
    summaries.contains { $0.method == method && $0.verdict == .baseline } ? 2 : 1
  }

  // MARK: Of the runs

  /// A panel for each column and number of training samples.
  private func drawTraining(to path: String) throws {
    var panels: [String] = []
    for column in columns {
      let own = summaries.filter { Column($0) == column }
      for count in Set(own.map(\.trainSamples)).sorted() {
        let shown = own.filter { $0.trainSamples == count }
        panels.append(
          try curves(
            shown, number: panels.count, title: "\(column.title), \(count) samples", label: "epoch",
            all: true, logarithmic: true
          ) { row in
            try RunFolder.lines(EpochRecord.self, in: RunFolder(row.folder).metrics).compactMap { record in
              record.metrics.map { (Double(record.epoch + 1), $0.nrmse) }
            }
          })
      }
    }
    try draw(panels, columns: panels.count, to: path, height: 300)
  }

  private func drawGrowth(_ columns: [Column], to path: String) throws {
    let panels = try columns.enumerated().map { number, column in
      let shown = smallest(of: column)
      return try curves(
        shown, number: number,
        title: "\(column.title), \(shown.first?.trainSamples ?? 0) samples", label: "frame", all: false,
        logarithmic: false
      ) { row in
        try RunPrediction(RunFolder(row.folder)).growth
      }
    }
    try draw(panels, columns: columns.count, to: path)
  }

  /// A panel with a line for each method, or for each of its runs.
  private func curves(
    _ summaries: [BenchmarkSummary], number: Int, title: String, label: String, all: Bool, logarithmic: Bool,
    _ points: (ResultRow) throws -> [(x: Double, y: Double)]
  ) throws -> String {
    var diagram = Diagram()
    for summary in summaries {
      let index = methods.firstIndex(of: summary.method) ?? 0
      for (place, row) in summary.rows.enumerated() where all || place == 0 {
        diagram.curves.append(
          .init(
            points: try points(row), title: place == 0 ? summary.method : nil,
            style:
              "linewidth 1.5 linecolor rgb '\(color(index))' dashtype \(dashes(summary.method, summaries))"))
      }
    }
    // A single point has no range of its own.
    let end = diagram.curves.flatMap(\.points).map(\.x).max().flatMap { $0 > 1 ? "\($0)" : nil } ?? "*"
    diagram.settings = """
      \(Self.frame)
      set title \(Gnuplot.quoted(title)) noenhanced
      set xlabel \(Gnuplot.quoted(label))
      set ylabel 'nRMSE'
      set xrange [1:\(end)]
      \(logarithmic ? diagram.logarithmicAxis : "set yrange [0:*]")
      """
    return diagram.script(number)
  }
}
