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

  init(
    panels: Int, rows: Int, panel: (Double, Double), left: Double, right: Double, top: Double, bottom: Double,
    spacing: (Double, Double)
  ) {
    (self.panels, self.rows, self.panel, self.spacing) = (panels, rows, panel, spacing)
    (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
  }

  private var size: (width: Double, height: Double) {
    (
      // The title needs some room.
      max(left + Double(panels) * panel.width + Double(panels - 1) * spacing.x + right, 560),
      top + Double(rows) * panel.height + Double(rows - 1) * spacing.y + bottom
    )
  }

  var width: Int { Int(size.width) }
  var height: Int { Int(size.height) }

  private func corner(_ column: Int, _ row: Int) -> (x: Double, y: Double) {
    (
      left + Double(column) * (panel.width + spacing.x),
      bottom + Double(rows - 1 - row) * (panel.height + spacing.y)
    )
  }

  func margins(column: Int, row: Int) -> String {
    let corner = corner(column, row)
    return """
      set lmargin at screen \(corner.x / size.width)
      set rmargin at screen \((corner.x + panel.width) / size.width)
      set bmargin at screen \(corner.y / size.height)
      set tmargin at screen \((corner.y + panel.height) / size.height)

      """
  }

  func colorBox(column: Int, row: Int) -> String {
    let corner = corner(column, row)
    return """
      set colorbox user origin screen \((corner.x + panel.width + 10) / size.width), screen \(corner.y / size.height) \
      size screen \(12 / size.width), screen \(panel.height / size.height)

      """
  }
}
