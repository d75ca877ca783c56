import Foundation
import TempBalance

extension AnalysisReport {
  /// Draws α across the layers, and each layer's spectrum with its power law.
  ///
  /// The first picture holds α and the spectra of the first 12 layers; of a model with more layers, pictures of 20 spectra
  /// each follow, under names with `-2`, `-3`, … before the ending.
  ///
  /// - Parameter path: The first picture's file, `.svg` or `.png`.
  /// - Returns: The files that were drawn.
  /// - Throws: ``PlotError`` if they cannot be drawn.
  public func draw(to path: String) throws(PlotError) -> [String] {
    let pages = pages
    var files: [String] = []
    for (index, page) in pages.enumerated() {
      let file = index == 0 ? path : Self.name(of: path, page: index + 1)
      let plot = try Gnuplot(path: file, width: page.width, height: page.height)
      try plot.draw(script(page, number: index + 1, of: pages.count))
      files.append(file)
    }
    return files
  }

  private static func name(of path: String, page: Int) -> String {
    let name = path as NSString
    return "\(name.deletingPathExtension)-\(page).\(name.pathExtension)"
  }

  /// What is in one picture, in points.
  private struct Page {
    let layers: Range<Int>
    let showsDepth: Bool

    static let panel = (width: 330, height: 260)
    static let title = 60
    static let depth = 380

    var columns: Int { showsDepth ? min(max(layers.count, 2), 4) : 4 }
    var rows: Int { (layers.count + columns - 1) / columns }
    var width: Int { columns * Self.panel.width }
    var top: Int { Self.title + (showsDepth ? Self.depth : 0) }
    var height: Int { top + rows * Self.panel.height }
  }

  private var pages: [Page] {
    let first = min(layers.count, 12)
    return [Page(layers: 0..<first, showsDepth: true)]
      + stride(from: first, to: layers.count, by: 20).map {
        Page(layers: $0..<min($0 + 20, layers.count), showsDepth: false)
      }
  }

  // Colors that are told apart with any kind of color vision (Okabe and Ito's).
  private static let (blue, orange, green) = ("#56B4E9", "#D55E00", "#009E73")

  private func script(_ page: Page, number: Int, of pages: Int) -> String {
    let (width, height) = (Double(page.width), Double(page.height))
    let place = pages > 1 ? " (\(number) of \(pages))" : ""
    var script = """
      set multiplot
      set label 1 '\(Self.quoted(Self.short(checkpoint, to: 70)))\(place)' at screen 0.5, screen \(1 - 20 / height) center noenhanced \
      font ',16'
      set label 2 'bars: density of the eigenvalues λ of WᵀW      line: fitted power law, from the dotted λ_{min} on' \
      at screen 0.5, screen \(1 - 44 / height) center
      set border 3
      set tics nomirror

      """
    if page.showsDepth {
      script += """
        set origin 0, \(1 - Double(page.top) / height)
        set size 1, \(Double(Page.depth) / height)
        \(depthPanel)
        unset label

        """
    }
    for (index, layer) in layers[page.layers].enumerated() {
      let (row, column) = (index / page.columns, index % page.columns)
      let bottom = page.top + (row + 1) * Page.panel.height
      script += """
        set origin \(Double(column * Page.panel.width) / width), \(1 - Double(bottom) / height)
        set size \(Double(Page.panel.width) / width), \(Double(Page.panel.height) / height)
        \(Self.spectrumPanel(layer, number: index))
        unset label

        """
    }
    return script + "unset multiplot"
  }

