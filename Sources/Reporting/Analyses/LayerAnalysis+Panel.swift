import Foundation
import TempBalance

extension LayerAnalysis {
  /// gnuplot's commands for the density of the eigenvalues, with its power law.
  ///
  /// - Parameter number: Another one for each panel of a picture.
  /// - Returns: The commands; they leave no label, but a logarithmic scale.
  func spectrumPanel(number: Int) -> String {
    let histogram = SpectrumHistogram(spectrum.kept)
    let alpha = fit.map { "α = \(String(format: "%.2f", $0.alpha))" } ?? "no power law"
    let title = "set title \(Gnuplot.quoted("\(Gnuplot.shortened(name))   \(alpha)")) noenhanced"
    guard let first = histogram.bins.first, let last = histogram.bins.last else {
      let reason =
        largestEigenvalue > 0 ? "no eigenvalue is above the threshold" : "all eigenvalues are 0"
      return """
        \(title)
        unset logscale
        set format '%g'
        unset ylabel
        set xrange [0:1]
        set yrange [0:1]
        set label 3 '\(reason)' at graph 0.5, graph 0.5 center
        plot NaN notitle
        """
    }
    let line = fit?.line(to: largestEigenvalue, of: spectrum.keptCount) ?? []
    let densities = histogram.bins.map(\.density) + line.map(\.density)
    let (floor, ceiling) = Self.decades(densities.min() ?? 1, densities.max() ?? 1)
    let axis = Self.horizontalAxis(from: first.lower, to: last.upper)
    var script = "$bins\(number) << EOD\n"
    for bin in histogram.bins {
      script += "\(bin.lower) \(bin.density) \(bin.lower) \(bin.upper) \(floor) \(bin.density)\n"
    }
    script += "EOD\n$line\(number) << EOD\n"
    for point in line { script += "\(point.eigenvalue) \(point.density)\n" }
    script += "EOD\n"
    var curves = [
      "$bins\(number) using 1:2:3:4:5:6 with boxxyerror fillstyle solid 0.7 border rgb '#FFFFFF' "
        + "linecolor rgb '\(Gnuplot.blue)' notitle"
    ]
    if let fit {
      script +=
        "set arrow 1 from \(fit.lowerBound), graph 0 to \(fit.lowerBound), graph 1 nohead dashtype 3 linewidth 1.5\n"
      curves.append(
        "$line\(number) using 1:2 with lines linewidth 3 linecolor rgb '\(Gnuplot.orange)' notitle")
    }
    return """
      \(script)\(title)
      set logscale xy
      set format y '10^{%L}'
      set xlabel 'λ' offset 0, 0.5
      set ylabel 'density' offset 1, 0
      \(axis)
      set ytics \(Self.step(floor, ceiling))
      set yrange [\(floor):\(ceiling)]
      plot \(curves.joined(separator: ", "))
      unset arrow
      """
  }

  /// The range and tics for λ: whole powers of ten, or, where the eigenvalues lie within one, their own range.
  private static func horizontalAxis(from lower: Double, to upper: Double) -> String {
    guard upper < 10 * lower else {
      let (left, right) = Self.decades(lower, upper)
      return
        "set format x '10^{%L}'\nset xtics \(Self.step(left, right)) norotate\nset xrange [\(left):\(right)]"
    }
    let margin = pow(upper / lower, 0.15)
    let tics = [lower, (lower * upper).squareRoot(), upper].map {
      "\(Gnuplot.quoted(formatted($0, digits: 3))) \($0)"
    }
    return """
      set xtics (\(tics.joined(separator: ", "))) norotate
      set xrange [\(lower / margin):\(upper * margin)]
      """
  }

  /// The powers of ten around two numbers.
  private static func decades(_ lower: Double, _ upper: Double) -> (Double, Double) {
    let (from, to) = (Foundation.floor(log10(lower)), ceil(log10(upper)))
    return (pow(10, from), pow(10, to > from ? to : from + 1))
  }

  /// The factor between tics such that there are at most six.
  private static func step(_ lower: Double, _ upper: Double) -> Double {
    pow(10, max(1, ceil((log10(upper) - log10(lower)) / 5)))
  }
}
