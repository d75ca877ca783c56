extension FileSummary: CustomStringConvertible {
  /// The summary for people, a few lines of aligned text.
  public var description: String {
    let space = spatialShape.map(String.init).joined(separator: "×")
    var lines = [
      path,
      "  kind         \(spatialShape.count)D \(kind.rawValue)",
      "  shape        \(samples) samples × \(frames) frames × \(space) points",
    ]
    for coordinate in coordinates {
      let spacing = coordinate.isUniform ? "evenly spaced" : "unevenly spaced"
      lines.append(
        "  \(coordinate.axis)            \(Self.rounded(coordinate.first)) to \(Self.rounded(coordinate.last)), \(coordinate.count) entries, \(spacing)")
    }
    let parameters = attributes.keys.sorted().map { "\($0) = \(Self.text(attributes[$0]))" }
    if !parameters.isEmpty { lines.append("  parameters   \(parameters.joined(separator: ", "))") }
    for (index, storage) in Set(variables.map(\.storage.words)).sorted().enumerated() {
      lines.append("  \(index == 0 ? "storage" : "       ")      \(storage)")
    }
    lines.append("")
    lines += table
    for variable in variables where variable.notFinite > 0 {
      let place = variable.firstNotFinite.map { "\($0)" } ?? ""
      lines.append(
        "  '\(variable.name)' holds \(variable.notFinite) values that are not finite, the first at \(place) (sample, frame, cell; counted from 0).")
    }
    lines += notes.map { "  Note: \($0)" }
    return lines.joined(separator: "\n")
  }

  /// The values of each variable, in columns.
  private var table: [String] {
    let rows =
      [["variable", "minimum", "maximum", "mean", "deviation", "not finite"]]
      + variables.map { variable in
        let numbers = [
          variable.minimum.map(Double.init), variable.maximum.map(Double.init), variable.mean,
          variable.standardDeviation,
        ]
        return [variable.name] + numbers.map { $0.map(Self.rounded) ?? "–" } + ["\(variable.notFinite)"]
      }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }
      return "  " + cells.joined(separator: "  ")
    }
  }

  private static func text(_ value: AttributeValue?) -> String {
    switch value {
    case .number(let number): rounded(number)
    case .numbers(let numbers): "[\(numbers.map(rounded).joined(separator: ", "))]"
    case .text(let text): text
    case .texts(let texts): "[\(texts.joined(separator: ", "))]"
    case nil: ""
    }
  }

  /// Five significant digits: the shortest text of a 32-bit float is at most nine, so rounding is by decimal places.
  static func rounded(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return "\(value)" }
    var magnitude = abs(value)
    var scale = 1.0
    while magnitude >= 1e5 { (magnitude, scale) = (magnitude / 10, scale / 10) }
    while magnitude < 1e4 { (magnitude, scale) = (magnitude * 10, scale * 10) }
    let digits = (value * scale).rounded()
    return "\(Float(digits / scale))"
  }
}

extension DataSetStorage {
  /// The storage in a few words.
  var words: String {
    var words = [type, layout]
    if let chunk { words.append("in chunks of \(chunk.map(String.init).joined(separator: "×"))") }
    if !filters.isEmpty { words.append("filtered by \(filters.joined(separator: ", "))") }
    return words.joined(separator: ", ")
  }
}
