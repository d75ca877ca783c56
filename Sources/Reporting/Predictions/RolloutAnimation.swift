/// A film of a predicted sample: in 1D the curves of all variables, as they are and as predicted; in 2D, and for the middle slice
/// in 3D, a row a variable with truth, prediction and error. Axes and colors stay the same from image to image.
struct RolloutAnimation {
  private let sample: PredictedSample

  /// At most this many images, evenly spread over the frames.
  private static let mostImages = 100
  /// At most this many points along an axis of a plane.
  private static let mostPoints = 128
  /// At most this many values in a script.
  private static let mostValues = 5_000_000

  /// A film of a prediction.
  init(_ sample: PredictedSample) { self.sample = sample }

  func draw(to path: String) throws {
    let canvas = isLine ? lineCanvas : planeCanvas
    let frames = frames
    // Neither too fast for few frames nor too long for many.
    let rate = min(max(Double(frames.count) / 8, 3), 12)
    let plot = try Gnuplot(animation: path, width: canvas.width, height: canvas.height, rate: rate)
    let draw = isLine ? lines(canvas) : planes(canvas)
    let images = frames.map { frame in
      let given = frame < sample.initialSteps ? " (given)" : ""
      let time = "t = \(formatted(sample.times[frame], digits: 3))\(given)"
      let title = "sample \(sample.sample)\(sample.slice), \(time)"
      return "set multiplot\n\(canvas.title(title))\(draw(frame))unset multiplot\n"
    }
    try plot.draw(ImagePanel.preamble + images.joined())
  }

  private var isLine: Bool { sample.coordinates.count == 1 }

  private var strides: (x: Int, y: Int) {
    let counts = sample.coordinates.map { FieldImage.stride($0.count, most: isLine ? 400 : Self.mostPoints) }
    return (counts[0], isLine ? 1 : counts[1])
  }

  private var frames: [Int] {
    let points = sample.coordinates.prefix(2).map { min($0.count, Self.mostPoints) }.reduce(1, *)
    let most = max(min(Self.mostImages, Self.mostValues / max(3 * points * sample.variables.count, 1)), 2)
    let count = min(sample.frames, most)
    return (0..<count).map { count == 1 ? 0 : $0 * (sample.frames - 1) / (count - 1) }
  }

  // MARK: Lines

  private var columns: Int { min(sample.variables.count, 3) }

  private var lineCanvas: Canvas {
    Canvas(
      panels: columns, rows: (sample.variables.count + columns - 1) / columns, panel: (280, 220), left: 84,
      right: 20, top: 90, bottom: 60, spacing: (84, 80))
  }

  /// What draws a frame.
  private func lines(_ canvas: Canvas) -> (Int) -> String {
    let (sample, columns, strides) = (sample, columns, strides)
    let x = sample.coordinates[0]
    let places = stride(from: 0, to: x.count, by: strides.x).map { x[$0] }
    let ranges = sample.variables.indices.map { variable in
      let (low, high) = FieldImage.range(
        (0..<sample.frames).flatMap { sample.line(.truth, frame: $0, variable: variable, stride: strides.x) })
      // A prediction may leave the range by a little.
      return (low - 0.15 * (high - low), high + 0.15 * (high - low))
    }
    return { frame in
      var script = ""
      for (place, variable) in sample.variables.enumerated() {
        var diagram = Diagram()
        for (kind, style) in [
          (PredictedSample.Kind.truth, "linewidth 4 linecolor rgb '#b0b0b0'"),
          (.prediction, "linewidth 2 linecolor rgb '\(Diagram.colors(1)[0])'"),
        ] {
          let values = sample.line(kind, frame: frame, variable: place, stride: strides.x)
          diagram.curves.append(
            .init(points: zip(places, values).map { ($0, Double($1)) }, title: kind.rawValue, style: style))
        }
        diagram.settings = """
          \(canvas.margins(column: place % columns, row: place / columns))\
          set title \(Gnuplot.quoted(Gnuplot.shortened(variable))) noenhanced
          set xlabel 'x' offset 0,0.5
          set xtics \(FieldImage.tics((places.last ?? 1) - (places.first ?? 0), about: 5))
          set xrange [\(places.first ?? 0):\(places.last ?? 1)]
          set yrange [\(ranges[place].0):\(ranges[place].1)]
          \(place == 0 ? "set key at screen 0.98, screen 0.99 right top horizontal samplen 2" : "unset key")
          """
        script += diagram.script(place) + "unset label 1\n"
      }
      return script
    }
  }

  // MARK: Planes

  private var planeCanvas: Canvas {
    Canvas(
      panels: 3, rows: sample.variables.count,
      panel: (190, FieldImage.height(ofPlane: sample.coordinates, width: 190)), keepsShape: true, left: 90,
      right: Canvas.colorBoxRoom, top: 70, bottom: 60, spacing: (105, 24))
  }

  private func planes(_ canvas: Canvas) -> (Int) -> String {
    let (sample, strides) = (sample, strides)
    let (x, y) = (sample.coordinates[0], sample.coordinates[1])
    let kinds = PredictedSample.Kind.allCases
    let shown = frames
    let ranges = sample.variables.indices.map { variable in
      func fields(_ kind: PredictedSample.Kind) -> [[[Float]]] {
        shown.map { sample.plane(kind, frame: $0, variable: variable, strides: strides) }
      }
      return kinds.map { RolloutPicture.range($0, fields) }
    }
    return { frame in
      var script = "\(FieldImage.bothPalettes)\nset cbrange [0:2]\nunset colorbox\n"
      for (row, variable) in sample.variables.enumerated() {
        for (column, kind) in kinds.enumerated() {
          script += ImagePanel(
            values: sample.plane(kind, frame: frame, variable: row, strides: strides), first: (x[0], y[0]),
            step: (FieldImage.step(x) * Double(strides.x), FieldImage.step(y) * Double(strides.y)),
            range: ranges[row][column], colors: kind == .error ? .diverging : .even,
            title: row == 0 ? kind.rawValue : nil,
            sideLabels: column == 0 ? [Gnuplot.shortened(variable, to: 20), "y"] : [],
            bottomLabel: row == sample.variables.count - 1 ? "x" : nil, hasColorBox: kind != .truth
          ).sharedPaletteScript(on: canvas, column: column, row: row)
        }
      }
      return script
    }
  }
}
