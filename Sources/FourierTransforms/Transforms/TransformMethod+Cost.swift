extension TruncatedTransform.Method {
  /// The method that costs less for some kept modes.
  static func cheaper(for kept: KeptModes) -> Self {
    costOfMatrices(kept) < costOfFFT(kept) ? .matrices : .fast
  }

  // Both costs are nanoseconds a field on one core with AVX-512, measured over extents from 32 to 2,050. They decide by
  // arithmetic alone, never by a clock: the same sizes give the same bits everywhere. Where a core is slower both
  // methods are, so what counts is their ratio.

  /// A product with cosines and sines, for each mode and point.
  private static let productCost = 0.05
  /// FFTW's time for a point, real along the last axis and complex along the others; far more where the extent has a large
  /// prime factor.
  private static let realCost = (usual: 2.0, largePrime: 7.0)
  private static let complexCost = (usual: 3.0, largePrime: 13.0)

  private static func costOfMatrices(_ kept: KeptModes) -> Double {
    var cost = productCost * Double(kept.points * kept.last)
    forEachLeadingAxis(kept) { extent, lines, modes in cost += productCost * Double(extent * lines * modes) }
    return cost
  }

  private static func costOfFFT(_ kept: KeptModes) -> Double {
    func cost(_ extent: Int, _ one: (usual: Double, largePrime: Double)) -> Double {
      hasLargePrimeFactor(extent) ? one.largePrime : one.usual
    }
    var total = Double(kept.points) * cost(kept.lastExtent, realCost)
    forEachLeadingAxis(kept) { extent, lines, _ in total += Double(extent * lines) * cost(extent, complexCost)
    }
    return total
  }

  /// Calls `body` with each leading axis's extent, the lines along it that hold kept modes, and the modes kept of them.
  private static func forEachLeadingAxis(
    _ kept: KeptModes, _ body: (_ extent: Int, _ lines: Int, _ modes: Int) -> Void
  ) {
    for axis in kept.leading.indices {
      let before = kept.shape[..<axis].reduce(1, *)
      let after = kept.leading[(axis + 1)...].reduce(kept.last) { $0 * $1.count * $1[0].count }
      body(kept.shape[axis], before * after, kept.indices(along: axis).count)
    }
  }

  /// Whether a prime above 13 divides the extent: FFTW has no fixed kernels for those.
  private static func hasLargePrimeFactor(_ extent: Int) -> Bool {
    var rest = extent
    for prime in [2, 3, 5, 7, 11, 13] {
      while rest % prime == 0 { rest /= prime }
    }
    return rest > 1
  }
}
