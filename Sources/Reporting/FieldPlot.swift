import Foundation
public import PDEData
import TensorCore

/// A picture of one sample of a data set: space and time in 1D, frames over time in 2D, the middle slice's in 3D.
public struct FieldPlot {
  /// A row of panels that share their colours.
  struct Row {
    let title: String
    let variable: Int
    let frames: [Int]
  }

  private let loader: BatchLoader
  private let sample: Int
  private let rows: [Row]

  private static let mostFrames = 5
  /// A finer picture shows no more on a screen.
  private static let mostPoints = 400

  /// A picture to draw; reads nothing yet.
  ///
  /// - Parameters:
  ///   - file: The data set.
  ///   - sample: The sample's place in it.
  ///   - variable: The variable to show; all of them if `nil`.
  /// - Throws: ``PlotError`` for a sample or variable that is not there.
  public init(file: PDEBenchFile, sample: Int, variable: String? = nil) throws {
    guard (0..<file.samples).contains(sample) else {
      throw PlotError.noSample(file: file.path, sample: sample, samples: file.samples)
    }
    let frames = Self.spread(file.frames)
    var rows = file.variables.enumerated().map { Row(title: $1, variable: $0, frames: frames) }
    if file.kind == .darcyFlow {
      rows = [Row(title: "nu", variable: 0, frames: [0]), Row(title: "tensor", variable: 0, frames: [1])]
    }
    if let variable {
      let titles = rows.map(\.title)
      rows = rows.filter { $0.title == variable }
      guard !rows.isEmpty else {
        throw PlotError.noVariable(name: variable, file: file.path, found: titles)
      }
    }
    loader = try BatchLoader(file: file, cacheMemory: 0)
    self.sample = sample
    self.rows = rows
  }

  /// At most five frames, evenly spread, the first and the last among them.
  private static func spread(_ count: Int) -> [Int] {
    let shown = min(count, mostFrames)
    return (0..<shown).map { shown == 1 ? 0 : $0 * (count - 1) / (shown - 1) }
  }

  /// Draws.
  ///
  /// - Parameter path: A file that ends in `.svg` or `.png`.
  /// - Throws: ``PlotError`` if it cannot be drawn, `DataFileError` if the sample cannot be read.
  public func draw(to path: String) throws {
    let batch = try loader.batch([sample]).frames
    let frames = batch.reshaped(Array(batch.shape[1...]))
    let isLine = loader.spatialShape.count == 1
    let canvas = isLine ? lineCanvas : planeCanvas
    let plot = try Gnuplot(path: path, width: canvas.width, height: canvas.height)
    try plot.draw(preamble + (isLine ? lines(frames, canvas) : planes(frames, canvas)) + "unset multiplot\n")
  }

  private var preamble: String {
    let name = loader.file.path.split(separator: "/").last.map(String.init) ?? loader.file.path
    let title = "\(name), sample \(sample) (dimensionless)"
    return """
      set palette defined (0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', 4 '#26828e', 5 '#1f9e89', 6 '#35b779', \
      7 '#6ece58', 8 '#b5de2b', 9 '#fde725')
      unset key
      set format cb '%g'
      set tics out nomirror scale 0.5
      set border linewidth 0.5
      set multiplot
      set label 1 '\(title.replacing("'", with: "’"))' at screen 0.5, screen 0.97 center noenhanced

      """
  }

  // MARK: Lines

  private var lineCanvas: Canvas {
    Canvas(
      panels: rows.count, rows: 1, panel: (240, 260), left: 60, right: 90, top: 60, bottom: 50,
      spacing: (140, 0))
  }

  /// A panel for each variable, space to the right and time upwards.
  private func lines(_ frames: Tensor, _ canvas: Canvas) -> String {
    let points = loader.spatialShape[0]
    let (x, times) = (loader.coordinates[0], loader.times)
    let strides = (x: stride(points), time: stride(times.count))
    var script = "set xlabel 'x' offset 0,0.5\nset ylabel 't' offset 1,0\n"
    for (column, row) in rows.enumerated() {
      let values = Swift.stride(from: 0, to: times.count, by: strides.time).map { frame in
        Swift.stride(from: 0, to: points, by: strides.x).map { frames[frame, row.variable, $0] }
      }
      script += canvas.margins(column: column, row: 0) + canvas.colorBox(column: column, row: 0)
      script += "set title '\(row.title)' offset 0,-0.5 noenhanced\n"
      script += image(
        values, first: (x[0], times[0]),
        step: (step(x) * Double(strides.x), step(times) * Double(strides.time)))
      script += "unset label 1\n"
    }
    return script
  }

  // MARK: Planes

  private var planeCanvas: Canvas {
    let columns = rows.map(\.frames.count).max() ?? 1
    let lengths = loader.coordinates.prefix(2).map { step($0) * Double($0.count) }
    let height = min(max(170 * lengths[1] / lengths[0], 60), 400)
    return Canvas(
      panels: columns, rows: rows.count, panel: (170, height), left: 90, right: 90, top: 70, bottom: 50,
      spacing: (14, 14))
  }

