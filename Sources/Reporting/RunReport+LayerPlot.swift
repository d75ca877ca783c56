import TempBalance
import Training

extension RunReport {
  /// Draws four diagrams of one run: the nRMSE, the standard deviation of α across layers, and α and the learning rate (or
  /// the weight decay, if that is balanced) of each layer.
  func drawLayers(to path: String) throws {
    let names = layers.map(\.layer.name).filter(shownLayers.contains)
    let colors = Diagram.colors(names.count)
    let position = try timeline()
    var alphas = Diagram(settings: Self.settings("α of each layer") + "set yrange [*:*]\nunset key")
    var rates = Diagram(settings: "")
    for (index, name) in names.enumerated() {
      let records = layerHistory.filter { $0.layer.name == name }
      let style =
        "linewidth 2 linecolor rgb '\(colors[index])' dashtype \(names.count > 7 ? index % 3 + 1 : 1)"
      alphas.curves.append(
        .init(
          points: records.compactMap { record in record.layer.alpha.map { (position(record), $0) } },
          style: style))
      rates.curves.append(
        .init(points: records.map { (position($0), balancedValue(of: $0)) }, title: name, style: style))
    }
    let base = epochs.map {
      (x: Double($0.epoch), y: balancesDecay ? configuration.weightDecay : $0.learningRate)
    }
    rates.curves.append(
      .init(
        points: base, title: balancesDecay ? "all others" : "schedule",
        style: "linewidth 1 linecolor rgb '#808080' dashtype 3"))
    rates.settings =
      Self.settings("\(balancesDecay ? "weight decay" : "learning rate") of each layer")
      + rates.logarithmicAxis
      + "set key at screen 0.795,0.95 left top Left reverse samplen 2 spacing 1.1 maxrows 40"
    var error = Self.errorDiagram(of: [self])
    error.settings = Self.settings("nRMSE of the test samples") + "set yrange [0:*]\nunset key"
    error.curves[0].title = nil
    var imbalance = try Self.imbalanceDiagram(of: [self])
    imbalance.settings =
      Self.settings("standard deviation of α across layers") + "set yrange [0:*]\nunset key"
    let diagrams = [error, imbalance, alphas, rates].enumerated().map { $1.script($0) }
    try Gnuplot(path: path, width: 1300, height: 800).draw(
      """
      set multiplot layout 2,2 margins 0.06,0.78,0.08,0.95 spacing 0.09,0.13
      \(diagrams.joined())unset multiplot

      """)
  }

  /// How the standard deviation of α changes over the epochs.
  func imbalance() throws -> [(x: Double, y: Double)] {
    let position = try timeline()
    let shown = shownLayers
    var groups: [(x: Double, alphas: [Double])] = []
    for record in layerHistory where shown.contains(record.layer.name) {
      let x = position(record)
      if groups.last?.x != x { groups.append((x, [])) }
      if let alpha = record.layer.alpha { groups[groups.count - 1].alphas.append(alpha) }
    }
    return groups.compactMap { group in
      Imbalance(ofAlphas: group.alphas).map { (group.x, $0.alphaStd) }
    }
  }

  /// The layers that are balanced at some time. Others have too few eigenvalues for an α that means something, and would
  /// stretch the axis; but if all are such, they are all there is to show.
  private var shownLayers: Set<String> {
    let balanced = Set(layerHistory.lazy.filter(\.layer.isBalanced).map(\.layer.name))
    return balanced.isEmpty ? Set(layerHistory.lazy.map(\.layer.name)) : balanced
  }

  /// Where a record is on the axis of epochs: 0 is the beginning of the first one.
  private func timeline() throws -> (LayerRecord) -> Double {
    guard layerHistory.contains(where: { $0.step > 0 }) else { return { Double($0.epoch) } }
    let steps = try RunFolder.lines(StepRecord.self, in: RunFolder(run).steps)
    let count = Double((steps.map(\.step).max() ?? 0) + 1)
    return { Double($0.epoch) + Double($0.step) / count }
  }

  private static func settings(_ title: String) -> String {
    "set xlabel 'epoch'\nunset ylabel\nset title '\(title)'\nset format y '%g'\nunset logscale y\n"
  }
}
