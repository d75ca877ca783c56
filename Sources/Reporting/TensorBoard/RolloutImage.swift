import TensorCore

/// A rollout as a picture: the truth, the prediction and the error, variable by variable.
///
/// Each variable has a row of three in one dimension, with time downwards; in more dimensions it has three rows, of frames from
/// the first to the last predicted one, and in three dimensions the middle plane of the last axis is shown. The colors of truth
/// and prediction cover the truth; those of the error end at half of that range, so that pictures of one sample can be
/// compared.
struct RolloutImage {
  private static let gap = 4
  private static let leastSide = 96
  private static let shownFrames = 5

  /// Draws a rollout.
  ///
  /// - Parameters:
  ///   - truth: The sample, `[time, variable, x(, y(, z))]`.
  ///   - prediction: The prediction of it, of the same shape.
  ///   - initialSteps: The number of given frames.
  /// - Returns: The picture.
  static func draw(truth: Tensor, prediction: Tensor, initialSteps: Int) -> ColorImage {
    let fields = Fields(truth: truth, prediction: prediction)
    let rows = (0..<truth.shape[1]).flatMap { variable -> [[Panel]] in
      if truth.rank == 3 {
        return [Kind.allCases.map { fields.panel($0, variable, times: nil) }]
      }
      let times = shown(initialSteps..<truth.shape[0])
      return Kind.allCases.map { kind in times.map { fields.panel(kind, variable, times: $0) } }
    }
    return compose(rows)
  }

  /// Some of the frames, first and last among them.
  private static func shown(_ frames: Range<Int>) -> [Int] {
    guard frames.count > shownFrames else { return Array(frames) }
    return (0..<shownFrames).map { frames.lowerBound + $0 * (frames.count - 1) / (shownFrames - 1) }
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
            image[row * height + y, column * width + x] = panel.color(y / scale, x / scale)
          }
        }
      }
    }
    return image
  }

  private enum Kind: CaseIterable { case truth, prediction, error }

  /// A part of the picture.
  private struct Panel {
    let rows, columns: Int
    let color: (_ row: Int, _ column: Int) -> ColorImage.Color
  }

  private struct Fields {
    let truth, prediction: [Float]
    /// Frames, variables, and the points along the axes.
    let shape: [Int]
    /// The least value of each variable, and the distance to the largest.
    private let ranges: [(low: Float, width: Float)]

    init(truth: Tensor, prediction: Tensor) {
      (self.truth, self.prediction, shape) = (truth.elements, prediction.elements, truth.shape)
      let points = truth.shape[2...].reduce(1, *)
      let (frames, variables, values) = (truth.shape[0], truth.shape[1], self.truth)
      ranges = (0..<variables).map { variable in
        var (low, high) = (Float.infinity, -Float.infinity)
        for frame in 0..<frames {
          let first = (frame * variables + variable) * points
          for value in values[first..<(first + points)] { (low, high) = (min(low, value), max(high, value)) }
        }
        return high > low ? (low, high - low) : (low - 0.5, 1)
      }
    }

    /// One frame, or all of them under each other where there is one axis.
    func panel(_ kind: Kind, _ variable: Int, times time: Int?) -> Panel {
      let axes = Array(shape[2...])
      let points = axes.reduce(1, *)
      let range = ranges[variable]
      func color(_ index: Int) -> ColorImage.Color {
        switch kind {
        case .truth: ColorMap.viridis((truth[index] - range.low) / range.width)
        case .prediction: ColorMap.viridis((prediction[index] - range.low) / range.width)
        case .error: ColorMap.diverging((prediction[index] - truth[index]) / range.width + 0.5)
        }
      }
      guard let time else {
        return Panel(rows: shape[0], columns: points) { color(($0 * shape[1] + variable) * points + $1) }
      }
      let first = (time * shape[1] + variable) * points
      let (stride, plane) = axes.count > 2 ? (axes[2], axes[2] / 2) : (1, 0)
      // x to the right, y upwards.
      return Panel(rows: axes[1], columns: axes[0]) { row, column in
        color(first + (column * axes[1] + axes[1] - 1 - row) * stride + plane)
      }
    }
  }
}
