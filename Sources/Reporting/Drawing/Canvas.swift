/// Where the panels of a picture lie, in points.
struct Canvas {
  private let panels: Int
  private let rows: Int
  let panel: (width: Double, height: Double)
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double
  let spacing: (x: Double, y: Double)
  private let group: (rows: Int, gap: Double)

  /// The room for a box of colors beside a panel, with numbers as long as -0.0015.
  static let colorBoxRoom = 106.0
  /// The least width of a picture: its title needs some room.
  private static let least = 560.0
  private static let tallest = 440.0

  /// Places for panels of one size.
  ///
  /// - Parameters:
  ///   - panels: How many are beside each other.
  ///   - rows: How many rows there are.
  ///   - panel: A panel's size, at least: where that would leave a picture half empty, panels grow.
  ///   - keepsShape: Whether panels grow in height as in width.
  ///   - left: The room on the left of all, for labels.
  ///   - right: The room on the right of all.
  ///   - top: The room above all.
  ///   - bottom: The room below all.
  ///   - spacing: The room between panels.
  ///   - group: Rows that belong together, and the room between such groups beyond that between rows.
  init(
    panels: Int, rows: Int, panel: (Double, Double), keepsShape: Bool = false, left: Double, right: Double,
    top: Double, bottom: Double, spacing: (Double, Double), group: (rows: Int, gap: Double) = (1, 0)
  ) {
    (self.panels, self.rows, self.spacing, self.group) = (panels, rows, spacing, group)
    (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
    let natural = left + Double(panels) * panel.0 + Double(panels - 1) * spacing.0 + right
    var width = panel.0 + max(Self.least - natural, 0) / Double(panels)
    var height = panel.1
    if keepsShape, width > panel.0 {
      height = max(min(panel.1 * width / panel.0, Self.tallest), panel.1)
      width = panel.0 * height / panel.1
    }
    self.panel = (width, height)
  }

  private var size: (width: Double, height: Double) {
    (
      max(left + Double(panels) * panel.width + Double(panels - 1) * spacing.x + right, Self.least),
      top + Double(rows) * panel.height + Double(rows - 1) * spacing.y + bottom
        + Double((rows - 1) / group.rows) * group.gap
    )
  }

  var width: Int { Int(size.width) }
  var height: Int { Int(size.height) }

  private func corner(_ column: Int, _ row: Int) -> (x: Double, y: Double) {
    // Where even large panels leave room, it is shared between both sides.
    let natural = left + Double(panels) * panel.width + Double(panels - 1) * spacing.x + right
    let below = Double(rows - 1 - row)
    return (
      left + (size.width - natural) / 2 + Double(column) * (panel.width + spacing.x),
      bottom + below * (panel.height + spacing.y)
        + Double((rows - 1) / group.rows - row / group.rows) * group.gap
    )
  }

  /// The commands that put a plot in the place of a panel.
  func margins(column: Int, row: Int) -> String {
    let corner = corner(column, row)
    return margins(corner.x, corner.y, panel.width, panel.height)
  }

  private func margins(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> String {
    """
    set lmargin at screen \(x / size.width)
    set rmargin at screen \((x + width) / size.width)
    set bmargin at screen \(y / size.height)
    set tmargin at screen \((y + height) / size.height)

    """
  }

  /// The commands that put the box of colors beside a panel.
  func colorBox(column: Int, row: Int) -> String {
    let corner = corner(column, row)
    return """
      set colorbox user origin screen \((corner.x + panel.width + 10) / size.width), screen \(corner.y / size.height) \
      size screen \(12 / size.width), screen \(panel.height / size.height)

      """
  }

  /// The commands that put a plot where the box of colors would be.
  func colorBoxMargins(column: Int, row: Int) -> String {
    let corner = corner(column, row)
    return margins(corner.x + panel.width + 10, corner.y, 12, panel.height)
  }

  /// The command of a title over all panels.
  func title(_ text: String) -> String {
    "set label 1 \(Gnuplot.quoted(text)) at screen 0.5, screen \(1 - 16 / size.height) center noenhanced\n"
  }
}
