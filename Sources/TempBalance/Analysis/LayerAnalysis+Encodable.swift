extension LayerAnalysis: Encodable {
  private enum Key: String, CodingKey {
    case name, kind, shape, eigenvalues, eigenvalueCount
    case alpha
    case distance = "D"
    case lowerBound, tailCount
    case spectralNorm, frobeniusNorm, stableRank, normalizedStableRank, eigenvalueRatio, alphaHat
  }

  /// Writes one object with every number; `null` stands for one that is undefined, so that each key is always there.
  ///
  /// `eigenvalues` holds all of them in ascending order, of which the last `eigenvalueCount` are kept.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(name, forKey: .name)
    try values.encode(kind, forKey: .kind)
    try values.encode(shape, forKey: .shape)
    try values.encode(spectrum.eigenvalues, forKey: .eigenvalues)
    try values.encode(spectrum.keptCount, forKey: .eigenvalueCount)
    try values.encode(alpha, forKey: .alpha)
    try values.encode(distance, forKey: .distance)
    try values.encode(fit?.lowerBound, forKey: .lowerBound)
    try values.encode(fit?.tailCount, forKey: .tailCount)
    try values.encode(spectralNorm, forKey: .spectralNorm)
    try values.encode(frobeniusNorm, forKey: .frobeniusNorm)
    try values.encode(stableRank, forKey: .stableRank)
    try values.encode(normalizedStableRank, forKey: .normalizedStableRank)
    try values.encode(eigenvalueRatio, forKey: .eigenvalueRatio)
    try values.encode(alphaHat, forKey: .alphaHat)
  }
}
