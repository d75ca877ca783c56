import Foundation

/// The seeds of one data set, model, number of training samples and method together, beside the baseline.
public struct BenchmarkSummary: Sendable {
  /// What the seeds tell about a method.
  public enum Verdict: String, Sendable, Encodable {
    /// It is what others are compared with.
    case baseline
    /// No seed is done in both.
    case missing = "no pairs"
    /// Fewer than three pairs of seeds: no conclusion is possible.
    case tooFew = "too few seeds"
    /// The difference may well be the seeds' (p ≥ 0.05).
    case noise = "within noise"
    /// The error is lower (p < 0.05).
    case lower
    /// The error is higher (p < 0.05).
    case higher
  }

  /// The chosen runs that are done, in the order of their seeds.
  public let rows: [ResultRow]
  /// Runs at the chosen point that diverged.
  public let diverged: Int
  /// Runs at the chosen point that are done and have no nRMSE, because it is undefined for their test samples.
  public let undefined: Int
  /// The data set's name.
  public var dataset: String { first.dataset }
  /// The model's name.
  public var model: String { first.model }
  /// The method's name.
  public var method: String { first.method }
  /// The part of the training samples that is kept.
  public var ratio: Double { first.ratio }
  /// The number of training samples.
  public var trainSamples: Int { first.trainSamples }
  /// The chosen point of the grid, as `key=value` with spaces between; empty without a grid.
  public var point: String { first.point }
  /// The learning rate at the chosen point.
  public var learningRate: Double { first.learningRate }
  /// TempBalance's scale at the chosen point.
  public var scale: Double? { first.scale }
  /// nRMSE over all frames.
  public let nRMSE: SampleSummary
  /// nRMSE over the predicted frames.
  public let nRMSEPredicted: SampleSummary
  /// Standard deviation of α; nil where no run has it.
  public let alphaStd: SampleSummary?
  /// How much lower the mean nRMSE is than the baseline's, in percent of it.
  public let improvement: Double?
  /// The 95 % confidence interval of the improvement, in percent of the baseline's mean; nil for fewer than three pairs.
  public let improvementInterval: ClosedRange<Double>?
  /// The test across the seeds that both have; nil for fewer than two.
  public let test: PairedTTest?
  /// What the seeds tell.
  public let verdict: Verdict
  /// The geometric mean over the seeds of the error over predicted frames in units of the baseline's, with its 95 % confidence
  /// interval, from a t-test of the logarithms; nil for fewer than three pairs.
  public let errorRatio: ErrorRatio?
  /// The p of ``test``, corrected by Holm's method for all tests of the results; nil without a test.
  public private(set) var adjustedP: Double?

  /// An error in units of another.
  public struct ErrorRatio: Sendable, Equatable, Encodable {
    /// The geometric mean.
    public let mean: Double
    /// The lower end of the 95 % confidence interval.
    public let low: Double
    /// The upper end.
    public let high: Double

    /// The ratio of pairs of errors; nil for fewer than three, for errors of 0, and for a ratio beyond all numbers.
    init?(_ pairs: [(first: Double, second: Double)]) {
      guard pairs.count > 2, pairs.allSatisfy({ $0.first > 0 && $0.second > 0 }) else { return nil }
      let logarithms = pairs.map { (first: log($0.first), second: log($0.second)) }
      guard let test = PairedTTest(logarithms) else { return nil }
      let interval = test.confidenceInterval
      mean = exp(test.meanDifference)
      low = exp(interval.lowerBound)
      high = exp(interval.upperBound)
      guard high.isFinite else { return nil }
    }
  }

  private let first: ResultRow

  private init?(_ rows: [ResultRow], beside baseline: [ResultRow]) {
    guard let first = rows.first else { return nil }
    self.first = first
    func done(_ rows: [ResultRow]) -> [ResultRow] {
      rows.filter { $0.status == .finished && $0.nRMSE != nil }
    }
    let (own, others) = (done(rows), done(baseline))
    self.rows = own
    diverged = rows.count { $0.status == .diverged }
    undefined = rows.count { $0.status == .finished && $0.nRMSE == nil }
    nRMSE = SampleSummary(own.compactMap(\.nRMSE))
    nRMSEPredicted = SampleSummary(own.compactMap(\.nRMSEPredicted))
    let alphas = own.compactMap(\.alphaStd)
    alphaStd = alphas.isEmpty ? nil : SampleSummary(alphas)
    guard first.method != first.baseline else {
      (improvement, improvementInterval, test, verdict) = (nil, nil, nil, .baseline)
      errorRatio = nil
      return
    }
    errorRatio = ErrorRatio(
      own.compactMap { row in
        guard let other = others.first(where: { $0.seed == row.seed })?.nRMSEPredicted,
          let value = row.nRMSEPredicted
        else { return nil }
        return (other, value)
      })
    let pairs = own.compactMap { row -> (first: Double, second: Double)? in
      guard let other = others.first(where: { $0.seed == row.seed })?.nRMSE, let value = row.nRMSE else {
        return nil
      }
      return (other, value)
    }
    let test = PairedTTest(pairs)
    self.test = test
    guard !pairs.isEmpty else {
      (improvement, improvementInterval, verdict) = (nil, nil, .missing)
      return
    }
    // Of the same seeds on both sides, or a seed that one side lacks would count as a difference of the methods.
    let base = SampleSummary(pairs.map(\.first)).mean
    // Of an error of 0 there is no part, nor of one beyond all numbers.
    let part = 100 * (base - SampleSummary(pairs.map(\.second)).mean) / base
    let improvement = base > 0 && part.isFinite ? part : nil
    self.improvement = improvement
    improvementInterval =
      if improvement != nil, let interval = test?.confidenceInterval, pairs.count > 2 {
        (-100 * interval.upperBound / base)...(-100 * interval.lowerBound / base)
      } else {
        nil
      }
    verdict =
      if let test, test.pairs > 2 {
        test.p >= 0.05 ? .noise : test.meanDifference < 0 ? .lower : .higher
      } else {
        .tooFew
      }
  }

