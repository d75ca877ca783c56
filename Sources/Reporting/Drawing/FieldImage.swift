import Foundation

/// A field's values as a colored image, in gnuplot's commands.
enum FieldImage {
  static let palette = "set palette defined (\(stops(.viridis, from: 0)))"
  static let divergingPalette = "set palette defined (\(stops(.diverging, from: 0)))"
  /// Both in one, the first from 0 to 1 and the second from 1 to 2: a GIF has one palette.
  static let bothPalettes = "set palette defined (\(stops(.viridis, from: 0)), \(stops(.diverging, from: 1)))"

  private static func stops(_ map: ColorMap, from start: Double) -> String {
    map.stops.map { "\(start + $0.place) '\($0.color)'" }.joined(separator: ", ")
  }

  /// A finer picture shows no more on a screen.
  private static let mostPoints = 400

  /// Every how many points are shown.
  static func stride(_ count: Int, most: Int = mostPoints) -> Int { (count + most - 1) / most }

  /// The distance of coordinates.
  static func step(_ values: [Double]) -> Double {
    values.count > 1 ? (values[values.count - 1] - values[0]) / Double(values.count - 1) : 1
  }

  /// The lowest and the highest of values that are finite; a constant field gets a range too.
  static func range(_ values: some Sequence<Float>) -> (low: Float, high: Float) {
    var (low, high) = (Float.infinity, -Float.infinity)
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    guard low <= high else { return (0, 1) }
    let margin = high > low ? 0 : max(abs(high), 1) * 1e-3
    return (low - margin, high + margin)
  }

  /// A range around zero.
  static func symmetricRange(_ values: some Sequence<Float>) -> (low: Float, high: Float) {
    let (low, high) = range(values)
    let bound = max(abs(low), abs(high))
    return (-bound, bound)
  }

  /// The height of a plane whose width is given, within bounds that can be read.
  static func height(ofPlane coordinates: [[Double]], width: Double) -> Double {
    let lengths = coordinates.prefix(2).map { step($0) * Double($0.count) }
    guard lengths[0] > 0, lengths[1] > 0 else { return width }
    return min(max(width * lengths[1] / lengths[0], 60), 400)
  }

  /// The distance of an axis's numbers, 1, 2 or 5 times a power of ten, such that there are about so many.
  static func tics(_ span: Double, about count: Double) -> Double {
    guard span > 0, span.isFinite else { return 1 }
    let power = pow(10, log10(span / count).rounded(.down))
    let multiple = [1, 2, 5, 10].first { span / ($0 * power) <= count } ?? 10
    return multiple * power
  }

  /// The commands that draw rows of values, the first row at the bottom; what is not finite is left out.
  static func commands(_ rows: [[Float]], first: (Double, Double), step: (Double, Double)) -> String {
    let (width, height) = (Double(rows[0].count), Double(rows.count))
    let x = (first.0 - step.0 / 2, first.0 + (width - 0.5) * step.0)
    let y = (first.1 - step.1 / 2, first.1 + (height - 0.5) * step.1)
    // gnuplot draws no image of nothing but undefined values.
    guard rows.contains(where: { $0.contains(where: \.isFinite) }) else {
      return "set xrange [\(x.0):\(x.1)]\nset yrange [\(y.0):\(y.1)]\nplot NaN notitle\n"
    }
    let text = rows.map { $0.map { $0.isFinite ? "\($0)" : "NaN" }.joined(separator: " ") }
      .joined(separator: "\n")
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