  /// A row for each variable, a column for each frame.
  private func planes(_ frames: Tensor, _ canvas: Canvas) -> String {
    let (x, y) = (loader.coordinates[0], loader.coordinates[1])
    let depth = loader.spatialShape.count == 3 ? loader.spatialShape[2] / 2 : nil
    let strides = (x: stride(x.count), y: stride(y.count))
    var script = ""
    for (line, row) in rows.enumerated() {
      let panels = row.frames.map { frame in
        Swift.stride(from: 0, to: y.count, by: strides.y).map { j in
          Swift.stride(from: 0, to: x.count, by: strides.x).map { i in
            depth.map { frames[frame, row.variable, i, j, $0] } ?? frames[frame, row.variable, i, j]
          }
        }
      }
      let all = panels.joined().joined()
      script += colorRange(all.min() ?? 0, all.max() ?? 0)
      for (column, values) in panels.enumerated() {
        let isLast = column == panels.count - 1
        let isBottom = line == rows.count - 1
        script += canvas.margins(column: column, row: line)
        script += isLast ? canvas.colorBox(column: column, row: line) : "unset colorbox\n"
        script +=
          column == 0
          ? "set ylabel \"\(row.title)\\ny\" noenhanced offset 1,0\nset format y '%g'\n"
          : "unset ylabel\nset format y ''\n"
        script +=
          isBottom ? "set xlabel 'x' offset 0,0.5\nset format x '%g'\n" : "unset xlabel\nset format x ''\n"
        let time =
          loader.file.kind == .darcyFlow
          ? "" : "t = \(formatted(loader.times[row.frames[column]], digits: 3))"
        let slice = depth.map { ", z = \(formatted(loader.coordinates[2][$0], digits: 3))" } ?? ""
        script += line == 0 ? "set title '\(time)\(slice)' offset 0,-0.5\n" : "unset title\n"
        script += image(
          values, first: (x[0], y[0]), step: (step(x) * Double(strides.x), step(y) * Double(strides.y)))
        script += "unset label 1\n"
      }
    }
    return script
  }

  // MARK: Parts

  private func stride(_ count: Int) -> Int { (count + Self.mostPoints - 1) / Self.mostPoints }

  private func step(_ values: [Double]) -> Double {
    values.count > 1 ? (values[values.count - 1] - values[0]) / Double(values.count - 1) : 1
  }

  /// A constant field gets a range too.
  private func colorRange(_ low: Float, _ high: Float) -> String {
    let margin = high > low ? 0 : max(abs(high), 1) * 1e-3
    return "set cbrange [\(low - margin):\(high + margin)]\n"
  }

  /// The commands that draw rows of values, the first row at the bottom.
  private func image(_ rows: [[Float]], first: (Double, Double), step: (Double, Double)) -> String {
    let (width, height) = (Double(rows[0].count), Double(rows.count))
    let x = (first.0 - step.0 / 2, first.0 + (width - 0.5) * step.0)
    let y = (first.1 - step.1 / 2, first.1 + (height - 0.5) * step.1)
    let text = rows.map { $0.map { "\($0)" }.joined(separator: " ") }.joined(separator: "\n")
    return """
      set xrange [\(x.0):\(x.1)]
      set yrange [\(y.0):\(y.1)]
      $values << EOD
      \(text)
      EOD
      plot $values matrix using (\(first.0) + $1 * \(step.0)):(\(first.1) + $2 * \(step.1)):3 with image

      """
  }
}

/// Where the panels of a picture lie, in points.
private struct Canvas {
  let panels: Int
  let rows: Int
  let panel: (width: Double, height: Double)
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double
  let spacing: (x: Double, y: Double)

  init(
    panels: Int, rows: Int, panel: (Double, Double), left: Double, right: Double, top: Double, bottom: Double,
    spacing: (Double, Double)
  ) {
    (self.panels, self.rows, self.panel, self.spacing) = (panels, rows, panel, spacing)
    (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
  }

  private var size: (width: Double, height: Double) {
    (
      // The title needs some room.
      max(left + Double(panels) * panel.width + Double(panels - 1) * spacing.x + right, 560),
      top + Double(rows) * panel.height + Double(rows - 1) * spacing.y + bottom
    )
  }

  var width: Int { Int(size.width) }
  var height: Int { Int(size.height) }

  private func corner(_ column: Int, _ row: Int) -> (x: Double, y: Double) {
    (
      left + Double(column) * (panel.width + spacing.x),
      bottom + Double(rows - 1 - row) * (panel.height + spacing.y)
    )
  }

  func margins(column: Int, row: Int) -> String {
    let corner = corner(column, row)
    return """
      set lmargin at screen \(corner.x / size.width)
      set rmargin at screen \((corner.x + panel.width) / size.width)
      set bmargin at screen \(corner.y / size.height)
      set tmargin at screen \((corner.y + panel.height) / size.height)

      """
  }

  func colorBox(column: Int, row: Int) -> String {
    let corner = corner(column, row)
    return """
      set colorbox user origin screen \((corner.x + panel.width + 10) / size.width), screen \(corner.y / size.height) \
      size screen \(12 / size.width), screen \(panel.height / size.height)

      """
  }
}
