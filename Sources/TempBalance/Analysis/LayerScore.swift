/// A number by which layers can be balanced; each is a property of ``LayerAnalysis``.
public enum LayerScore: String, Sendable, Codable, CaseIterable {
  /// The exponent of the power law: the paper's choice.
  case alpha
  /// The distance between the tail and its power law.
  case distance = "D"
  /// The stable rank.
  case stableRank = "stable-rank"
  /// The mean eigenvalue, under the name that the paper's code gives it.
  case normalizedStableRank = "normalized-stable-rank"
  /// The largest eigenvalue.
  case largestEigenvalue = "lambda-max"
  /// The sum of the eigenvalues.
  case frobeniusNorm = "frobenius-norm"
  /// The largest eigenvalue over the median one.
  case eigenvalueRatio = "eigenvalue-ratio"
  /// α times the logarithm of the largest eigenvalue.
  case alphaHat = "alpha-hat"

  /// Decodes the score's name; the largest eigenvalue also by the one that it had before, `spectral-norm`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let score = name == "spectral-norm" ? .largestEigenvalue : LayerScore(rawValue: name) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(name)' is not a score.")
    }
    self = score
  }
}
