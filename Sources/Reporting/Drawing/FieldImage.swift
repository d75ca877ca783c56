/// A field's values as a colored image, in gnuplot's commands.
enum FieldImage {
  /// From dark to light, even to the eye (viridis).
  static let palette = """
    set palette defined (0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', 4 '#26828e', 5 '#1f9e89', 6 '#35b779', \
    7 '#6ece58', 8 '#b5de2b', 9 '#fde725')
    """

  /// Blue below zero, red above it.
  static let divergingPalette =
    "set palette defined (0 '#2166ac', 1 '#92c5de', 2 '#f7f7f7', 3 '#f4a582', 4 '#b2182b')"

  /// A finer picture shows no more on a screen.
  private static let mostPoints = 400

  /// Every how many points are shown.
  static func stride(_ count: Int) -> Int { (count + mostPoints - 1) / mostPoints }

  /// The distance of coordinates.
  static func step(_ values: [Double]) -> Double {
    values.count > 1 ? (values[values.count - 1] - values[0]) / Double(values.count - 1) : 1
  }

  /// A constant field gets a range too.
  static func colorRange(_ low: Float, _ high: Float) -> String {
    let margin = high > low ? 0 : max(abs(high), 1) * 1e-3
    return "set cbrange [\(low - margin):\(high + margin)]\n"
  }

  /// The commands that draw rows of values, the first row at the bottom.
  static func commands(_ rows: [[Float]], first: (Double, Double), step: (Double, Double)) -> String {
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
