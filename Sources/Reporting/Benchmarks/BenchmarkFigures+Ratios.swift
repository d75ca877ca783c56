import Foundation
import Studies

/// Errors against the part of the training samples that is kept.
extension BenchmarkFigures {
  /// A row of panels: the axis's label and, of each summary, the value and its spread.
  struct Row {
    let label: String
    var isLogarithmic = false
    var zeroLine = false
    let value: (BenchmarkSummary) -> (Double, Double)?
    /// What the paper has for it.
    var paper: (BenchmarkSummary) -> Double? = { _ in nil }
  }

  var error: Row {
    Row(label: "nRMSE (all frames)", isLogarithmic: true) {
      ($0.nRMSE.mean, $0.nRMSE.standardDeviation ?? 0)
    }
  }

  var improvement: Row {
    Row(label: "improvement in %", zeroLine: true) { summary in
      summary.improvement.map { improvement in
        (improvement, (summary.improvementInterval?.upperBound ?? improvement) - improvement)
      }
    } paper: {
      $0.paper?.improvement
    }
  }

  var imbalance: Row {
    Row(label: "standard deviation of α") { summary in
      summary.alphaStd.map { ($0.mean, $0.standardDeviation ?? 0) }
    }
  }

  /// A panel of each row for each column with several ratios, and one for all others together.
  func draw(rows: [Row], to path: String) throws {
    let isSingle = { (column: Column) in Set(ratios(of: column)).count < 2 }
    let groups =
      columns.filter { !isSingle($0) }.map { [$0] } + columns.filter(isSingle).chunks(of: Self.mostBeside)
    let width = min(groups.count, Self.most)
    var grid = PanelGrid(columns: width)
    for start in stride(from: 0, to: groups.count, by: width) {
      let beside = groups[start..<min(start + width, groups.count)]
      for row in rows {
        let isFirst = row.label == rows[0].label
        for group in beside {
          let number = grid.panels.count
          let draws =
            isSingle(group[0])
            ? dots(row, group, number: number, &grid.legend)
            : lines(row, group[0], number: number, title: isFirst, &grid.legend)
          grid.add(draws)
        }
        for _ in beside.count..<width { grid.add(nil as String?) }
      }
    }
    try grid.draw(to: path)
  }

  /// Panels that a page has room for beside each other.
  private static let most = 3
  /// Models and data sets whose dots a panel has room for.
  private static let mostBeside = 4

  private func ratios(of column: Column) -> [Double] {
    summaries.filter { Column($0) == column }.map(\.ratio)
  }

  /// A method's values in a column that can be drawn.
  private func drawn(
    _ row: Row, _ method: String, of column: Column
  ) -> [(ratio: Double, value: Double, spread: Double)] {
    summaries.filter { Column($0) == column && $0.method == method }
      .compactMap { summary in row.value(summary).map { (summary.ratio, $0.0, $0.1) } }
      .filter { $0.1.isFinite && $0.2.isFinite }
  }

  private static func axis(_ row: Row, of values: [Double]) -> String {
    var diagram = Diagram()
    diagram.curves = [.init(points: values.map { (1, $0) }, title: nil, style: "")]
    let axis = row.isLogarithmic ? diagram.logarithmicAxis : "set yrange [*:*]\n"
    return "set ylabel \(Gnuplot.quoted(row.label))\n\(values.isEmpty ? "set yrange [0:1]\n" : axis)"
  }

  private static let paperStyle = "linecolor rgb '#808080' pointtype 6"
  private static let zeroLine = "0 with lines linewidth 1 linecolor rgb '#808080' dashtype 3 notitle"

