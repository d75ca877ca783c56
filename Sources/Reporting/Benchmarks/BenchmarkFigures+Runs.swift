import FieldMetrics
import Studies
import Training

/// The course of training and the growth of errors.
extension BenchmarkFigures {
  /// A panel for each column and number of training samples, with a line for each run.
  func drawTraining(
    label: String, to path: String, _ value: (EpochRecord) -> Double?
  ) throws {
    var panels: [(column: Column, samples: Int)] = []
    for column in columns {
      let own = summaries.filter { Column($0) == column }
      panels += Set(own.map(\.trainSamples)).sorted().map { (column, $0) }
    }
    var grid = PanelGrid(columns: panels.count, height: 320)
    for panel in panels {
      let shown = summaries.filter { Column($0) == panel.column && $0.trainSamples == panel.samples }
      var diagram = Diagram()
      for summary in shown {
        let style =
          "linewidth 1.5 linecolor rgb '\(color(methods.firstIndex(of: summary.method) ?? 0))' "
          + "dashtype \(dashes(summary.method, shown))"
        for row in summary.rows {
          let records = try RunLines<EpochRecord>(reading: RunFolder(row.folder).metrics).records
          let points = records.compactMap { record in value(record).map { (Double(record.epoch + 1), $0) } }
          diagram.curves.append(.init(points: points, title: summary.method, style: style))
        }
      }
      // A single point has no range of its own.
      let end = diagram.curves.flatMap(\.points).map(\.x).max().flatMap { $0 > 1 ? "\($0)" : nil } ?? "*"
      let title = "\(Gnuplot.shortened(panel.column.title, to: 32)), \(panel.samples) samples"
      diagram.settings = """
        set title \(Gnuplot.quoted(title)) noenhanced
        set xlabel 'epoch'
        set ylabel \(Gnuplot.quoted(label))
        set xrange [1:\(end)]
        \(Diagram.epochTics(to: diagram.end))\
        \(diagram.logarithmicAxis)
        """
      grid.add(diagram)
    }
    try grid.draw(to: path)
  }

  /// A panel for each column: the mean over seeds of each method at the fewest training samples.
  func drawGrowth(_ columns: [Column], to path: String) throws {
    var grid = PanelGrid(columns: columns.count, height: 350)
    for column in columns {
      let shown = smallest(of: column)
      let groups = try shown.map { summary in
        let runs = summary.rows.map { pictures(of: $0) }.filter(\.canPredict)
        return ErrorOverTime.Seeds(
          title: summary.method, color: color(methods.firstIndex(of: summary.method) ?? 0),
          dashes: dashes(summary.method, shown), runs: try runs.map { try $0.prediction().errors })
      }
      let title = "\(Gnuplot.shortened(column.title, to: 32)), \(shown.first?.trainSamples ?? 0) samples"
      grid.add(ErrorOverTime.diagram(groups, title: title))
    }
    try grid.draw(to: path)
  }
}
