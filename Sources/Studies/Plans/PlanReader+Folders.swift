import SystemFiles
import Yams

extension PlanReader {
  /// The bytes that file systems take for a name.
  private static let longestName = 255

  /// Whether each run of a cell can have a folder of its own; if not, why goes to the mistakes.
  ///
  /// Other cells have other names: those of data, models, ratios and methods differ as parts of a folder's name.
  ///
  /// - Parameters:
  ///   - rows: The runs, a row for each point of the grid.
  ///   - points: The points.
  ///   - place: The place of the cell.
  /// - Returns: Whether nothing is wrong.
  mutating func canHaveFolders(_ rows: [[PlannedRun]], at points: [[String: Node]], _ place: Place) -> Bool {
    var known: [String: [String: Node]] = [:]
    for (row, point) in zip(rows, points) {
      guard let first = row.first?.name else { continue }
      if let other = known.updateValue(point, forKey: first) {
        let key = point.keys.sorted().first { point[$0]?.pointText != other[$0]?.pointText }
        mistakes.add(
          key.flatMap { point[$0] } ?? place.method.node,
          "two values of the grid's \(key ?? "options") would name the same folder, \(first); change one of them."
        )
        return false
      }
      if let name = row.map(\.name).first(where: { $0.utf8.count > Self.longestName }) {
        mistakes.add(
          place.method.node,
          "the folder of a run would be named '\(String(name.prefix(60)))…', \(name.utf8.count) bytes of at most "
            + "\(Self.longestName); shorten the names of the data, the model or the method, or the values of the grid."
        )
        return false
      }
    }
    return true
  }
}
