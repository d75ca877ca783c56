import SystemFiles

extension BenchmarkResults {
  /// The runs that are done as CSV with a head line.
  ///
  /// - Parameter allRuns: Also those at points of the grid that were not chosen.
  /// - Returns: The lines, without the end of the last one.
  public func csv(allRuns: Bool) -> String {
    let head = [
      "model", "dataset", "ratio", "train_samples", "method", "seed", "learning_rate", "scale", "epochs",
      "nRMSE", "nRMSE_predicted", "seconds", "point",
    ]
    let lines = rows.filter { $0.status == .finished && (allRuns || $0.chosen) }.map { row in
      [
        row.model, row.dataset, plain(row.ratio), "\(row.trainSamples)", row.method, "\(row.seed)",
        plain(row.learningRate), row.scale.map(plain) ?? "", "\(row.epochs)", row.nRMSE.map(plain) ?? "",
        row.nRMSEPredicted.map(plain) ?? "", plain((row.seconds * 1000).rounded() / 1000), row.point,
      ].map(Self.quoted)
    }
    return ([head] + lines).map { $0.joined(separator: ",") }.joined(separator: "\n")
  }

  /// A cell that may hold commas, quotes and ends of lines, or what a spreadsheet would take for a formula: that gets an
  /// apostrophe in front, by which spreadsheets know a text. Numbers stay numbers.
  package static func quoted(_ cell: String) -> String {
    let isFormula = cell.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
    let text = isFormula && Double(cell) == nil ? "'" + cell : cell
    guard text != cell || text.unicodeScalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) })
    else {
      return cell
    }
    return "\"" + text.replacingScalars { $0 == "\"" ? "\"\"" : nil } + "\""
  }
}
