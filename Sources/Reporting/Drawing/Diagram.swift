import Foundation

/// Curves over one pair of axes, for gnuplot.
struct Diagram {
  /// One curve.
  struct Curve {
    let points: [(x: Double, y: Double)]
    /// What the legend calls it; nil for nothing.
    var title: String?
    /// gnuplot's words for the line's color, width and dashes.
    var style: String

    /// One point makes no line.
    var form: String { points.count == 1 ? "points pointtype 7" : "lines" }
  }

  /// What lies between two curves, such as the spread of several.
  struct Band {
    let points: [(x: Double, low: Double, high: Double)]
    /// A color as `#rrggbb`.
    let color: String
  }

  /// gnuplot's commands before the plot: labels, ranges, the legend's place.
  var settings = ""
  var curves: [Curve] = []
  /// Behind the curves.
  var bands: [Band] = []

  /// The commands that draw the diagram.
  ///
  /// - Parameter number: Another one for each diagram of a picture.
  /// - Returns: The commands; without any point nothing but an empty frame.
  func script(_ number: Int = 0) -> String {
    var script = "set border 3\nset tics nomirror\nset grid linetype 1 linecolor rgb '#e0e0e0'\n\(settings)\n"
    var plots: [String] = []
    for (index, band) in bands.enumerated() {
      let points = band.points.filter { Self.isDrawn($0.x) && Self.isDrawn($0.low) && Self.isDrawn($0.high) }
      guard points.count > 1 else { continue }
      let data = "$d\(number)b\(index)"
      let lines = points.map { "\($0.x) \($0.low) \($0.high)" }
      script += "\(data) << EOD\n\(lines.joined(separator: "\n"))\nEOD\n"
      plots.append(
        "\(data) using 1:2:3 with filledcurves fillcolor rgb '\(band.color)' "
          + "fillstyle transparent solid 0.2 noborder notitle")
    }
    for (index, curve) in curves.enumerated() {
      // Where a value is undefined there is no point.
      let points = curve.points.filter { Self.isDrawn($0.x) && Self.isDrawn($0.y) }
      guard !points.isEmpty else { continue }
      let data = "$d\(number)c\(index)"
      let lines = points.map { "\($0.x) \($0.y)" }
      script += "\(data) << EOD\n\(lines.joined(separator: "\n"))\nEOD\n"
      let form = Curve(points: points, style: "").form
      let title = curve.title.map { "title \(Gnuplot.quoted($0)) noenhanced" } ?? "notitle"
      plots.append("\(data) using 1:2 with \(form) \(curve.style) \(title)")
    }
    // An axis that begins at 0 cannot be logarithmic.
    guard !plots.isEmpty else { return script + "unset logscale\nplot [0:1] [0:1] NaN notitle\n" }
    return script + "plot " + plots.joined(separator: ", ") + "\n"
  }

  /// Whether a value has a place on an axis: gnuplot takes the largest numbers for undefined, and finds no range around
  /// the smallest.
  static func isDrawn(_ value: Double) -> Bool {
    value == 0 || (1e-300...1e300).contains(value.magnitude)
  }

  /// Numbers at an axis of epochs, which are whole where there are few.
  static func epochTics(to last: Double) -> String { last <= 12 ? "set xtics 1\n" : "set xtics autofreq\n" }

  /// The last place along x that has a point.
  var end: Double { curves.flatMap(\.points).map(\.x).max() ?? 1 }

  /// A logarithmic axis for values of the curves, with labels at 1, 2 and 5 times the powers of ten, or at more where
  /// that would leave fewer than three; or the usual axis where these are too few, too.
  var logarithmicAxis: String {
    let values = curves.flatMap(\.points).map(\.y).filter { $0 > 0 && Self.isDrawn($0) }
    let usual = "set yrange [*:*]\n"
    guard let lowest = values.min(), let highest = values.max() else { return usual }
    // Of one value the axis still shows how large it is.
    let margin = highest > 1.02 * lowest ? 1.2 : 2
    let range = lowest / margin...highest * margin
    let decades = Int(log10(range.lowerBound).rounded(.down))...Int(log10(range.upperBound).rounded(.up))
    let choices = [[1, 2, 5], [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8]].map { multiples in
      decades.flatMap { decade in multiples.map { $0 * pow(10, Double(decade)) } }.filter(range.contains)
    }
    guard var tics = choices.first(where: { $0.count > 2 }) else { return usual }
    // Over many decades whole powers of ten are enough.
    if tics.count > 9 {
      let step = max(1, (decades.count + 6) / 7)
      tics = decades.filter { $0.isMultiple(of: step) }.map { pow(10, Double($0)) }.filter(range.contains)
    }
    let labels = tics.map { "\(Gnuplot.quoted(formatted($0, digits: 3))) \($0)" }.joined(separator: ", ")
    return "set logscale y\nset yrange [\(range.lowerBound):\(range.upperBound)]\nset ytics (\(labels))\n"
  }

  /// Colors that everyone can distinguish: a set of distinct ones for few curves (Okabe and Ito's), a row from dark to
  /// light for many.
  ///
  /// - Parameter count: How many.
  /// - Returns: That many colors, as gnuplot takes them.
  static func colors(_ count: Int) -> [String] {
    let few = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#000000"]
    if count <= few.count { return Array(few.prefix(count)) }
    // Viridis without its lightest end, which is hard to see on white.
    let stops: [(Double, Double, Double)] = [
      (68, 1, 84), (65, 68, 135), (42, 120, 142), (34, 168, 132), (122, 209, 81), (210, 215, 30),
    ]
    return (0..<count).map { index in
      let place = Double(index) / Double(count - 1) * Double(stops.count - 1)
      let (from, to) = (stops[Int(place)], stops[min(Int(place) + 1, stops.count - 1)])
      let share = place - place.rounded(.down)
      let parts = [(from.0, to.0), (from.1, to.1), (from.2, to.2)].map { Int($0 + share * ($1 - $0)) }
      return "#" + parts.map { String($0 + 256, radix: 16).suffix(2) }.joined()
    }
  }
}
