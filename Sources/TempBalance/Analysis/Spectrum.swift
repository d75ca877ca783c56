/// The empirical spectral density of a layer: the eigenvalues of WᵀW for each of its matrices, pooled.
public struct Spectrum: Sendable, Equatable {
  /// All eigenvalues, in ascending order.
  public let eigenvalues: [Double]
  /// How many of them, counted from the largest, lie above the threshold.
  public let aboveCount: Int
  /// How many of them, counted from the largest, are used: those above the threshold. Where none is, all of them are, unless the
  /// threshold is ``EigenvalueThreshold/strict(_:)``.
  public let keptCount: Int

  /// Whether all eigenvalues are used because none of them lies above the threshold.
  public var isBelowThreshold: Bool { aboveCount == 0 && keptCount > 0 }

  /// The eigenvalues that are used, in ascending order.
  public var kept: ArraySlice<Double> { eigenvalues.suffix(keptCount) }

  /// Sorts eigenvalues and applies a threshold.
  ///
  /// - Parameters:
  ///   - eigenvalues: The eigenvalues in any order, none of them negative or NaN.
  ///   - threshold: Which of them are too small to count.
  public init(_ eigenvalues: [Double], threshold: EigenvalueThreshold = .absolute(1e-5)) {
    self.eigenvalues = eigenvalues.sorted()
    let limit =
      switch threshold {
      case .absolute(let limit), .strict(let limit): limit
      case .relative(let share): share * (self.eigenvalues.last ?? 0)
      }
    let isStrict = if case .strict = threshold { true } else { false }
    let above = self.eigenvalues.count(where: { $0 > limit })
    aboveCount = above
    keptCount = above > 0 || isStrict ? above : eigenvalues.count
  }
}

/// Which eigenvalues are too small to be used.
public enum EigenvalueThreshold: Sendable, Equatable {
  /// Those not above a value, whatever the weights' scale: the paper's way, with 10⁻⁵. As in its code, a layer of which nothing is
  /// above the value keeps all.
  case absolute(Double)
  /// Those not above a value, even where that leaves nothing: such a layer has no α.
  case strict(Double)
  /// Those not above a share of the layer's largest eigenvalue: for weights whose scale is far from 1, such as the
  /// spectral weights of a wide network, of which a fixed threshold would leave nearly nothing.
  case relative(Double)
}
