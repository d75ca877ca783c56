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
  /// The sum of the eigenvalues, which the paper's code calls a norm.
  case squaredFrobeniusNorm = "squared-frobenius-norm"
  /// The largest eigenvalue over the median one.
  case eigenvalueRatio = "eigenvalue-ratio"
  /// α times the logarithm of the largest eigenvalue.
  case alphaHat = "alpha-hat"

  /// A score by its name, or by one that it had before 0.2; nil if there is none of that name.
  public init?(named name: String) {
    switch name {
    case "spectral-norm": self = .largestEigenvalue
    case "frobenius-norm": self = .squaredFrobeniusNorm
    default: self.init(rawValue: name)
    }
  }

  /// Decodes the score's name.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let score = LayerScore(named: name) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(name)' is not a score.")
    }
    self = score
  }
}
