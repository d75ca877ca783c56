/// One image among the panels of a picture: its values, labels and colors.
struct ImagePanel {
  /// What colors stand for.
  enum Colors {
    /// A quantity, from dark to light.
    case even
    /// A difference, blue below zero and red above.
    case diverging
  }

  /// Rows of values, the first at the bottom.
  let values: [[Float]]
  /// The coordinates of the first value.
  let first: (Double, Double)
  /// The distances of values.
  let step: (Double, Double)
  /// The values of the first and the last color.
  let range: (low: Float, high: Float)
  var colors = Colors.even
  /// What is above the panel.
  var title: String?
  /// The lines left of the panel; without any there are no numbers at the axis either.
  var sideLabels: [String] = []
  /// The name below the axis; without it there are no numbers either.
  var bottomLabel: String?
  /// Whether the colors are explained beside the panel.
  var hasColorBox = true

  /// What comes before the first panel of a picture.
  static let preamble = """
    unset key
    set format cb '%.4g'
    set tics out nomirror scale 0.5
    set border linewidth 0.5

    """

  /// The commands that draw the panel in its place.
  func script(on canvas: Canvas, column: Int, row: Int) -> String {
    """
    \(canvas.margins(column: column, row: row))\(labels(canvas))
    \(colors == .even ? FieldImage.palette : FieldImage.divergingPalette)
    set cbrange [\(range.low):\(range.high)]
    \(hasColorBox ? canvas.colorBox(column: column, row: row) : "unset colorbox\n")\
    \(FieldImage.commands(values, first: first, step: step))unset label 1

    """
  }

  /// The commands for a picture that has one palette for all panels (`FieldImage.bothPalettes`, from 0 to 2).
  func sharedPaletteScript(on canvas: Canvas, column: Int, row: Int) -> String {
    let offset: Float = colors == .even ? 0 : 1
    let span = range.high - range.low
    // Not quite to the ends, where the other palette begins.
    func place(_ share: Float) -> Float { offset + min(max(share, 0.001), 0.999) }
    let scaled = values.map { $0.map { $0.isFinite ? place(($0 - range.low) / span) : .nan } }
    var script = "\(canvas.margins(column: column, row: row))\(labels(canvas))\n"
    script += FieldImage.commands(scaled, first: first, step: step) + "unset label 1\n"
    guard hasColorBox else { return script }
    let count = 40
    let strip = (0..<count).map { row in
      let value = place((Float(row) + 0.5) / Float(count))
      return [value, value]
    }
    let height = Double(span) / Double(count)
    script += """
      \(canvas.colorBoxMargins(column: column, row: row))unset title
      unset xlabel
      unset ylabel
      unset xtics
      unset ytics
      set format y2 '%.4g'
      set y2tics out nomirror scale 0.5
      set y2range [\(range.low):\(range.high)]
      \(FieldImage.commands(strip, first: (0.25, Double(range.low) + height / 2), step: (0.5, height)))\
      unset y2tics

      """
    return script
  }

  private func labels(_ canvas: Canvas) -> String {
    let spans = (Double(values[0].count) * step.0, Double(values.count) * step.1)
    let tics = (
      FieldImage.tics(abs(spans.0), about: canvas.panel.width / 34),
      FieldImage.tics(abs(spans.1), about: max(canvas.panel.height / 28, 2))
    )
    let side = sideLabels.map(Gnuplot.quoted).joined(separator: ".\"\\n\".")
    return [
      "set xtics \(tics.0) out nomirror scale 0.5\nset ytics \(tics.1) out nomirror scale 0.5",
      title.map { "set title \(Gnuplot.quoted($0)) offset 0,-0.5 noenhanced" } ?? "unset title",
      side.isEmpty
        ? "unset ylabel\nset format y ''" : "set ylabel \(side) noenhanced offset 1,0\nset format y '%g'",
      bottomLabel.map { "set xlabel \(Gnuplot.quoted($0)) offset 0,0.5\nset format x '%g'" }
        ?? "unset xlabel\nset format x ''",
    ].joined(separator: "\n")
  }
}
