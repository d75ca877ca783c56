/// A rollout as a picture of points: the truth, the prediction and the error, variable by variable.
///
/// Each variable has a row of three in one dimension, with time downwards; in more dimensions it has three rows, of frames from
/// the first to the last predicted one. The colors of truth and prediction cover the truth; those of the error end at half of that
/// range, so that pictures of one sample can be compared. It takes milliseconds, and no other program.
struct RolloutImage {
  private static let gap = 4
  private static let leastSide = 96

  /// Values with their colors, the highest row first.
  private struct Panel {
    let values: [[Float]]
    let color: (Float) -> ColorImage.Color

    var rows: Int { values.count }
    var columns: Int { values[0].count }
  }

  /// Draws a rollout.
  ///
  /// - Parameter sample: The sample and the prediction of it.
  /// - Returns: The picture.
  static func draw(_ sample: PredictedSample) -> ColorImage {
    let kinds = PredictedSample.Kind.allCases
    return compose(
      sample.variables.indices.flatMap { variable -> [[Panel]] in
        let fields = kinds.map { Self.fields(of: sample, $0, variable) }
        let range = FieldImage.range(fields[0].joined().joined())
        let panels = zip(kinds, fields).map { kind, fields in fields.map { panel($0, kind, range) } }
        return sample.coordinates.count == 1 ? [panels.flatMap { $0 }] : panels
      })
  }

  /// One field over time, or some frames.
  private static func fields(
    of sample: PredictedSample, _ kind: PredictedSample.Kind, _ variable: Int
  ) -> [[[Float]]] {
    guard sample.coordinates.count > 1 else {
      return [(0..<sample.frames).map { sample.line(kind, frame: $0, variable: variable) }]
    }
    let strides = (
      x: FieldImage.stride(sample.coordinates[0].count), y: FieldImage.stride(sample.coordinates[1].count)
    )
    return FieldPlot.spread(sample.frames - sample.initialSteps).map { place in
      sample.plane(kind, frame: sample.initialSteps + place, variable: variable, strides: strides).reversed()
    }
  }

  private static func panel(
    _ values: [[Float]], _ kind: PredictedSample.Kind, _ range: (low: Float, high: Float)
  ) -> Panel {
    let width = range.high - range.low
    return switch kind {
    case .truth, .prediction: Panel(values: values) { ColorMap.viridis(($0 - range.low) / width) }
    case .error: Panel(values: values) { ColorMap.diverging($0 / width + 0.5) }
    }
  }

  private static func compose(_ rows: [[Panel]]) -> ColorImage {
    let panel = rows[0][0]
    let scale = max(1, (leastSide + min(panel.rows, panel.columns) - 1) / min(panel.rows, panel.columns))
    let (height, width) = (panel.rows * scale + gap, panel.columns * scale + gap)
    var image = ColorImage(width: rows[0].count * width - gap, height: rows.count * height - gap)
    for (row, panels) in rows.enumerated() {
      for (column, panel) in panels.enumerated() {
        for y in 0..<(panel.rows * scale) {
          for x in 0..<(panel.columns * scale) {
            image[row * height + y, column * width + x] = panel.color(panel.values[y / scale][x / scale])
          }
        }
      }
    }
    return image
  }
}
