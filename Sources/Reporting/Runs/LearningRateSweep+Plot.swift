public import Training

extension LearningRateSweep.Result {
  /// Draws the losses over the learning rates.
  ///
  /// - Parameter path: Where to draw, `.svg` or `.png`.
  /// - Throws: ``PlotError`` if it cannot be drawn.
  public func draw(to path: String) throws {
    var diagram = Diagram()
    func curve(_ title: String, _ style: String, _ value: (LearningRateSweep.Point) -> Double) {
      diagram.curves.append(
        .init(points: points.map { (x: $0.learningRate, y: value($0)) }, title: title, style: style))
    }
    let colors = Diagram.colors(3)
    curve("loss", "linewidth 1 linecolor rgb '#b0b0b0'", \.loss)
    curve("smoothed", "linewidth 2 linecolor rgb '\(colors[0])'", \.smoothedLoss)
    for (rate, title, color) in [(steepest, "falls fastest", colors[2]), (lowest, "lowest", colors[1])] {
      guard let rate, let point = points.first(where: { $0.learningRate == rate }) else { continue }
      diagram.curves.append(
        .init(
          points: [(x: rate, y: point.smoothedLoss)],
          title: "\(title) at \(formatted(rate, digits: 2))",
          style: "pointsize 1.2 linecolor rgb '\(color)'"))
    }
    // What has grown beyond the first losses would flatten the rest.
    let top = 1.5 * (points.prefix(max(1, points.count / 4)).map(\.smoothedLoss).max() ?? 1)
    diagram.settings = """
      set xlabel 'learning rate'
      set ylabel 'loss'
      set logscale x
      set format x '10^{%T}'
      set key above
      set yrange [0:\(top)]
      """
    try Gnuplot(path: path).draw(diagram.script())
  }
}
