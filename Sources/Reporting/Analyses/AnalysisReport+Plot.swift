import SystemFiles
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
      let file = index == 0 ? path : FilePath.inserting("-\(index + 1)", beforeEndingOf: path)
      let plot = try Gnuplot(path: file, width: page.width, height: page.height)
      try plot.draw(script(page, number: index + 1, of: pages.count))
      files.append(file)
    }
    return files
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

  private func script(_ page: Page, number: Int, of pages: Int) -> String {
    let (width, height) = (Double(page.width), Double(page.height))
    let place = pages > 1 ? " (\(number) of \(pages))" : ""
    var script = """
      set multiplot
      set label 1 \(Gnuplot.quoted(Gnuplot.shortened(checkpoint, to: 70) + place)) at screen 0.5, screen \(1 - 20 / height) center noenhanced \
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
        \(layer.spectrumPanel(number: index))
        unset label

        """
    }
    return script + "unset multiplot"
  }

  /// α of each layer; those that TempBalance leaves alone as open circles, which do not count in the mean.
  private var depthPanel: String {
    let least = Self.schedule.minimumEigenvalues
    let points = layers.enumerated().compactMap { index, layer in
      layer.alpha.map { (place: index + 1, alpha: $0, isFilled: layer.spectrum.keptCount >= least) }
    }
    let filled = points.filter(\.isFilled)
    let leavesAlone = filled.count < points.count
    func block(isFilled: Bool) -> String {
      points.filter { $0.isFilled == isFilled }.map { "\($0.place) \($0.alpha)\n" }.joined()
    }
    var script = "$full << EOD\n\(block(isFilled: true))EOD\n$open << EOD\n\(block(isFilled: false))EOD\n"
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
      let labels = layers.enumerated().map { "\(Gnuplot.quoted(Gnuplot.shortened($1.name))) \($0 + 1)" }
      script +=
        "set xtics (\(labels.joined(separator: ", "))) rotate by 35 right noenhanced\nset lmargin 16\n"
    } else {
      script += "set xtics autofreq norotate\nset xlabel 'layer'\n"
    }
    var curves = [
      "$full using 1:2 with linespoints linewidth 1.5 pointtype 7 pointsize 1 linecolor rgb '\(Gnuplot.blue)' title 'α'"
    ]
    if leavesAlone {
      curves.append(
        "$open using 1:2 with points pointtype 6 pointsize 1.2 linewidth 1.5 linecolor rgb '\(Gnuplot.orange)' "
          + "title 'fewer than \(least) eigenvalues'")
    }
    let alphas = points.map(\.alpha)
    let counted = filled.isEmpty ? alphas : filled.map(\.alpha)
    if let imbalance = Imbalance(ofAlphas: counted), let lowest = alphas.min(), let highest = alphas.max() {
      let (mean, deviation) = (imbalance.alphaMean, imbalance.alphaStd)
      // A layer far above the others would flatten them; the band then ends where the axis does.
      let isWide = highest > 10 * lowest
      if isWide { script += "set logscale y\nset offsets 0, 0, 0, 0\nset yrange [1:\(1.5 * highest)]\n" }
      script += """
        set object 1 rectangle from graph 0, \
        \(isWide && mean - deviation < 1 ? "graph 0" : "first \(mean - deviation)") to graph 1, first \(mean + deviation) \
        behind fillcolor rgb '\(Gnuplot.green)' fillstyle solid 0.12 noborder

        """
      curves.append(
        "\(mean) with lines dashtype 2 linewidth 1.5 linecolor rgb '\(Gnuplot.green)' "
          + "title '\(counted.count < points.count ? "filled: " : "")mean \(formatted(mean, digits: 3)) "
          + "± \(formatted(deviation, digits: 2))'")
    } else {
      script += "set label 3 'no layer has an α' at graph 0.5, graph 0.5 center\n"
      curves = ["NaN notitle"]
      script += "set yrange [1:2]\n"
    }
    return script + """
      plot \(curves.joined(separator: ", "))
      unset object
      unset logscale
      unset key
      unset grid
      unset xlabel
      set offsets 0, 0, 0, 0
      set xtics autofreq norotate enhanced
      set lmargin -1
      """
  }
}
