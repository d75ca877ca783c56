import Glibc

/// The scores of a layer from its spectrum.
public struct LayerAnalysis: Sendable, Equatable {
  /// The layer's name.
  public let name: String
  /// What the layer does.
  public let kind: LayerKind
  /// The shape of its weights.
  public let shape: [Int]
  /// The eigenvalues of WᵀW (see ``LayerAnalyzer``).
  public let spectrum: Spectrum
  /// The power law of the largest eigenvalues; none where it is undefined (see ``PowerLawFit``).
  public let fit: PowerLawFit?

  /// α of the fitted power law.
  public var alpha: Double? { fit?.alpha }

  /// D of the fitted power law.
  public var distance: Double? { fit?.distance }

  /// λ_max, the square of the largest singular value.
  public var largestEigenvalue: Double { spectrum.eigenvalues.last ?? 0 }

  /// Σ λ, the square of the Frobenius norm.
  public var squaredFrobeniusNorm: Double { spectrum.eigenvalues.reduce(0, +) }

  /// Σ λ / λ_max over the eigenvalues that are kept: how many directions of equal strength the weights would amount to;
  /// 0 for a layer of zeros, and for one that keeps no eigenvalue.
  public var stableRank: Double { largestEigenvalue > 0 ? keptSum / largestEigenvalue : 0 }

  /// Σ λ / N over the N eigenvalues that are kept: what the paper's code calls so. It is their mean, and grows with the
  /// square of the weights, unlike ``stableRank``.
  public var normalizedStableRank: Double {
    spectrum.keptCount > 0 ? keptSum / Double(spectrum.keptCount) : 0
  }

  private var keptSum: Double { spectrum.kept.reduce(0, +) }

  /// λ_max over the median (the one at ⌊N/2⌋) of the N eigenvalues that are kept; none for a layer of zeros, and for
  /// one that keeps no eigenvalue.
  public var eigenvalueRatio: Double? {
    let kept = spectrum.kept
    guard !kept.isEmpty else { return nil }
    let median = kept[kept.startIndex + kept.count / 2]
    return median > 0 ? largestEigenvalue / median : nil
  }

  /// α · log₁₀ λ_max, which weighs the tail's shape with its scale.
  ///
  /// Source: Martin, Peng, Mahoney, *Predicting trends in the quality of state-of-the-art neural networks without access
  /// to training or testing data*, Nature Communications 12, 2021.
  public var alphaHat: Double? { alpha.map { $0 * log10(largestEigenvalue) } }

  /// The value of one of the scores.
  ///
  /// - Parameter score: Which score.
  /// - Returns: Its value, or none where it is undefined for this layer.
  public func value(of score: LayerScore) -> Double? {
    switch score {
    case .alpha: alpha
    case .distance: distance
    case .stableRank: stableRank
    case .normalizedStableRank: normalizedStableRank
    case .largestEigenvalue: largestEigenvalue
    case .squaredFrobeniusNorm: squaredFrobeniusNorm
    case .eigenvalueRatio: eigenvalueRatio
    case .alphaHat: alphaHat
    }
  }
}