  /// Summarizes results: data sets and models in order, fewest training samples first, the baseline before others.
  ///
  /// - Parameter results: The results; of each cell the runs at the chosen point count.
  /// - Returns: A summary for each data set, model, number of training samples and method with a chosen point.
  public static func all(of results: BenchmarkResults) -> [BenchmarkSummary] {
    let groups = results.rows.filter(\.chosen)
      .pieces { $0.samples == $1.samples && $0.method == $1.method }
    let summaries = groups.compactMap { rows in
      let baseline = groups.first { $0[0].samples == rows[0].samples && $0[0].method == rows[0].baseline }
      return BenchmarkSummary(rows, beside: baseline ?? [])
    }
    return adjusted(summaries)
  }

  /// Holm's correction: the k-th smallest of m p-values times m − k + 1, at least as large as those before it.
  ///
  /// Source: Holm, *A Simple Sequentially Rejective Multiple Test Procedure*, Scand. J. Statist. 6 (1979).
  private static func adjusted(_ summaries: [BenchmarkSummary]) -> [BenchmarkSummary] {
    var result = summaries
    let order = summaries.indices.filter { summaries[$0].test != nil }
      .sorted { (summaries[$0].test?.p ?? 1, $0) < (summaries[$1].test?.p ?? 1, $1) }
    var least = 0.0
    for (place, index) in order.enumerated() {
      least = max(least, min(Double(order.count - place) * (summaries[index].test?.p ?? 1), 1))
      result[index].adjustedP = least
    }
    return result
  }
}

extension BenchmarkSummary: Encodable {
  private enum CodingKeys: String, CodingKey {
    case dataset, model, ratio, method, point, seeds, scale, nRMSE, verdict, diverged, undefined
    case trainSamples = "train_samples"
    case learningRate = "learning_rate"
    case nRMSEStd = "nRMSE_std"
    case nRMSEPredicted = "nRMSE_predicted"
    case nRMSEPredictedStd = "nRMSE_predicted_std"
    case alphaStd = "alpha_std"
    case improvement = "improvement_percent"
    case improvementInterval = "improvement_interval_95_percent"
    case test = "paired_t_test"
    case adjustedP = "p_holm"
    case errorRatio = "predicted_error_ratio"
    case paper
  }

  /// Encodes the numbers of the table.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(dataset, forKey: .dataset)
    try values.encode(model, forKey: .model)
    try values.encode(ratio, forKey: .ratio)
    try values.encode(trainSamples, forKey: .trainSamples)
    try values.encode(method, forKey: .method)
    try values.encode(point, forKey: .point)
    try values.encode(rows.map(\.seed), forKey: .seeds)
    try values.encode(diverged, forKey: .diverged)
    try values.encode(undefined, forKey: .undefined)
    try values.encode(learningRate, forKey: .learningRate)
    try values.encodeIfPresent(scale, forKey: .scale)
    if nRMSE.count > 0 {
      try values.encode(nRMSE.mean.ifFinite, forKey: .nRMSE)
      try values.encodeIfPresent(nRMSE.standardDeviation?.ifFinite, forKey: .nRMSEStd)
    }
    if nRMSEPredicted.count > 0 {
      try values.encode(nRMSEPredicted.mean.ifFinite, forKey: .nRMSEPredicted)
      try values.encodeIfPresent(nRMSEPredicted.standardDeviation?.ifFinite, forKey: .nRMSEPredictedStd)
    }
    try values.encodeIfPresent(alphaStd?.mean, forKey: .alphaStd)
    try values.encodeIfPresent(improvement, forKey: .improvement)
    try values.encodeIfPresent(improvementInterval, forKey: .improvementInterval)
    try values.encodeIfPresent(test, forKey: .test)
    try values.encodeIfPresent(adjustedP, forKey: .adjustedP)
    try values.encodeIfPresent(errorRatio, forKey: .errorRatio)
    try values.encode(verdict, forKey: .verdict)
    try values.encodeIfPresent(paper, forKey: .paper)
  }
}
