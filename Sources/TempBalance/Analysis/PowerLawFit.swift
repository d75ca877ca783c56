import Glibc

/// Where the power law is taken to begin: how the smallest eigenvalue of the tail is chosen.
public enum FitMethod: String, Sendable, Codable, CaseIterable {
  /// At a fixed place in the order, by default the median (the paper's choice; the fastest, and the steadiest from
  /// epoch to epoch).
  case median
  /// Where the tail agrees best with its power law.
  case goodnessOfFit = "goodness-of-fit"
  /// Where the tail agrees best, among the eigenvalues near the peak of the density ("fix-finger").
  case peak
}

/// A power law fitted to the largest eigenvalues of a spectrum, `PL_Alpha_Hill`.
///
/// For eigenvalues λ₁ ≤ … ≤ λ_N and a tail that begins at λᵢ, counting from 0 in the formulas of the fits,
/// ```
/// p(λ) ∝ λ^(−α)  for λ ≥ λᵢ
/// n = N − i                                              size of the tail
/// α = 1 + n / Σ_{j ≥ i} ln(λⱼ/λᵢ)                        Hill's estimator
/// D = max_{j ≥ i} |1 − (λⱼ/λᵢ)^(1−α) − (j − i)/n|        Kolmogorov-Smirnov distance
/// ```
/// A small α is a heavy tail, and a heavy tail is the mark of a layer that has learned much.
///
/// Sources: Liu et al., *Model Balancing Helps Low-data Training and Fine-tuning*, arXiv:2410.12178, section 3;
/// Zhou et al., *Temperature Balancing, Layer-wise Weight Analysis, and Neural Network Training*, arXiv:2312.00359;
/// Hill, *A Simple General Approach to Inference About the Tail of a Distribution*, 1975.
public struct PowerLawFit: Sendable, Equatable {
  /// The exponent α, above 1.
  public let alpha: Double
  /// The Kolmogorov-Smirnov distance D between the tail and its power law, in [0, 1].
  public let distance: Double
  /// λᵢ, the smallest eigenvalue of the tail.
  public let lowerBound: Double
  /// n, the number of eigenvalues in the tail.
  public let tailCount: Int

  /// Fits a power law.
  ///
  /// There is none, and the result is `nil`, where the estimator would not be finite: for a tail of one eigenvalue, of
  /// equal eigenvalues (equal to 10⁻⁵, the accuracy of weights in single precision), or one that begins at zero.
  ///
  /// - Parameters:
  ///   - eigenvalues: The eigenvalues to fit, in ascending order, none negative.
  ///   - method: How the beginning of the tail is chosen.
  ///   - medianDivisor: For the median method, the N in which the tail begins at i = ⌊N / divisor⌋: 2 is the median;
  ///     transformers use 1.5.
  /// - Precondition: `medianDivisor` is above 1.
  public init?(_ eigenvalues: ArraySlice<Double>, method: FitMethod = .median, medianDivisor: Double = 2) {
    precondition(
      medianDivisor > 1, "the tail begins at ⌊N / divisor⌋, so the divisor is above 1: \(medianDivisor)")
    let tails = TailEstimator(eigenvalues)
    let best: TailEstimator.Candidate? =
      switch method {
      case .median: tails.candidate(at: Int(Double(tails.count) / medianDivisor))
      case .goodnessOfFit: tails.closest { _ in true }
      case .peak: tails.closest(where: tails.isNearPeak)
      }
    guard let best else { return nil }
    alpha = best.alpha
    distance = best.distance
    lowerBound = eigenvalues[eigenvalues.startIndex + best.start]
    tailCount = eigenvalues.count - best.start
  }
}

/// The power laws of all tails of a spectrum.
private struct TailEstimator {
  /// The power law of the tail that begins at one index.
  struct Candidate {
    let start: Int
    let alpha: Double
    let distance: Double
  }

  private let eigenvalues: ArraySlice<Double>
  private let logarithms: [Double]

  init(_ eigenvalues: ArraySlice<Double>) {
    self.eigenvalues = eigenvalues
    logarithms = eigenvalues.map { log($0) }
  }

  var count: Int { logarithms.count }

  /// Below this mean of ln(λⱼ/λᵢ) the eigenvalues of a tail are the same number, rounded.
  private static let smallestSpread = 1e-5

  func candidate(at start: Int) -> Candidate? {
    guard start < count else { return nil }
    return alpha(from: start).flatMap { alpha in
      distance(from: start, alpha: alpha, below: .infinity).map {
        Candidate(start: start, alpha: alpha, distance: $0)
      }
    }
  }

  /// The tail with the smallest distance, the longest of equally good ones, among those whose beginning is allowed.
  func closest(where isAllowed: (Double) -> Bool) -> Candidate? {
    var best: Candidate?
    for (start, eigenvalue) in eigenvalues.enumerated() where isAllowed(eigenvalue) {
      guard let alpha = alpha(from: start),
        let distance = distance(from: start, alpha: alpha, below: best?.distance ?? .infinity)
      else { continue }
      best = Candidate(start: start, alpha: alpha, distance: distance)
    }
    return best
  }

  private func alpha(from start: Int) -> Double? {
    let first = logarithms[start]
    guard first > -.infinity else { return nil }
    let tail = logarithms[start...]
    let spread = tail.reduce(0) { $0 + ($1 - first) } / Double(tail.count)
    return spread > Self.smallestSpread ? 1 + 1 / spread : nil
  }

  /// The distance D of a tail, or nothing as soon as it is known not to be below a limit.
  private func distance(from start: Int, alpha: Double, below limit: Double) -> Double? {
    let first = logarithms[start]
    let size = Double(count - start)
    var largest = 0.0
    for index in start..<count {
      let fitted = 1 - exp((1 - alpha) * (logarithms[index] - first))
      largest = max(largest, abs(fitted - Double(index - start) / size))
      if largest >= limit { return nil }
    }
    return largest
  }

  /// Whether the tail may begin at an eigenvalue when it is to begin near the peak of the density.
  ///
  /// The peak p is the left edge of the fullest of 100 equal bins of log₁₀ λ, the first of equally full ones. Allowed
  /// is log₁₀(0.95·p) < λ < 1.5·p: the lower bound compares a logarithm with λ itself, as WeightWatcher does, which
  /// leaves it without effect for p below 1.
  var isNearPeak: (Double) -> Bool {
    let positive = eigenvalues.drop { $0 <= 0 }.map { log10($0) }
    guard let lowest = positive.first, let highest = positive.last, highest > lowest else {
      return { _ in false }
    }
    let bins = 100
    var counts = [Int](repeating: 0, count: bins)
    let width = (highest - lowest) / Double(bins)
    for value in positive { counts[min(Int((value - lowest) / width), bins - 1)] += 1 }
    let fullest = counts.indices.max { counts[$0] < counts[$1] || (counts[$0] == counts[$1] && $0 > $1) } ?? 0
    let peak = pow(10, lowest + Double(fullest) * width)
    let bounds = (lower: log10(0.95 * peak), upper: 1.5 * peak)
    return { $0 > bounds.lower && $0 < bounds.upper }
  }
}
