/// Diagrams side by side and below each other, with one legend above them all.
struct PanelGrid {
  /// The diagrams' commands, row by row; nil leaves a place empty.
  private(set) var panels: [String?] = []
  var legend = Legend()
  /// Diagrams that a page has room for beside each other.
  let columns: Int
  /// The height of a panel with its labels.
  let height: Double

  private static let most = 3

  /// A grid whose columns are as many as fit a page.
  init(columns: Int = 1, height: Double = 340) {
    self.columns = min(max(columns, 1), Self.most)
    self.height = height
  }

  /// Draws it.
  ///
  /// - Parameter path: `.svg` or `.png`.
  /// - Throws: ``PlotError``.
  func draw(to path: String) throws(PlotError) {
    let width = columns == 1 ? 620.0 : 430 * Double(columns)
    let rows = (panels.count + columns - 1) / columns
    let top = 4 + legend.height(width) + (legend.entries.isEmpty ? 0 : 6)
    let total = top + Double(rows) * height
    let cell = width / Double(columns)
    var script = "set multiplot\n" + legend.script(top: 4, width: width, height: total)
    for (place, panel) in panels.enumerated() {
      guard let panel else { continue }
      let (row, column) = (Double(place / columns), Double(place % columns))
      let bottom = total - top - (row + 1) * height
      script += """
        reset
        set border 3
        set tics nomirror
        set grid linetype 1 linecolor rgb '#e0e0e0'
        unset key
        set lmargin at screen \((column * cell + 104) / width)
        set rmargin at screen \(((column + 1) * cell - 20) / width)
        set bmargin at screen \((bottom + 68) / total)
        set tmargin at screen \((bottom + height - 34) / total)
        \(panel)

        """
    }
    try Gnuplot(path: path, width: Int(width), height: Int(total)).draw(script + "unset multiplot\n")
  }

  /// Adds commands of one's own; nil leaves a place empty.
  mutating func add(_ commands: String?) { panels.append(commands) }

  /// Adds a diagram, whose curves' titles go to the legend: curves of one title look alike.
  mutating func add(_ diagram: Diagram) {
    for curve in diagram.curves where !curve.points.isEmpty {
      guard let title = curve.title else { continue }
      legend.add(.init(title: title, style: "with \(curve.form) \(curve.style)"))
    }
    panels.append(diagram.script(panels.count))
  }
}
