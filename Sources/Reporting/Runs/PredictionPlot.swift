import PDEData
import TensorCore

/// A picture of a predicted sample: as it is, as predicted, and the error, over time.
///
/// In 1D a row a variable, space to the right and time upwards; in 2D, and for the middle slice in 3D, the first variable
/// at some times. Truth and prediction share their colors; those of the error are around zero.
struct PredictionPlot {
  private let run: RunPrediction
  private let kinds = ["true", "predicted", "error"]

  /// A picture of a prediction.
  init(_ run: RunPrediction) {
    self.run = run
  }

  func draw(to path: String) throws {
    let isLine = run.loader.spatialShape.count == 1
    let canvas = isLine ? lineCanvas : planeCanvas
    let plot = try Gnuplot(path: path, width: canvas.width, height: canvas.height)
    try plot.draw(preamble + (isLine ? lines(canvas) : planes(canvas)) + "unset multiplot\n")
  }

  private var preamble: String {
    """
    \(FieldImage.palette)
    unset key
    set format cb '%.3g'
    set tics out nomirror scale 0.5
    set border linewidth 0.5
    set multiplot
    set label 1 'test sample \(run.sample), frames from \(run.initialSteps + 1) on predicted' \
    at screen 0.5, screen 0.97 center noenhanced

    """
  }

  /// The values of a kind at a place of a tensor.
  private func value(_ kind: Int, _ at: (Tensor) -> Float) -> Float {
    switch kind {
    case 0: at(run.truth)
    case 1: at(run.prediction)
    default: at(run.prediction) - at(run.truth)
    }
  }

  /// Colors of a kind: of both fields from the lowest truth to the highest, of the error around zero.
  private func colors(_ kind: Int, _ fields: [[Float]]) -> String {
    let values = kind < 2 ? fields[0] : fields[2]
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    guard kind == 2 else { return "\(FieldImage.palette)\n\(FieldImage.colorRange(low, high))" }
    let bound = max(abs(low), abs(high))
    return "\(FieldImage.divergingPalette)\n\(FieldImage.colorRange(-bound, bound))"
  }

  // MARK: Lines

  private var lineCanvas: Canvas {
    Canvas(
      panels: 3, rows: run.loader.file.variables.count, panel: (220, 180), left: 80, right: 90, top: 70,
      bottom: 50,
      spacing: (105, 40))
  }

  private func lines(_ canvas: Canvas) -> String {
    let (x, times) = (run.loader.coordinates[0], run.loader.times)
    let strides = (x: FieldImage.stride(x.count), time: FieldImage.stride(times.count))
    var script = ""
    for (row, variable) in run.loader.file.variables.enumerated() {
      let fields = kinds.indices.map { kind in
        stride(from: 0, to: times.count, by: strides.time).map { frame in
          stride(from: 0, to: x.count, by: strides.x).map { point in value(kind) { $0[frame, row, point] } }
        }
      }
      for (column, kind) in kinds.enumerated() {
        script += canvas.margins(column: column, row: row) + canvas.colorBox(column: column, row: row)
        script += colors(column, fields.map { $0.flatMap(\.self) })
        script += row == 0 ? "set title \(Gnuplot.quoted(kind)) offset 0,-0.5\n" : "unset title\n"
        script +=
          column == 0
          ? "set ylabel \(Gnuplot.quoted(variable)).\"\\nt\" noenhanced offset 1,0\n" : "unset ylabel\n"
        script +=
          row == run.loader.file.variables.count - 1 ? "set xlabel 'x' offset 0,0.5\n" : "unset xlabel\n"
        script += FieldImage.commands(
          fields[column], first: (x[0], times[0]),
          step: (FieldImage.step(x) * Double(strides.x), FieldImage.step(times) * Double(strides.time)))
        script += "unset label 1\n"
      }
    }
    return script
  }

  // MARK: Planes

  /// The last given frame, and predicted ones.
  private var frames: [Int] {
    let first = max(run.initialSteps - 1, 0)
    return FieldPlot.spread(run.loader.frames - first).map { first + $0 }
  }

  private var planeCanvas: Canvas {
    Canvas(
      panels: frames.count, rows: 3, panel: (170, 170), left: 90, right: 90, top: 70, bottom: 50,
      spacing: (14, 14))
  }

  private func planes(_ canvas: Canvas) -> String {
    let (x, y) = (run.loader.coordinates[0], run.loader.coordinates[1])
    let depth = run.loader.spatialShape.count == 3 ? run.loader.spatialShape[2] / 2 : nil
    let strides = (x: FieldImage.stride(x.count), y: FieldImage.stride(y.count))
    let fields = kinds.indices.map { kind in
      frames.map { frame in
        stride(from: 0, to: y.count, by: strides.y).map { j in
          stride(from: 0, to: x.count, by: strides.x).map { i in
            value(kind) { tensor in depth.map { tensor[frame, 0, i, j, $0] } ?? tensor[frame, 0, i, j] }
          }
        }
      }
    }
    let all = fields.map { $0.flatMap { $0.flatMap(\.self) } }
    var script = ""
    for (row, kind) in kinds.enumerated() {
      script += colors(row, all)
      for (column, frame) in frames.enumerated() {
        script += canvas.margins(column: column, row: row)
        script += column == frames.count - 1 ? canvas.colorBox(column: column, row: row) : "unset colorbox\n"
        script +=
          column == 0
          ? "set ylabel \(Gnuplot.quoted("\(kind) \(run.loader.file.variables[0])")).\"\\ny\" noenhanced offset 1,0\nset format y '%g'\n"
          : "unset ylabel\nset format y ''\n"
        script +=
          row == 2 ? "set xlabel 'x' offset 0,0.5\nset format x '%g'\n" : "unset xlabel\nset format x ''\n"
        let time = "t = \(formatted(run.loader.times[frame], digits: 3))"
        let given = frame < run.initialSteps ? " (given)" : ""
        script += row == 0 ? "set title \(Gnuplot.quoted(time + given)) offset 0,-0.5\n" : "unset title\n"
        script += FieldImage.commands(
          fields[row][column], first: (x[0], y[0]),
          step: (FieldImage.step(x) * Double(strides.x), FieldImage.step(y) * Double(strides.y)))
        script += "unset label 1\n"
      }
    }
    return script
  }
}
