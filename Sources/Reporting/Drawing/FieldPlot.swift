public import PDEData
import SystemFiles
import TensorCore

/// A picture of one sample of a data set: space and time in 1D, frames over time in 2D, the middle slice's in 3D; of a data set
/// whose frames are different quantities, these beside each other.
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
    let name = FilePath.name(of: loader.dataSet.path)
    let title = canvas.title(
      "\(Gnuplot.shortened(name, to: 44)), sample \(sample)\(slice) (dimensionless)")
    let panels = isLine ? lines(frames, canvas) : planes(frames, canvas)
    try plot.draw("\(ImagePanel.preamble)set multiplot\n\(title)\(panels)unset multiplot\n")
  }

  private var slice: String {
    depth.map { ", z = \(formatted(loader.coordinates[2][$0], digits: 3))" } ?? ""
  }

  private var depth: Int? { loader.spatialShape.count == 3 ? loader.spatialShape[2] / 2 : nil }

  // MARK: Lines

  private var lineCanvas: Canvas {
    Canvas(
      panels: rows.count, rows: 1, panel: (240, 260), left: 64, right: Canvas.colorBoxRoom, top: 60,
      bottom: 60,
      spacing: (140, 0))
  }

  /// A panel for each variable, space to the right and time upwards.
  private func lines(_ frames: Tensor, _ canvas: Canvas) -> String {
    let points = loader.spatialShape[0]
    let (x, times) = (loader.coordinates[0], loader.times)
    let strides = (x: FieldImage.stride(points), time: FieldImage.stride(times.count))
    return rows.enumerated().map { column, row in
      let values = Swift.stride(from: 0, to: times.count, by: strides.time).map { frame in
        Swift.stride(from: 0, to: points, by: strides.x).map { frames[frame, row.variable, $0] }
      }
      return ImagePanel(
        values: values, first: (x[0], times[0]),
        step: (FieldImage.step(x) * Double(strides.x), FieldImage.step(times) * Double(strides.time)),
        range: FieldImage.range(values.joined()), title: Gnuplot.shortened(row.title), sideLabels: ["t"],
        bottomLabel: "x"
      ).script(on: canvas, column: column, row: 0)
    }.joined()
  }

  // MARK: Planes

  /// Whether each row has one frame: then they are beside each other.
  private var isOneRow: Bool { rows.allSatisfy { $0.frames.count == 1 } && rows.count < 5 }

  private var planeCanvas: Canvas {
    let height = FieldImage.height(ofPlane: loader.coordinates, width: 170)
    guard !isOneRow else {
      return Canvas(
        panels: rows.count, rows: 1, panel: (170, height), keepsShape: true, left: 74,
        right: Canvas.colorBoxRoom, top: 64,
        bottom: 60, spacing: (Canvas.colorBoxRoom, 0))
    }
    let columns = rows.map(\.frames.count).max() ?? 1
    return Canvas(
      panels: columns, rows: rows.count, panel: (170, height), keepsShape: true, left: 90,
      right: Canvas.colorBoxRoom, top: 64,
      bottom: 60, spacing: (26, 20))
  }

  /// A row for each variable, a column for each frame.
  private func planes(_ frames: Tensor, _ canvas: Canvas) -> String {
    let (x, y) = (loader.coordinates[0], loader.coordinates[1])
    let depth = depth
    let strides = (x: FieldImage.stride(x.count), y: FieldImage.stride(y.count))
    let isOneRow = isOneRow
    var script = ""
    for (line, row) in rows.enumerated() {
      let panels = row.frames.map { frame in
        Swift.stride(from: 0, to: y.count, by: strides.y).map { j in
          Swift.stride(from: 0, to: x.count, by: strides.x).map { i in
            depth.map { frames[frame, row.variable, i, j, $0] } ?? frames[frame, row.variable, i, j]
          }
        }
      }
      let range = FieldImage.range(panels.joined().joined())
      for (column, values) in panels.enumerated() {
        let isFirst = column == 0 && (!isOneRow || line == 0)
        let time =
          loader.dataSet.frameNames == nil
          ? "t = \(formatted(loader.times[row.frames[column]], digits: 3))" : ""
        let name = Gnuplot.shortened(row.title, to: 22)
        let title = isOneRow ? [name, time].filter { !$0.isEmpty }.joined(separator: ", ") : time
        script += ImagePanel(
          values: values, first: (x[0], y[0]),
          step: (FieldImage.step(x) * Double(strides.x), FieldImage.step(y) * Double(strides.y)),
          range: range, title: isOneRow || line == 0 ? title : nil,
          sideLabels: isFirst ? (isOneRow ? ["y"] : [name, "y"]) : [],
          bottomLabel: isOneRow || line == rows.count - 1 ? "x" : nil,
          hasColorBox: column == panels.count - 1
        ).script(on: canvas, column: isOneRow ? line : column, row: isOneRow ? 0 : line)
      }
    }
    return script
  }
}
