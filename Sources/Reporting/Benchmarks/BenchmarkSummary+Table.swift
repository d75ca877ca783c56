public import Studies
import Foundation

extension BenchmarkSummary {
  /// What the table's columns mean.
  public static let explanation = """
    Means ± sample standard deviations over seeds. nRMSE counts all frames, the given ones (error 0) included; \
    "predicted" the predicted frames alone. Both are of the test samples after the epoch that is best on the validation \
    samples (without those, the last epoch). Improvement: how much lower the nRMSE is than the baseline's, over the seeds \
    that both have, and the 95 % confidence interval of its mean; "× baseline": the geometric mean of the predicted frames' \
    error in units of the baseline's, with its interval; p: two-sided paired t-test across them, and beside it corrected by Holm's \
    method for all tests of the table. Three seeds show large differences alone, and one in twenty tests of equal methods \
    has an uncorrected p < 0.05.
    """

  /// Percent with a sign; of what rounds to zero none.
  private static func percent(_ value: Double) -> String {
    let text = String(format: "%+.1f", value)
    return ["+0.0", "-0.0"].contains(text) ? "0.0" : text
  }

  /// Whether the point of the grid has more in it than the table's columns show.
  private var hasOtherKeys: Bool {
    let keys = point.split(separator: " ").filter { $0.contains("=") }
      .map { String($0.prefix(while: { $0 != "=" })) }
    return keys.contains { !["learning-rate", "tempbalance-scale"].contains($0) }
  }

  /// A row a method: mean ± standard deviation over seeds, the improvement and the test.
  ///
  /// - Parameters:
  ///   - summaries: The summaries.
  ///   - besidePaper: Whether the paper's numbers have columns of their own.
  /// - Returns: The table.
  public static func table(of summaries: [BenchmarkSummary], besidePaper: Bool) -> TextTable {
    let paper = besidePaper ? ["paper baseline", "paper TempBalance", "paper improvement %"] : []
    let hasPoints = summaries.contains(where: \.hasOtherKeys)
    let head =
      [
        "data set", "model", "samples", "ratio", "method", "learning rate", "scale", "seeds", "nRMSE",
        "predicted", "improvement %", "95 % interval", "× baseline", "p", "p (Holm)", "difference",
      ] + paper + (hasPoints ? ["point"] : [])
    var table = TextTable(head, words: hasPoints ? [0, 1, 4, 15, head.count - 1] : [0, 1, 4, 15])
    for summary in summaries {
      let improvement = summary.improvement.map(Self.percent)
      let interval = summary.improvementInterval.map {
        "\(Self.percent($0.lowerBound)) to \(Self.percent($0.upperBound))"
      }
      let ratio = summary.errorRatio.map { String(format: "%.2f (%.2f to %.2f)", $0.mean, $0.low, $0.high) }
      var cells: [String] = [
        summary.dataset, summary.model, "\(summary.trainSamples)", formatted(summary.ratio, digits: 3),
        summary.method, formatted(summary.learningRate, digits: 3), formatted(summary.scale, digits: 3),
        "\(summary.rows.count)" + (summary.diverged > 0 ? " (\(summary.diverged) diverged)" : "")
          + (summary.undefined > 0 ? " (\(summary.undefined) undefined)" : ""),
        summary.nRMSE.text, summary.nRMSEPredicted.text, improvement ?? "–", interval ?? "–", ratio ?? "–",
        formatted(summary.test?.p, digits: 2), formatted(summary.adjustedP, digits: 2),
        summary.verdict == .baseline ? "" : summary.verdict.rawValue,
      ]
      if besidePaper {
        cells += [
          formatted(summary.paper?.baseline, digits: 3), formatted(summary.paper?.tempbalance, digits: 3),
          summary.paper.map { String(format: "%+.1f", $0.improvement) } ?? "–",
        ]
      }
      if hasPoints { cells.append(summary.point) }
      table.append(cells)
    }
    return table
  }
}

extension SampleSummary {
  /// `mean ± standard deviation`.
  var text: String {
    guard count > 0 else { return "–" }
    return formatted(mean, digits: 4) + (standardDeviation.map { " ± \(formatted($0, digits: 2))" } ?? "")
  }
}
