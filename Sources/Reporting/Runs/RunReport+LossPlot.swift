import Training

extension RunReport {
  /// More points than this a picture does not show.
  private static let mostSteps = 2000

  /// Draws how the training loss fell, and the schedule's learning rate.
  ///
  /// - Parameters:
  ///   - reports: The runs; of a single one the loss of each step is shown, too.
  ///   - path: `.svg` or `.png`.
  /// - Throws: ``PlotError``, or what reading the run's steps throws.
  static func drawLosses(of reports: [RunReport], to path: String) throws {
    var (losses, rates) = (Diagram(), Diagram())
    for (index, report) in reports.enumerated() {
      let isAlone = reports.count == 1
      if isAlone {
        losses.curves.append(
          .init(
            points: try report.stepLosses(), title: "loss of a step",
            style: "linewidth 1 linecolor rgb '#98808080' dashtype 1"))
      }
      let style =
        isAlone
        ? "linewidth 2 linecolor rgb '\(Diagram.colors(1)[0])' dashtype 1"
        : report.style(index, of: reports.count)
      losses.curves.append(
        .init(
          points: report.epochs.map { (Double($0.epoch + 1), $0.loss) },
          title: isAlone ? "mean of the epoch" : report.title, style: style))
      rates.curves.append(
        .init(points: report.epochs.map { (Double($0.epoch + 1), $0.learningRate) }, style: style))
    }
    func settings(_ label: String, _ axis: String) -> String {
      "set xlabel 'epoch'\n\(Diagram.epochTics(to: rates.end))set ylabel \(Gnuplot.quoted(label))\nset xrange [0:*]\n\(axis)"
    }
    losses.settings = settings("training loss", losses.logarithmicAxis)
    rates.settings = settings("learning rate of the schedule", rates.logarithmicAxis)
    var grid = PanelGrid(columns: 2)
    grid.add(losses)
    grid.add(rates)
    try grid.draw(to: path)
  }

  /// The loss of each step, thinned where there are many: what is left out is in the mean of what is shown.
  private func stepLosses() throws -> [(x: Double, y: Double)] {
    let steps = try RunLines<StepRecord>(reading: RunFolder(run).steps).records
    let count = Double((steps.map(\.step).max() ?? 0) + 1)
    let every = max((steps.count + Self.mostSteps - 1) / Self.mostSteps, 1)
    return stride(from: 0, to: steps.count, by: every).map { start in
      let part = steps[start..<min(start + every, steps.count)]
      let last = part[part.endIndex - 1]
      let mean = part.reduce(0) { $0 + $1.loss } / Double(part.count)
      return (Double(last.epoch) + Double(last.step + 1) / count, mean)
    }
  }
}
