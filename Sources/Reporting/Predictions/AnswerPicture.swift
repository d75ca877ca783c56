/// A picture of a problem that has one answer to what is given, such as Darcy flow: a row a sample, with what is given, the
/// solution, the prediction and the error beside each other.
///
/// Solution and prediction share their colors, sample by sample, since answers of different sizes would hide each other.
struct AnswerPicture {
  private let samples: [PredictedSample]
  private let columns: [Column]

  private struct Column {
    let title: String
    let variable: Int
    let frame: Int
    let kind: PredictedSample.Kind
    var isGiven = false
  }

  /// A picture of some samples of one data set.
  ///
  /// - Precondition: There is at least one.
  init(_ samples: [PredictedSample]) {
    self.samples = samples
    let first = samples[0]
    func name(_ variable: Int, _ frame: Int) -> String {
      let name = first.frameNames?[frame] ?? first.variables[variable]
      // Frames with names are of one variable, or each is of all.
      let isOfAll = first.frameNames != nil && first.variables.count > 1
      let prefix = isOfAll ? "\(first.variables[variable]), " : ""
      return Gnuplot.shortened(prefix + name, to: 18)
    }
    var columns: [Column] = []
    for variable in first.variables.indices {
      for frame in 0..<first.initialSteps {
        columns.append(
          Column(
            title: "\(name(variable, frame)) (given)", variable: variable, frame: frame, kind: .truth,
            isGiven: true))
      }
    }
    for variable in first.variables.indices {
      for frame in first.initialSteps..<first.frames {
        columns += PredictedSample.Kind.allCases.map { kind in
          Column(
            title: "\(name(variable, frame)), \(kind.rawValue)", variable: variable, frame: frame, kind: kind)
        }
      }
    }
    self.columns = columns
  }

  func draw(to path: String) throws {
    let isLine = samples[0].coordinates.count == 1
    let height = isLine ? 150 : FieldImage.height(ofPlane: samples[0].coordinates, width: 180)
    let canvas = Canvas(
      panels: columns.count, rows: samples.count, panel: (180, height), keepsShape: !isLine, left: 90,
      right: isLine ? 20 : Canvas.colorBoxRoom, top: 66, bottom: 60,
      spacing: (isLine ? 70 : Canvas.colorBoxRoom, 24))
    let numbers = samples.map { "\($0.sample)" }.joined(separator: ", ")
    let title = canvas.title("sample\(samples.count == 1 ? "" : "s") \(numbers)\(samples[0].slice)")
    var script = ""
    for (row, sample) in samples.enumerated() {
      for (column, what) in columns.enumerated() {
        script +=
          isLine
          ? line(sample, what, canvas, column, row) : plane(sample, what, canvas, column, row)
      }
    }
    try Gnuplot(path: path, width: canvas.width, height: canvas.height)
      .draw("\(ImagePanel.preamble)set multiplot\n\(title)\(script)unset multiplot\n")
  }

  private func plane(
    _ sample: PredictedSample, _ what: Column, _ canvas: Canvas, _ column: Int, _ row: Int
  ) -> String {
    let (x, y) = (sample.coordinates[0], sample.coordinates[1])
    let strides = (x: FieldImage.stride(x.count), y: FieldImage.stride(y.count))
    func field(_ kind: PredictedSample.Kind) -> [[Float]] {
      sample.plane(kind, frame: what.frame, variable: what.variable, strides: strides)
    }
    return ImagePanel(
      values: field(what.kind), first: (x[0], y[0]),
      step: (FieldImage.step(x) * Double(strides.x), FieldImage.step(y) * Double(strides.y)),
      range: RolloutPicture.range(what.kind) { [field($0)] },
      colors: what.kind == .error ? .diverging : .even, title: row == 0 ? what.title : nil,
      sideLabels: column == 0 ? (samples.count > 1 ? ["sample \(sample.sample)", "y"] : ["y"]) : [],
      bottomLabel: row == samples.count - 1 ? "x" : nil
    ).script(on: canvas, column: column, row: row)
  }

  private func line(
    _ sample: PredictedSample, _ what: Column, _ canvas: Canvas, _ column: Int, _ row: Int
  ) -> String {
    let x = sample.coordinates[0]
    let step = FieldImage.stride(x.count)
    let places = stride(from: 0, to: x.count, by: step).map { x[$0] }
    let values = sample.line(what.kind, frame: what.frame, variable: what.variable, stride: step)
    let (low, high) = RolloutPicture.range(what.kind) {
      [[sample.line($0, frame: what.frame, variable: what.variable, stride: step)]]
    }
    let diagram = Diagram(
      settings: """
        \(canvas.margins(column: column, row: row))\
        \(row == 0 ? "set title \(Gnuplot.quoted(what.title)) offset 0,-0.5 noenhanced" : "unset title")
        \(row == samples.count - 1 ? "set xlabel 'x' offset 0,0.5" : "unset xlabel")
        \(column == 0 ? "set ylabel \(Gnuplot.quoted("sample \(sample.sample)")) noenhanced" : "unset ylabel")
        set xtics \(FieldImage.tics((places.last ?? 1) - (places.first ?? 0), about: 4))
        set xrange [\(places.first ?? 0):\(places.last ?? 1)]
        set yrange [\(low - 0.05 * (high - low)):\(high + 0.05 * (high - low))]
        """,
      curves: [
        .init(
          points: zip(places, values).map { ($0, Double($1)) },
          style: "linewidth 2 linecolor rgb '\(Diagram.colors(6)[what.kind == .error ? 5 : 0])'")
      ])
    return diagram.script(column) + "unset label 1\n"
  }
}
