import TempBalance
import Training

extension RunReport {
  /// Draws four diagrams of one run: the nRMSE, the standard deviation of α across layers, and α and the learning rate (or
  /// the weight decay, if that is balanced) of each layer, with one legend beside them.
  func drawLayers(to path: String) throws {
    let position = try timeline()
    let names = layers.map(\.layer.name).filter(shownLayers.contains)
    let colors = Diagram.colors(names.count)
    var error = Self.errorDiagram(of: [self])
    var imbalance = try Self.imbalanceDiagram(of: [self])
    var (alphas, rates, legend) = (Diagram(), Diagram(), Diagram())
    func add(
      _ name: String, style: String, alphas alphaPoints: [(x: Double, y: Double)],
      rates ratePoints: [(x: Double, y: Double)]
    ) {
      alphas.curves.append(.init(points: alphaPoints, style: style))
      rates.curves.append(.init(points: ratePoints, style: style))
      legend.curves.append(.init(points: [(2, 2), (3, 3)], title: name, style: style))
    }
    for (index, name) in names.enumerated() {
      let records = layerHistory.filter { $0.layer.name == name }
      let dashes = names.count > 7 ? index % 3 + 1 : 1
      add(
        name, style: "linewidth 2 linecolor rgb '\(colors[index])' dashtype \(dashes)",
        alphas: records.compactMap { record in record.layer.alpha.map { (position(record), $0) } },
        rates: records.map { (position($0), balancedValue(of: $0)) })
    }
    add(
      balancesDecay ? "all others" : "schedule", style: "linewidth 1 linecolor rgb '#808080' dashtype 3",
      alphas: [],
      rates: epochs.map {
        let decay = balancesDecay ? configuration?.optimizer.weightDecay : nil
        return (x: Double($0.epoch), y: decay ?? $0.learningRate)
      })
    error.settings = Self.panel("nRMSE of the test samples", left: 0.06, bottom: 0.58) + "set yrange [0:*]"
    imbalance.settings =
      Self.panel("standard deviation of α across layers", left: 0.46, bottom: 0.58) + "set yrange [0:*]"
    alphas.settings = Self.panel("α of each layer", left: 0.06, bottom: 0.08) + "set yrange [*:*]"
    rates.settings =
      Self.panel(
        "\(balancesDecay ? "weight decay" : "learning rate") of each layer", left: 0.46, bottom: 0.08)
      + rates.logarithmicAxis
    // A diagram of nothing but the legend, as high as the picture: that of another could not be higher than it.
    legend.settings = """
      unset border
      unset tics
      unset grid
      unset logscale y
      unset xlabel
      unset title
      set lmargin at screen 0.78
      set rmargin at screen 0.99
      set bmargin at screen 0.02
      set tmargin at screen 0.95
      set xrange [0:1]
      set yrange [0:1]
      set key at graph 0,1 left top Left reverse samplen 2 font ',\(min(13, 520 / legend.curves.count))'
      """
    let diagrams = [error, imbalance, alphas, rates, legend].enumerated().map { $1.script($0) }
    try Gnuplot(path: path, width: 1300, height: 800).draw(
      "set multiplot\n\(diagrams.joined())unset multiplot\n")
  }

  /// One of four diagrams over the epochs.
  private static func panel(_ title: String, left: Double, bottom: Double) -> String {
    """
    set title \(Gnuplot.quoted(title))
    set xlabel 'epoch'
    unset ylabel
    unset key
    set lmargin at screen \(left)
    set rmargin at screen \(left + 0.31)
    set bmargin at screen \(bottom)
    set tmargin at screen \(bottom + 0.37)
    set xrange [0:*]

    """
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
