/// A number by which layers can be balanced; each is a property of ``LayerAnalysis``.
public enum LayerScore: String, Sendable, Codable, CaseIterable {
  /// The exponent of the power law: the paper's choice.
  case alpha
  /// The distance between the tail and its power law.
  case distance = "D"
  /// The stable rank.
  case stableRank
  /// The mean eigenvalue, under the name that the paper's code gives it.
  case normalizedStableRank
  /// The largest eigenvalue.
  case spectralNorm
  /// The sum of the eigenvalues.
  case frobeniusNorm
  /// The largest eigenvalue over the median one.
  case eigenvalueRatio
  /// α times the logarithm of the largest eigenvalue.
  case alphaHat
}
