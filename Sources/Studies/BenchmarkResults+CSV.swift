extension BenchmarkResults {
  /// The runs that are done as CSV with a head line.
  ///
  /// - Parameter allRuns: Also those at points of the grid that were not chosen.
  /// - Returns: The lines, without the end of the last one.
  public func csv(allRuns: Bool) -> String {
    let head = [
      "model", "dataset", "ratio", "train_samples", "method", "seed", "learning_rate", "scale", "epochs",
      "nRMSE", "nRMSE_predicted", "seconds",
    ]
    let lines = rows.filter { $0.status == .finished && (allRuns || $0.chosen) }.map { row in
      [
        row.model, row.dataset, plain(row.ratio), "\(row.trainSamples)", row.method, "\(row.seed)",
        plain(row.learningRate), row.scale.map(plain) ?? "", "\(row.epochs)", row.nRMSE.map(plain) ?? "",
        row.nRMSEPredicted.map(plain) ?? "", plain((row.seconds * 1000).rounded() / 1000),
      ].map(Self.quoted)
    }
    return ([head] + lines).map { $0.joined(separator: ",") }.joined(separator: "\n")
  }

  /// A cell that may hold commas and quotes.
  private static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { ",\"\n".contains($0) }) else { return cell }
    return "\"" + cell.replacing("\"", with: "\"\"") + "\""
  }
}