  private func lines(_ row: Row, _ column: Column, number: Int, title: Bool, _ legend: inout Legend) -> String
  {
    let own = summaries.filter { Column($0) == column }
    var (script, plots, values) = ("", [String](), [Double]())
    for (index, method) in methods.enumerated() {
      let points = drawn(row, method, of: column)
      guard !points.isEmpty else { continue }
      values += points.flatMap { [$0.value - $0.spread, $0.value + $0.spread] }
      // Beside each other, so that bars do not hide bars.
      let shift = 1 + 0.03 * (Double(index) - Double(methods.count - 1) / 2)
      let data = "$d\(number)m\(index)"
      let lines = points.map { "\($0.ratio * shift) \($0.value) \($0.spread)" }
      script += "\(data) << EOD\n\(lines.joined(separator: "\n"))\nEOD\n"
      let style = "linecolor rgb '\(color(index))' linewidth 2"
      if points.contains(where: { $0.spread > 0 }) {
        plots.append("\(data) using 1:2:3 with yerrorbars \(style) pointtype 7 pointsize 0.1 notitle")
      }
      let curve = "with linespoints \(style) dashtype \(dashes(method, own)) pointtype 7 pointsize 0.7"
      plots.append("\(data) using 1:2 \(curve) notitle")
      legend.add(.init(title: method, style: curve))
    }
    let paper =
      besidePaper ? own.compactMap { summary in row.paper(summary).map { (summary.ratio, $0) } } : []
    if !paper.isEmpty {
      let lines = Dictionary(paper) { first, _ in first }.sorted { $0.key < $1.key }
        .map { "\($0.key) \($0.value)" }
      script += "$d\(number)paper << EOD\n\(lines.joined(separator: "\n"))\nEOD\n"
      plots.append("$d\(number)paper using 1:2 with linespoints \(Self.paperStyle) notitle")
      legend.add(.init(title: "the paper", style: "with linespoints \(Self.paperStyle)"))
    }
    let ratios = Array(Set(own.map(\.ratio))).sorted()
    let tics = ratios.map { "\(Gnuplot.quoted(formatted(100 * $0, digits: 3))) \($0)" }
      .joined(separator: ", ")
    script += """
      set title \(Gnuplot.quoted(title ? Gnuplot.shortened(column.title, to: 44) : "")) noenhanced
      set xlabel 'training samples kept, in %'
      set logscale x
      set xtics (\(tics))
      set xrange [\((ratios.first ?? 1) / 1.3):\((ratios.last ?? 1) * 1.3)]
      \(Self.axis(row, of: values))
      """
    if row.zeroLine { plots.insert(Self.zeroLine, at: 0) }
    return script + "plot \(plots.isEmpty ? "NaN notitle" : plots.joined(separator: ", "))"
  }

  /// The methods of several columns, each of which has one number of training samples, as dots side by side.
  private func dots(_ row: Row, _ columns: [Column], number: Int, _ legend: inout Legend) -> String {
    var (script, plots, values) = ("", [String](), [Double]())
    let space = min(0.7 / Double(max(methods.count, 1)), 0.15)
    for (index, method) in methods.enumerated() {
      let shift = space * (Double(index) - Double(methods.count - 1) / 2)
      let points = columns.enumerated().flatMap { place, column in
        drawn(row, method, of: column).map { (x: Double(place) + shift, value: $0.value, spread: $0.spread) }
      }
      guard !points.isEmpty else { continue }
      values += points.flatMap { [$0.value - $0.spread, $0.value + $0.spread] }
      let data = "$d\(number)m\(index)"
      let lines = points.map { "\($0.x) \($0.value) \($0.spread)" }
      script += "\(data) << EOD\n\(lines.joined(separator: "\n"))\nEOD\n"
      let style = "linecolor rgb '\(color(index))' linewidth 2"
      plots.append("\(data) using 1:2:3 with yerrorbars \(style) pointtype 7 pointsize 0.1 notitle")
      let mark = "with points \(style) pointtype \(dashes(method, summaries) == 2 ? 6 : 7) pointsize 1.1"
      plots.append("\(data) using 1:2 \(mark) notitle")
      legend.add(.init(title: method, style: mark))
    }
    let paper = columns.enumerated().compactMap { place, column in
      summaries.filter { Column($0) == column }.compactMap(row.paper).first.map { "\(place) \($0)" }
    }
    if besidePaper, !paper.isEmpty {
      script += "$d\(number)paper << EOD\n\(paper.joined(separator: "\n"))\nEOD\n"
      plots.append("$d\(number)paper using 1:2 with points \(Self.paperStyle) notitle")
      legend.add(.init(title: "the paper", style: "with points \(Self.paperStyle)"))
    }
    let tics = columns.enumerated().map { place, column in
      let samples = summaries.first { Column($0) == column }?.trainSamples ?? 0
      let name = Gnuplot.shortened(column.title, to: 60 / columns.count)
      // A line's end between two quoted texts.
      return "\(Gnuplot.quoted(name)).\"\\n\".\(Gnuplot.quoted("\(samples) samples")) \(place)"
    }
    script += """
      set xtics noenhanced (\(tics.joined(separator: ", ")))
      set xrange [-0.6:\(Double(columns.count) - 0.4)]
      \(Self.axis(row, of: values))
      """
    if row.zeroLine { plots.insert(Self.zeroLine, at: 0) }
    return script + "plot \(plots.isEmpty ? "NaN notitle" : plots.joined(separator: ", "))"
  }
}

extension Array {
  /// The elements in order, so many at a time.
  fileprivate func chunks(of count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
  }
}
