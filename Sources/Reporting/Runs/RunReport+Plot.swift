import FieldMetrics
import SystemFiles
import Training

extension RunReport {
  /// Draws how runs went: for one run whose layers were recorded its error, and α and the rate of every layer; otherwise
  /// the errors of all runs, and where layers of several runs were recorded how much α differed across them.
  ///
  /// - Parameters:
  ///   - reports: The runs.
  ///   - path: Where to draw, `.svg` or `.png`.
  /// - Throws: ``PlotError`` if it cannot be drawn, or what reading the runs' files throws.
  public static func draw(_ reports: [RunReport], to path: String) throws {
    if reports.count == 1, !reports[0].layerHistory.isEmpty {
      try reports[0].drawLayers(to: path)
    } else {
      try drawComparison(of: reports, to: path)
    }
  }

  private static func drawComparison(of reports: [RunReport], to path: String) throws {
    let hasLayers = reports.count(where: { !$0.layerHistory.isEmpty }) > 1
    var grid = PanelGrid(columns: hasLayers ? 2 : 1, height: 390)
    for var diagram in [errorDiagram(of: reports)] + (hasLayers ? [try imbalanceDiagram(of: reports)] : []) {
      diagram.settings += "\n" + Diagram.epochTics(to: diagram.end)
      grid.add(diagram)
    }
    try grid.draw(to: path)
  }

  /// The nRMSE of runs on the test samples over the epochs; runs under TempBalance are solid, others dashed.
  static func errorDiagram(of reports: [RunReport]) -> Diagram {
    var diagram = Diagram(
      settings: """
        set xlabel 'epoch'
        set ylabel 'nRMSE of the test samples (all frames)'
        set xrange [0:*]
        set yrange [0:*]
        """)
    for (index, report) in reports.enumerated() {
      let points = report.epochs.compactMap { epoch in
        epoch.metrics.map { (x: Double(epoch.epoch + 1), y: $0.nrmse) }
      }
      diagram.curves.append(
        .init(points: points, title: report.title, style: report.style(index, of: reports.count)))
    }
    let validation = reports.first?.epochs.compactMap { epoch in
      epoch.validationNRMSE.map { (x: Double(epoch.epoch + 1), y: $0) }
    }
    if reports.count == 1, let validation, !validation.isEmpty {
      diagram.curves.append(
        .init(
          points: validation, title: "validation samples",
          style: "linewidth 1.5 linecolor rgb '#808080' dashtype 3"))
      diagram.settings = diagram.settings.replacing("nRMSE of the test samples", with: "nRMSE")
    }
    return diagram
  }

  /// The standard deviation of α across the layers over the epochs: the paper's Figure 2.
  static func imbalanceDiagram(of reports: [RunReport]) throws -> Diagram {
    var diagram = Diagram(
      settings: """
        set xlabel 'epoch'
        set ylabel 'standard deviation of α across layers'
        set xrange [0:*]
        set yrange [0:*]
        """)
    for (index, report) in reports.enumerated() where !report.layerHistory.isEmpty {
      diagram.curves.append(
        .init(
          points: try report.imbalance(), title: report.title, style: report.style(index, of: reports.count)))
    }
    return diagram
  }

  /// How a run's curve is drawn among those of several runs.
  ///
  /// - Parameters:
  ///   - index: The run's place among them.
  ///   - count: How many they are.
  /// - Returns: gnuplot's words for the line.
  func style(_ index: Int, of count: Int) -> String {
    "linewidth 2 linecolor rgb '\(Diagram.colors(count)[index])' dashtype \(isBalanced ? 1 : 2)"
  }

  /// Whether layers may have their own learning rates; a sigmoid of scale 0 only records them.
  private var isBalanced: Bool {
    guard let tempbalance = configuration?.tempbalance else { return !layers.isEmpty }
    return switch tempbalance.method {
    case .off: false
    case .sigmoid: tempbalance.scale + (tempbalance.scaleBelow ?? 0) > 0
    case .linear: true
    }
  }

  /// The run's name, and how its layers get their learning rates.
  var title: String {
    let name = FilePath.name(of: run)
    let map = (configuration?.tempbalance.method.rawValue).map { ", \($0)" } ?? ""
    return isBalanced ? "\(name) (TempBalance\(map))" : "\(name) (one rate)"
  }
}
