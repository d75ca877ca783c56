import Foundation

/// Student's test of whether pairs of numbers differ in the mean.
///
/// ```
/// t = d̄ / (s / √n)    d̄ and s: mean and sample standard deviation of the n differences
/// p = I_x(ν/2, ½)     x = ν / (ν + t²), ν = n − 1, I the regularized incomplete beta function
/// d̄ ± t₀.₉₇₅(ν)·s/√n  the 95 % confidence interval
/// ```
///
/// p is two-sided: the chance of a t at least as far from 0 if the differences were normal with mean 0. The interval holds
/// 0 where p is above 0.05.
///
/// Source: Student, *The probable error of a mean*, Biometrika 6 (1908); for p Abramowitz and Stegun, *Handbook of
/// Mathematical Functions*, 26.7.1 and 26.5.8.
public struct PairedTTest: Sendable, Equatable {
  /// The number of pairs.
  public let pairs: Int
  /// The mean of the differences, second minus first.
  public let meanDifference: Double
  /// t; infinite where the differences are equal and not 0.
  public let statistic: Double
  /// p, two-sided.
  public let p: Double
  /// The 95 % confidence interval of the mean of the differences.
  public let confidenceInterval: ClosedRange<Double>

  /// Tests pairs; nil for fewer than two, which have no spread, and for numbers so large that mean or spread is beyond all numbers.
  ///
  /// - Parameter pairs: The pairs.
  public init?(_ pairs: [(first: Double, second: Double)]) {
    guard pairs.count > 1 else { return nil }
    let summary = SampleSummary(pairs.map { $0.second - $0.first })
    guard summary.mean.isFinite, (summary.standardDeviation ?? 0).isFinite else { return nil }
    self.pairs = pairs.count
    meanDifference = summary.mean
    let standardError = (summary.standardDeviation ?? 0) / Double(pairs.count).squareRoot()
    let degreesOfFreedom = Double(pairs.count - 1)
    let reach = standardError * Self.criticalValue(p: 0.05, degreesOfFreedom: degreesOfFreedom)
    confidenceInterval = (summary.mean - reach)...(summary.mean + reach)
    if standardError > 0 {
      statistic = summary.mean / standardError
      p = Self.twoSidedP(statistic, degreesOfFreedom: degreesOfFreedom)
    } else {
      // Equal differences: none at all, or ones that no chance explains.
      statistic = summary.mean == 0 ? 0 : summary.mean > 0 ? .infinity : -.infinity
      p = summary.mean == 0 ? 1 : 0
    }
  }

  /// The chance of a t at least as far from 0.
  ///
  /// - Parameters:
  ///   - statistic: t.
  ///   - degreesOfFreedom: ν, above 0.
  /// - Returns: p.
  static func twoSidedP(_ statistic: Double, degreesOfFreedom: Double) -> Double {
    regularizedBeta(
      degreesOfFreedom / (degreesOfFreedom + statistic * statistic), degreesOfFreedom / 2, 0.5)
  }

  /// The t whose two-sided chance is p, by bisection.
  private static func criticalValue(p: Double, degreesOfFreedom: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while twoSidedP(high, degreesOfFreedom: degreesOfFreedom) > p { high *= 2 }
    // Each round is a bit of the result.
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if twoSidedP(middle, degreesOfFreedom: degreesOfFreedom) > p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// I_x(a, b) by its continued fraction, on the side where that converges fast.
  private static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    let scale = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    return x < (a + 1) / (a + b + 2)
      ? scale * betaFraction(x, a, b) / a : 1 - scale * betaFraction(1 - x, b, a) / b
  }

  /// The continued fraction of the incomplete beta function, evaluated from the front (modified Lentz).
  private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    func away(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
    var numerator = 1.0
    var denominator = 1 / away(1 - (a + b) * x / (a + 1))
    var result = denominator
    for step in 1...1000 {
      let m = Double(step)
      for term in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        denominator = 1 / away(1 + term * denominator)
        numerator = away(1 + term / numerator)
        result *= denominator * numerator
      }
      if abs(denominator * numerator - 1) < 1e-15 { break }
    }
    return result
  }
}

extension PairedTTest: Encodable {
  private enum CodingKeys: String, CodingKey {
    case pairs, p
    case meanDifference = "mean_difference"
    case statistic = "t"
    case confidenceInterval = "confidence_interval_95"
  }

  /// Encodes the numbers; `t` is null where it is infinite.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(pairs, forKey: .pairs)
    try values.encode(meanDifference, forKey: .meanDifference)
    try values.encode(statistic.ifFinite, forKey: .statistic)
    try values.encode(p, forKey: .p)
    try values.encode(confidenceInterval, forKey: .confidenceInterval)
  }
}

/// Mean and spread of numbers.
public struct SampleSummary: Sendable, Equatable {
  /// How many there are.
  public let count: Int
  /// The mean; NaN of none.
  public let mean: Double
  /// The sample standard deviation, over n − 1; nil for fewer than two.
  public let standardDeviation: Double?

  /// Summarizes numbers.
  ///
  /// - Parameter values: The numbers.
  public init(_ values: [Double]) {
    count = values.count
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    standardDeviation =
      values.count > 1
      ? (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot() : nil
  }
}
