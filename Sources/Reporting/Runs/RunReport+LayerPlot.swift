import TempBalance
import Training

extension RunReport {
  /// Draws four diagrams of one run: the nRMSE, the standard deviation of α across layers, and α and the learning rate (or
  /// the weight decay, if that is balanced) of each layer, with one legend above them.
  func drawLayers(to path: String) throws {
    let position = try timeline()
    let names = layers.map(\.layer.name).filter(shownLayers.contains)
    let colors = Diagram.colors(names.count)
    var error = Self.errorDiagram(of: [self])
    var imbalance = try Self.imbalanceDiagram(of: [self])
    // The colors are those of layers.
    for index in error.curves.indices where index == 0 {
      error.curves[index] = .init(
        points: error.curves[index].points, style: "linewidth 2 linecolor rgb '#000000' dashtype 1")
    }
    imbalance.curves = imbalance.curves.map {
      .init(points: $0.points, style: "linewidth 2 linecolor rgb '#000000' dashtype 1")
    }
    var (alphas, rates) = (Diagram(), Diagram())
    for (index, name) in names.enumerated() {
      let records = layerHistory.filter { $0.layer.name == name }
      let dashes = names.count > 7 ? index % 3 + 1 : 1
      let style = "linewidth 2 linecolor rgb '\(colors[index])' dashtype \(dashes)"
      let title = Gnuplot.shortened(name)
      alphas.curves.append(
        .init(
          points: records.compactMap { record in record.layer.alpha.map { (position(record), $0) } },
          title: title, style: style))
      rates.curves.append(
        .init(points: records.map { (position($0), balancedValue(of: $0)) }, title: title, style: style))
    }
    rates.curves.append(
      .init(
        points: epochs.map {
          let decay = balancesDecay ? configuration?.optimizer.weightDecay : nil
          return (x: Double($0.epoch), y: decay ?? $0.learningRate)
        }, title: balancesDecay ? "all others" : "schedule",
        style: "linewidth 1.5 linecolor rgb '#808080' dashtype 3"))
    error.settings = Self.panel("nRMSE of the test samples") + "set yrange [0:*]"
    imbalance.settings = Self.panel("standard deviation of α across layers") + "set yrange [0:*]"
    alphas.settings = Self.panel("α of each layer") + "set yrange [*:*]"
    rates.settings =
      Self.panel("\(balancesDecay ? "weight decay" : "learning rate") of each layer") + rates.logarithmicAxis
    var grid = PanelGrid(columns: 2)
    for var diagram in [error, imbalance, alphas, rates] {
      diagram.settings += "\n" + Diagram.epochTics(to: diagram.end)
      grid.add(diagram)
    }
    try grid.draw(to: path)
  }

  /// One of four diagrams over the epochs.
  private static func panel(_ title: String) -> String {
    "set title \(Gnuplot.quoted(title))\nset xlabel 'epoch'\nset xrange [0:*]\n"
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
    let steps = try RunLines<StepRecord>(reading: RunFolder(run).steps).records
    let count = Double((steps.map(\.step).max() ?? 0) + 1)
    return { Double($0.epoch) + Double($0.step) / count }
  }
}
