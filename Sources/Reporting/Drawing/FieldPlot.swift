import Foundation
public import PDEData
import TensorCore

/// A picture of one sample of a data set: space and time in 1D, frames over time in 2D, the middle slice's in 3D.
public struct FieldPlot {
  /// A row of panels that share their colors.
  struct Row {
    let title: String
    let variable: Int
    let frames: [Int]
  }

  private let loader: BatchLoader
  private let sample: Int
  private let rows: [Row]

  private static let mostFrames = 5

  /// A picture to draw; reads nothing yet.
  ///
  /// - Parameters:
  ///   - data: The data set.
  ///   - sample: The sample's place in it.
  ///   - variable: The variable to show; all of them if `nil`.
  /// - Throws: ``PlotError`` for a sample or variable that is not there.
  public init(_ data: any FieldDataSet, sample: Int, variable: String? = nil) throws {
    guard (0..<data.samples).contains(sample) else {
      throw PlotError.noSample(file: data.path, sample: sample, samples: data.samples)
    }
    loader = try BatchLoader(data, cacheMemory: 0)
    var rows = loader.variables.enumerated().map {
      Row(title: $1.name, variable: $0, frames: Self.spread(data.frames))
    }
    if let names = data.frameNames {
      // Different quantities do not share their colors.
      rows = names.enumerated().map { Row(title: $1, variable: 0, frames: [$0]) }
    }
    if let variable {
      let titles = rows.map(\.title)
      rows = rows.filter { $0.title == variable }
      guard !rows.isEmpty else {
        throw PlotError.noVariable(name: variable, file: data.path, found: titles)
      }
    }
    self.sample = sample
    self.rows = rows
  }

  /// At most five frames, evenly spread, the first and the last among them.
  static func spread(_ count: Int) -> [Int] {
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
    let name = loader.dataSet.path.split(separator: "/").last.map(String.init) ?? loader.dataSet.path
    let title = "\(name), sample \(sample) (dimensionless)"
    return """
      \(FieldImage.palette)
      unset key
      set format cb '%g'
      set tics out nomirror scale 0.5
      set border linewidth 0.5
      set multiplot
      set label 1 \(Gnuplot.quoted(title)) at screen 0.5, screen 0.97 center noenhanced

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
    let strides = (x: FieldImage.stride(points), time: FieldImage.stride(times.count))
    var script = "set xlabel 'x' offset 0,0.5\nset ylabel 't' offset 2,0\n"
    for (column, row) in rows.enumerated() {
      let values = Swift.stride(from: 0, to: times.count, by: strides.time).map { frame in
        Swift.stride(from: 0, to: points, by: strides.x).map { frames[frame, row.variable, $0] }
      }
      script += canvas.margins(column: column, row: 0) + canvas.colorBox(column: column, row: 0)
      script += "set title \(Gnuplot.quoted(row.title)) offset 0,-0.5 noenhanced\n"
      script += FieldImage.commands(
        values, first: (x[0], times[0]),
        step: (FieldImage.step(x) * Double(strides.x), FieldImage.step(times) * Double(strides.time)))
      script += "unset label 1\n"
    }
    return script
  }

  // MARK: Planes

  private var planeCanvas: Canvas {
    let columns = rows.map(\.frames.count).max() ?? 1
    let lengths = loader.coordinates.prefix(2).map { FieldImage.step($0) * Double($0.count) }
    let height = min(max(170 * lengths[1] / lengths[0], 60), 400)
    return Canvas(
      panels: columns, rows: rows.count, panel: (170, height), left: 90, right: 90, top: 70, bottom: 50,
      spacing: (14, 14))
  }

  /// A row for each variable, a column for each frame.
  private func planes(_ frames: Tensor, _ canvas: Canvas) -> String {
    let (x, y) = (loader.coordinates[0], loader.coordinates[1])
    let depth = loader.spatialShape.count == 3 ? loader.spatialShape[2] / 2 : nil
    let strides = (x: FieldImage.stride(x.count), y: FieldImage.stride(y.count))
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
      script += FieldImage.colorRange(all.min() ?? 0, all.max() ?? 0)
      for (column, values) in panels.enumerated() {
        let isLast = column == panels.count - 1
        let isBottom = line == rows.count - 1
        script += canvas.margins(column: column, row: line)
        script += isLast ? canvas.colorBox(column: column, row: line) : "unset colorbox\n"
        script +=
          column == 0
          ? "set ylabel \(Gnuplot.quoted(row.title)).\"\\ny\" noenhanced offset 1,0\nset format y '%g'\n"
          : "unset ylabel\nset format y ''\n"
        script +=
          isBottom ? "set xlabel 'x' offset 0,0.5\nset format x '%g'\n" : "unset xlabel\nset format x ''\n"
        let time =
          loader.dataSet.frameNames != nil
          ? "" : "t = \(formatted(loader.times[row.frames[column]], digits: 3))"
        let slice = depth.map { ", z = \(formatted(loader.coordinates[2][$0], digits: 3))" } ?? ""
        script += line == 0 ? "set title \(Gnuplot.quoted(time + slice)) offset 0,-0.5\n" : "unset title\n"
        script += FieldImage.commands(
          values, first: (x[0], y[0]),
          step: (FieldImage.step(x) * Double(strides.x), FieldImage.step(y) * Double(strides.y)))
        script += "unset label 1\n"
      }
    }
    return script
  }
}
