import Glibc
import HDF5
import TensorCore

extension FileSummary: CustomStringConvertible {
  /// The summary as a few lines of aligned text.
  public var description: String {
    let space = spatialShape.extents
    var lines = [
      path,
      "  kind         \(spatialShape.count)D \(kind)",
      "  shape        \(samples) samples × \(frames) frames × \(space) points",
    ]
    for coordinate in coordinates {
      let spacing =
        (coordinate.isUniform ? "evenly spaced" : "unevenly spaced")
        + (coordinate.isPeriodic.map { $0 ? ", periodic" : ", not periodic" } ?? "")
      lines.append(
        "  \(coordinate.axis)            \(Self.rounded(coordinate.first)) to \(Self.rounded(coordinate.last)), \(coordinate.count) entries, \(spacing)"
      )
    }
    let parameters = attributes.keys.sorted().map { "\($0) = \(Self.text(attributes[$0]))" }
    if !parameters.isEmpty { lines.append("  parameters   \(parameters.joined(separator: ", "))") }
    for (index, storage) in Set(variables.compactMap(\.storage?.words)).sorted().enumerated() {
      lines.append("  \(index == 0 ? "storage" : "       ")      \(storage)")
    }
    lines.append("")
    lines += table
    for variable in variables {
      guard let place = variable.firstNotFinite else { continue }
      lines.append(
        "  '\(variable.name)' is first not finite at \(DataFileError.place(place)) (counted from 0).")
    }
    lines += interpretation.map { "  \($0)" }
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
        return [variable.name + (variable.isInput ? " (input)" : "")]
          + numbers.map { $0.map(Self.rounded) ?? "–" } + ["\(variable.notFinite)"]
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

  /// A number to five significant digits.
  private static func rounded(_ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 32)
    let length = withVaList([value]) { vsnprintf(&buffer, buffer.count, "%.5g", $0) }
    return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension DataSetStorage {
  /// The storage in a few words.
  var words: String {
    var words = [type, layout]
    if let chunk { words.append("in chunks of \(chunk.extents)") }
    if !filters.isEmpty { words.append("filtered by \(filters.joined(separator: ", "))") }
    return words.joined(separator: ", ")
  }
}
