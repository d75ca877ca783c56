import Foundation

/// A table of aligned columns, the first to the left, the others to the right.
public struct TextTable: Sendable {
  private var rows: [[String]]

  /// A table with a head line and no rows.
  public init(_ head: [String]) {
    rows = [head]
  }

  /// Adds a row with a cell for every column.
  public mutating func append(_ cells: [String]) {
    precondition(cells.count == rows[0].count, "a row of \(cells.count) cells in a table of \(rows[0].count)")
    rows.append(cells)
  }
}

extension TextTable: CustomStringConvertible {
  /// The lines of the table.
  public var description: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }
      return cells.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

/// A number with so many significant digits, in the shorter of the usual notations; a dash for none.
public func formatted(_ number: Double?, digits: Int = 4) -> String {
  guard let number else { return "–" }
  guard number.isFinite else { return "\(number)" }
  return String(format: "%.\(digits)g", number)
}
