extension LayerAnalysis: Encodable {
  private enum Key: String, CodingKey {
    case name, kind, shape, eigenvalues
    case aboveThresholdCount = "above_threshold_count"
    case eigenvalueCount = "eigenvalue_count"
    case alpha
    case distance = "D"
    case lowerBound = "lower_bound"
    case tailCount = "tail_count"
    case largestEigenvalue = "lambda_max"
    case squaredFrobeniusNorm = "squared_frobenius_norm"
    case stableRank = "stable_rank"
    case normalizedStableRank = "normalized_stable_rank"
    case eigenvalueRatio = "eigenvalue_ratio"
    case alphaHat = "alpha_hat"
  }

  /// Writes one object with every number; `null` stands for one that is undefined, so that each key is always there.
  ///
  /// `eigenvalues` holds all of them in ascending order, of which the last `above_threshold_count` lie above the threshold, the last
  /// `eigenvalue_count` are kept (see ``Spectrum/keptCount``), and of these the last `tail_count` are fitted.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(name, forKey: .name)
    try values.encode(kind, forKey: .kind)
    try values.encode(shape, forKey: .shape)
    try values.encode(spectrum.eigenvalues, forKey: .eigenvalues)
    try values.encode(spectrum.aboveCount, forKey: .aboveThresholdCount)
    try values.encode(spectrum.keptCount, forKey: .eigenvalueCount)
    try values.encode(alpha, forKey: .alpha)
    try values.encode(distance, forKey: .distance)
    try values.encode(fit?.lowerBound, forKey: .lowerBound)
    try values.encode(fit?.tailCount, forKey: .tailCount)
    try values.encode(largestEigenvalue, forKey: .largestEigenvalue)
    try values.encode(squaredFrobeniusNorm, forKey: .squaredFrobeniusNorm)
    try values.encode(stableRank, forKey: .stableRank)
    try values.encode(normalizedStableRank, forKey: .normalizedStableRank)
    try values.encode(eigenvalueRatio, forKey: .eigenvalueRatio)
    try values.encode(alphaHat, forKey: .alphaHat)
  }
}
