/// The one legend of a picture: entries from left to right, in as many lines as they need.
struct Legend {
  /// A line or a mark, and what it stands for.
  struct Entry: Equatable {
    let title: String
    /// gnuplot's words for how it is drawn: `with lines …`, `with points …`.
    let style: String
  }

  private(set) var entries: [Entry] = []

  /// The height of a line of entries.
  private static let line = 24.0
  private static let sample = 28.0
  /// A letter's width, on the safe side.
  private static let letter = 8.0

  init(_ entries: [Entry] = []) { for entry in entries { add(entry) } }

  /// Adds an entry that is not there yet.
  mutating func add(_ entry: Entry) {
    if !entries.contains(entry) { entries.append(entry) }
  }

  private static func width(_ entry: Entry) -> Double {
    sample + 10 + letter * Double(min(entry.title.count, 60)) + 18
  }

  /// The entries of each line.
  private func lines(_ width: Double) -> [[Entry]] {
    var lines: [[Entry]] = []
    var used = 0.0
    for entry in entries {
      let own = Self.width(entry)
      if lines.isEmpty || used + own > width {
        lines.append([])
        used = 0
      }
      lines[lines.count - 1].append(entry)
      used += own
    }
    return lines
  }

  /// The height that it takes.
  func height(_ width: Double) -> Double {
    let lines = lines(width).count
    return lines == 0 ? 0 : Double(lines) * Self.line + 8
  }

  /// The commands that draw it at the top of a picture, as a plot of its own whose axes are points.
  ///
  /// - Parameters:
  ///   - top: The room above it.
  ///   - width: The picture's width.
  ///   - height: The picture's height.
  /// - Returns: The commands; none without entries.
  func script(top: Double, width: Double, height: Double) -> String {
    guard !entries.isEmpty else { return "" }
    let own = self.height(width)
    var script = """
      reset
      unset border
      unset tics
      unset key
      set lmargin at screen 0
      set rmargin at screen 1
      set tmargin at screen \(1 - top / height)
      set bmargin at screen \(1 - (top + own) / height)
      set xrange [0:\(width)]
      set yrange [0:\(own)]

      """
    var plots: [String] = []
    for (row, entries) in lines(width).enumerated() {
      let y = own - 4 - (Double(row) + 0.5) * Self.line
      var x = max((width - entries.reduce(0) { $0 + Self.width($1) }) / 2, 4)
      for entry in entries {
        let number = plots.count
        let ends =
          entry.style.hasPrefix("with points")
          ? "\(x + Self.sample / 2) \(y)" : "\(x) \(y)\n\(x + Self.sample) \(y)"
        script += "$legend\(number) << EOD\n\(ends)\nEOD\n"
        script +=
          "set label \(number + 1) \(Gnuplot.quoted(Gnuplot.shortened(entry.title, to: 60))) at first "
          + "\(x + Self.sample + 8), \(y) left noenhanced\n"
        plots.append("$legend\(number) using 1:2 \(entry.style) notitle")
        x += Self.width(entry)
      }
    }
    return script + "plot \(plots.joined(separator: ", "))\nunset label\n"
  }
}