  /// α of each layer; those that TempBalance leaves alone as open circles.
  private var depthPanel: String {
    let least = Self.schedule.minimumEigenvalues
    var script = "$full << EOD\n"
    for (index, layer) in layers.enumerated() where layer.spectrum.keptCount >= least {
      if let alpha = layer.alpha { script += "\(index + 1) \(alpha)\n" }
    }
    script += "EOD\n$open << EOD\n"
    for (index, layer) in layers.enumerated() where layer.spectrum.keptCount < least {
      if let alpha = layer.alpha { script += "\(index + 1) \(alpha)\n" }
    }
    script += "EOD\n"
    script += """
      set title 'α across the layers: low α, well trained, lower rate; high α, less trained, higher rate'
      set ylabel 'α'
      set xrange [0.5:\(Double(layers.count) + 0.5)]
      set yrange [*:*]
      set offsets 0, 0, graph 0.08, graph 0.08
      set key outside right top Left reverse samplen 2
      set grid ytics

      """
    if layers.count <= 30 {
      let labels = layers.enumerated().map { "'\(Self.quoted(Self.short($1.name)))' \($0 + 1)" }
      script +=
        "set xtics (\(labels.joined(separator: ", "))) rotate by 35 right noenhanced\nset lmargin 16\n"
    } else {
      script += "set xtics autofreq norotate\nset xlabel 'layer'\n"
    }
    var curves = [
      "$full using 1:2 with linespoints linewidth 1.5 pointtype 7 pointsize 1 linecolor rgb '\(Self.blue)' title 'α'"
    ]
    if layers.contains(where: { $0.spectrum.keptCount < least && $0.alpha != nil }) {
      curves.append(
        "$open using 1:2 with points pointtype 6 pointsize 1.2 linewidth 1.5 linecolor rgb '\(Self.orange)' "
          + "title 'fewer than \(least) eigenvalues'")
    }
    if let imbalance {
      let (mean, deviation) = (imbalance.alphaMean, imbalance.alphaStd)
      script += """
        set object 1 rectangle from graph 0, first \(mean - deviation) to graph 1, first \(mean + deviation) \
        behind fillcolor rgb '\(Self.green)' fillstyle solid 0.12 noborder

        """
      curves.append(
        "\(mean) with lines dashtype 2 linewidth 1.5 linecolor rgb '\(Self.green)' "
          + "title 'mean \(formatted(mean, digits: 3)) ± \(formatted(deviation, digits: 2))'")
    } else {
      script += "set label 3 'no layer has an α' at graph 0.5, graph 0.5 center\n"
      curves = ["NaN notitle"]
      script += "set yrange [1:2]\n"
    }
    return script + """
      plot \(curves.joined(separator: ", "))
      unset object
      unset key
      unset grid
      unset xlabel
      set offsets 0, 0, 0, 0
      set xtics autofreq norotate enhanced
      set lmargin -1
      """
  }

  /// One layer's density of eigenvalues, with its power law.
  private static func spectrumPanel(_ layer: LayerAnalysis, number: Int) -> String {
    let histogram = SpectrumHistogram(layer.spectrum.kept)
    let alpha = layer.fit.map { "α = \(String(format: "%.2f", $0.alpha))" } ?? "no power law"
    let title = "set title '\(quoted(short(layer.name)))   \(alpha)' noenhanced"
    guard let first = histogram.bins.first, let last = histogram.bins.last else {
      return """
        \(title)
        unset logscale
        set format '%g'
        unset ylabel
        set xrange [0:1]
        set yrange [0:1]
        set label 3 'all eigenvalues are 0' at graph 0.5, graph 0.5 center
        plot NaN notitle
        """
    }
    let line = layer.fit?.line(to: layer.spectralNorm, of: layer.spectrum.keptCount) ?? []
    let densities = histogram.bins.map(\.density) + line.map(\.density)
    let (floor, ceiling) = decades(densities.min() ?? 1, densities.max() ?? 1)
    let axis = horizontalAxis(from: first.lower, to: last.upper)
    var script = "$bins\(number) << EOD\n"
    for bin in histogram.bins {
      script += "\(bin.lower) \(bin.density) \(bin.lower) \(bin.upper) \(floor) \(bin.density)\n"
    }
    script += "EOD\n$line\(number) << EOD\n"
    for point in line { script += "\(point.eigenvalue) \(point.density)\n" }
    script += "EOD\n"
    var curves = [
      "$bins\(number) using 1:2:3:4:5:6 with boxxyerror fillstyle solid 0.7 border rgb '#FFFFFF' "
        + "linecolor rgb '\(blue)' notitle"
    ]
    if let fit = layer.fit {
      script +=
        "set arrow 1 from \(fit.lowerBound), graph 0 to \(fit.lowerBound), graph 1 nohead dashtype 3 linewidth 1.5\n"
      curves.append("$line\(number) using 1:2 with lines linewidth 3 linecolor rgb '\(orange)' notitle")
    }
    return """
      \(script)\(title)
      set logscale xy
      set format y '10^{%L}'
      set xlabel 'λ' offset 0, 0.5
      set ylabel 'density' offset 1, 0
      \(axis)
      set ytics \(step(floor, ceiling))
      set yrange [\(floor):\(ceiling)]
      plot \(curves.joined(separator: ", "))
      unset arrow
      """
  }

  /// The range and tics for λ: whole powers of ten, or, where the eigenvalues lie within one, their own range.
  private static func horizontalAxis(from lower: Double, to upper: Double) -> String {
    guard upper < 10 * lower else {
      let (left, right) = decades(lower, upper)
      return "set format x '10^{%L}'\nset xtics \(step(left, right)) norotate\nset xrange [\(left):\(right)]"
    }
    let margin = pow(upper / lower, 0.15)
    let tics = [lower, (lower * upper).squareRoot(), upper].map { "'\(formatted($0, digits: 3))' \($0)" }
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

  /// The end of a long name, which is where names differ.
  private static func short(_ name: String, to length: Int = 26) -> String {
    name.count > length ? "…" + name.suffix(length - 1) : name
  }

  /// A text for between gnuplot's single quotes: a name must not end them, nor the line.
  private static func quoted(_ text: String) -> String {
    String(text.map { $0.isNewline || $0.asciiValue.map { $0 < 32 } ?? false ? " " : $0 }).replacing(
      "'", with: "''")
  }
}
