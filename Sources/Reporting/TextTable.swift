import Foundation
import SystemFiles

/// A table of aligned columns: words to the left, numbers to the right.
public struct TextTable: Sendable {
  /// The head line and the rows.
  private(set) var rows: [[String]]
  /// The columns that hold words.
  let words: Set<Int>

  /// A table with a head line and no rows.
  ///
  /// - Parameters:
  ///   - head: The columns' names.
  ///   - words: The columns that hold words.
  public init(_ head: [String], words: Set<Int> = [0]) {
    rows = [head]
    self.words = words
  }

  /// Adds a row with a cell for every column.
  public mutating func append(_ cells: [String]) {
    precondition(cells.count == rows[0].count, "a row of \(cells.count) cells in a table of \(rows[0].count)")
    rows.append(cells.map { $0.visible(keepingLines: false) })
  }

  /// The table without those of some columns whose cells are all the same, and what they say; a table of one row keeps all.
  func withoutCommon(_ columns: Set<String>) -> (table: TextTable, common: [(name: String, value: String)]) {
    guard rows.count > 2 else { return (self, []) }
    let (common, kept) = rows[0].indices.reduce(into: ([Int](), [Int]())) { parts, column in
      let isCommon =
        columns.contains(rows[0][column]) && rows.dropFirst().allSatisfy { $0[column] == rows[1][column] }
      if isCommon { parts.0.append(column) } else { parts.1.append(column) }
    }
    guard !kept.isEmpty else { return (self, []) }
    var table = TextTable(
      kept.map { rows[0][$0] }, words: Set(kept.indices.filter { words.contains(kept[$0]) }))
    for row in rows.dropFirst() { table.append(kept.map { row[$0] }) }
    // An empty cell says nothing.
    return (
      table,
      common.map { (rows[0][$0], rows[1][$0]) }.filter { !["", "–"].contains($0.1) }
    )
  }
}

extension TextTable: CustomStringConvertible {
  /// The lines of the table.
  public var description: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return words.contains(column) ? cell + space : space + cell
      }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}

/// A number with some significant digits, in the shorter of the usual notations; a dash for nil, and a symbol for one
/// that is not finite.
public func formatted(_ number: Double?, digits: Int = 4) -> String {
  guard let number else { return "–" }
  guard !number.isNaN else { return "undefined" }
  guard number.isFinite else { return number > 0 ? "∞" : "−∞" }
  return String(format: "%.\(digits)g", number)
}
