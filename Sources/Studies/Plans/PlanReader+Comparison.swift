import SystemFiles
import Training

extension PlanReader {
  /// Checks that a cell, at each point of its grid, is tested on the same as the first cell that stands in one table with it; if not,
  /// why goes to the mistakes.
  ///
  /// - Parameters:
  ///   - next: The cell.
  ///   - first: The first cell on the same training samples, which may be this one.
  mutating func requireSameTest(_ next: Planned, as first: Planned) {
    guard let expected = first.cell.runs.first?.first?.configuration else { return }
    for run in next.cell.runs.compactMap(\.first) {
      let options = run.configuration.testDifferences(from: expected)
      if options.isEmpty { continue }
      let (own, other) = (next.place.method.name, first.place.method.name)
      let who = own == other ? "the points of the grid of '\(own)'" : "'\(own)' and '\(other)'"
      mistakes.add(
        next.place.method.node,
        "\(who) would be compared, but are tested with another \(options.joined(separator: ", ")); give all methods the same, "
          + "as in 'training' or for the data set.")
      return
    }
  }
}
