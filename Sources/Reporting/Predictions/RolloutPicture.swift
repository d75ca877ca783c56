/// A picture of a predicted sample: as it is, as predicted, and the error, over time, for every variable.
///
/// In 1D a row a variable, space to the right and time upwards. In 2D, and for the middle slice in 3D, three rows a variable, a
/// column for each of some times. Truth and prediction of a variable share their colors; those of its error are around zero.
struct RolloutPicture {
  private let sample: PredictedSample

  /// A picture of a prediction.
  init(_ sample: PredictedSample) { self.sample = sample }

  func draw(to path: String) throws {
    let canvas = isLine ? lineCanvas : planeCanvas
    let title = canvas.title(
      "sample \(sample.sample)\(sample.slice), predicted from the first \(sample.initialSteps) frames")
    let panels = isLine ? lines(canvas) : planes(canvas)
    try Gnuplot(path: path, width: canvas.width, height: canvas.height)
      .draw("\(ImagePanel.preamble)set multiplot\n\(title)\(panels)unset multiplot\n")
  }

  private var isLine: Bool { sample.coordinates.count == 1 }

  /// The colors of a kind: of both fields those of the truth, or of a forecast without one its own.
  static func range(
    _ kind: PredictedSample.Kind, _ fields: (PredictedSample.Kind) -> [[[Float]]]
  ) -> (low: Float, high: Float) {
    guard kind != .error else { return FieldImage.symmetricRange(fields(.error).joined().joined()) }
    return FieldImage.range(fields(.truth).joined().joined())
  }

  // MARK: Lines

  private var lineCanvas: Canvas {
    Canvas(
      panels: 3, rows: sample.variables.count, panel: (220, 180), left: 84, right: Canvas.colorBoxRoom,
      top: 70, bottom: 60,
      spacing: (105, 36))
  }

  private func lines(_ canvas: Canvas) -> String {
    let (x, times) = (sample.coordinates[0], sample.times)
    let strides = (x: FieldImage.stride(x.count), time: FieldImage.stride(times.count))
    var script = ""
    for (row, variable) in sample.variables.enumerated() {
      func field(_ kind: PredictedSample.Kind) -> [[[Float]]] {
        [
          stride(from: 0, to: times.count, by: strides.time).map {
            sample.line(kind, frame: $0, variable: row, stride: strides.x)
          }
        ]
      }
      for (column, kind) in PredictedSample.Kind.allCases.enumerated() {
        script += ImagePanel(
          values: field(kind)[0], first: (x[0], times[0]),
          step: (FieldImage.step(x) * Double(strides.x), FieldImage.step(times) * Double(strides.time)),
          range: Self.range(kind, field), colors: kind == .error ? .diverging : .even,
          title: row == 0 ? kind.rawValue : nil,
          sideLabels: column == 0 ? [Gnuplot.shortened(variable, to: 20), "t"] : [],
          bottomLabel: row == sample.variables.count - 1 ? "x" : nil
        ).script(on: canvas, column: column, row: row)
      }
    }
    return script
  }

  // MARK: Planes

  /// The last given frame, and predicted ones.
  private var frames: [Int] {
    let first = max(sample.initialSteps - 1, 0)
    return FieldPlot.spread(sample.frames - first).map { first + $0 }
  }

  private var planeCanvas: Canvas {
    Canvas(
      panels: frames.count, rows: 3 * sample.variables.count,
      panel: (170, FieldImage.height(ofPlane: sample.coordinates, width: 170)), keepsShape: true, left: 90,
      right: Canvas.colorBoxRoom, top: 70, bottom: 60, spacing: (26, 20), group: (rows: 3, gap: 26))
  }

  private func planes(_ canvas: Canvas) -> String {
    let (x, y) = (sample.coordinates[0], sample.coordinates[1])
    let strides = (x: FieldImage.stride(x.count), y: FieldImage.stride(y.count))
    let (frames, kinds) = (frames, PredictedSample.Kind.allCases)
    var script = ""
    for (place, variable) in sample.variables.enumerated() {
      func fields(_ kind: PredictedSample.Kind) -> [[[Float]]] {
        frames.map { sample.plane(kind, frame: $0, variable: place, strides: strides) }
      }
      for (line, kind) in kinds.enumerated() {
        let row = kinds.count * place + line
        let range = Self.range(kind, fields)
        for (column, values) in fields(kind).enumerated() {
          let time = "t = \(formatted(sample.times[frames[column]], digits: 3))"
          let given = frames[column] < sample.initialSteps ? " (given)" : ""
          script += ImagePanel(
            values: values, first: (x[0], y[0]),
            step: (FieldImage.step(x) * Double(strides.x), FieldImage.step(y) * Double(strides.y)),
            range: range, colors: kind == .error ? .diverging : .even, title: row == 0 ? time + given : nil,
            sideLabels: column == 0 ? ["\(Gnuplot.shortened(variable, to: 14)), \(kind.rawValue)", "y"] : [],
            bottomLabel: row == kinds.count * sample.variables.count - 1 ? "x" : nil,
            hasColorBox: column == frames.count - 1
          ).script(on: canvas, column: column, row: row)
        }
      }
    }
    return script
  }
}
