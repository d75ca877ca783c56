public import FieldMetrics
import Foundation

/// How errors grow along a rollout: the nRMSE of each variable over time, beside the forecast that nothing changes.
public struct ErrorOverTime {
  /// The times of the frames.
  let times: [Double]
  /// Frames that were given, and have no error.
  let initialSteps: Int
  /// `[variable][frame]`.
  let errors: [[Double]]
  /// The mean over variables of each frame.
  private let means: [Double]
  /// The same for persistence.
  private let persistence: [Double]?

  /// Errors over samples.
  ///
  /// - Parameters:
  ///   - metrics: The errors of the model.
  ///   - persistence: Those of persistence; nil to leave it out.
  ///   - times: The frames' times; where they have none their numbers, from 0.
  ///   - initialSteps: Frames that were given.
  public init(_ metrics: FrameMetrics, persistence: FrameMetrics?, times: [Double]?, initialSteps: Int) {
    errors = metrics.nrmse
    means = metrics.meanNRMSE
    self.persistence = persistence?.meanNRMSE
    self.times = times ?? (errors.first ?? []).indices.map { Double($0) }
    self.initialSteps = initialSteps
  }

  /// From the last given frame on: before it there is nothing to see.
  private func points(_ values: [Double]) -> [(x: Double, y: Double)] {
    zip(times, values).dropFirst(max(initialSteps - 1, 0)).map { ($0, $1) }.filter { $0.1.isFinite }
  }

  /// The mean over variables: up to where one of them blows up.
  package var meanPoints: [(x: Double, y: Double)] { points(means) }

  /// The mean over variables of persistence.
  var persistencePoints: [(x: Double, y: Double)] { persistence.map { points($0) } ?? [] }

  /// Persistence in all diagrams.
  static let persistenceStyle = "linewidth 2 linecolor rgb '#808080' dashtype 3"

  /// Draws the errors of all variables, and their mean.
  ///
  /// - Parameters:
  ///   - path: `.svg` or `.png`.
  ///   - variables: The variables' names.
  ///   - axis: What the times are: time, or the number of a frame.
  /// - Throws: ``PlotError``.
  public func draw(to path: String, variables: [String], axis: String = "t") throws(PlotError) {
    var diagram = Diagram(settings: Self.settings(axis))
    let colors = Diagram.colors(6)
    for (index, name) in variables.enumerated() where errors.indices.contains(index) && variables.count > 1 {
      diagram.curves.append(
        .init(
          points: points(errors[index]), title: name,
          style: "linewidth 1.5 linecolor rgb '\(colors[index % 6])' dashtype \(index < 6 ? 1 : 2)"))
    }
    diagram.curves.append(
      .init(
        points: meanPoints, title: variables.count > 1 ? "mean" : variables.first ?? "",
        style: "linewidth 3 linecolor rgb '#000000' dashtype 1"))
    if persistence != nil {
      diagram.curves.append(
        .init(
          points: persistencePoints, title: variables.count > 1 ? "persistence (mean)" : "persistence",
          style: Self.persistenceStyle))
    }
    var grid = PanelGrid(height: 390)
    grid.add(diagram)
    try grid.draw(to: path)
  }

  /// The axes of a diagram of errors over time.
  static func settings(_ axis: String, title: String? = nil) -> String {
    """
    \(title.map { "set title \(Gnuplot.quoted($0)) noenhanced" } ?? "")
    set xlabel \(Gnuplot.quoted(axis))
    set ylabel 'nRMSE of the test samples'
    set xrange [*:*] noextend
    set yrange [0:*]
    """
  }
}

extension ErrorOverTime {
  /// Errors of several runs that differ in their seeds alone.
  struct Seeds {
    let title: String
    let color: String
    var dashes = 1
    let runs: [ErrorOverTime]
  }

  /// The mean over runs of each group, with a band of one sample standard deviation, and persistence.
  static func diagram(_ groups: [Seeds], axis: String = "t", title: String? = nil) -> Diagram {
    var diagram = Diagram(settings: settings(axis, title: title))
    for group in groups {
      let curves = group.runs.map(\.meanPoints)
      guard let first = curves.first else { continue }
      let together = first.compactMap { point -> (x: Double, values: [Double])? in
        let values = curves.compactMap { curve in curve.first { $0.x == point.x }?.y }
        return values.count == curves.count ? (point.x, values) : nil
      }
      let spread = together.map { point in
        let mean = point.values.reduce(0, +) / Double(point.values.count)
        let squares = point.values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = point.values.count > 1 ? (squares / Double(point.values.count - 1)).squareRoot() : 0
        return (x: point.x, mean: mean, deviation: deviation)
      }
      if curves.count > 1 {
        diagram.bands.append(
          .init(
            points: spread.map { ($0.x, max($0.mean - $0.deviation, 0), $0.mean + $0.deviation) },
            color: group.color))
      }
      diagram.curves.append(
        .init(
          points: spread.map { ($0.x, $0.mean) }, title: group.title,
          style: "linewidth 2 linecolor rgb '\(group.color)' dashtype \(group.dashes)"))
    }
    // Persistence depends on the data alone; runs on other data have another.
    var shown: [[(x: Double, y: Double)]] = []
    for run in groups.flatMap(\.runs) {
      let points = run.persistencePoints
      let isShown = shown.contains { $0.elementsEqual(points) { $0.x == $1.x && $0.y == $1.y } }
      guard !points.isEmpty, !isShown else { continue }
      shown.append(points)
      diagram.curves.append(.init(points: points, title: "persistence", style: persistenceStyle))
    }
    return diagram
  }
}
