extension TruncatedTransform.Method {
  /// The method that costs less for some kept modes.
  static func cheaper(for kept: KeptModes) -> Self {
    costOfMatrices(kept) < costOfFFT(kept) ? .matrices : .fast
  }

  private static func costOfMatrices(_ kept: KeptModes) -> Double {
    TruncatedTransform.Work(kept).costOfMatrices(.inUse)
  }

  private static func costOfFFT(_ kept: KeptModes) -> Double {
    TruncatedTransform.Work(kept).costOfFFT(.inUse)
  }
}

extension TruncatedTransform {
  /// What the parts of a transform cost, in nanoseconds on one core.
  package struct Costs: Sendable {
    /// A product with a cosine or sine, for each mode and point.
    package var product: Double
    /// FFTW's time for a point along the last axis, where the field is real.
    package var real: (usual: Double, largePrime: Double)
    /// The same along the other axes; far more where the extent has a large prime factor.
    package var complex: (usual: Double, largePrime: Double)

    /// Costs of the given numbers.
    package init(
      product: Double, real: (usual: Double, largePrime: Double), complex: (usual: Double, largePrime: Double)
    ) {
      (self.product, self.real, self.complex) = (product, real, complex)
    }

    /// Those that methods are chosen by, measured on one core with AVX-512 over extents from 32 to 2,050. They decide by
    /// arithmetic alone, never by a clock: the same sizes give the same bits everywhere. Where a core is slower both methods
    /// are, so what counts is their ratio. `pdeop benchmark transforms` measures them again.
    package static let inUse = Costs(product: 0.05, real: (2, 7), complex: (3, 13))
  }

  /// What there is to do for one field.
  package struct Work: Sendable {
    /// Products with cosines and sines, by the method of matrices.
    package private(set) var products: Double
    /// Points of FFTs along the last axis, which all are of one extent.
    package let realPoints: Double
    /// Whether a large prime divides that extent.
    package let isRealOfLargePrime: Bool
    /// Points of FFTs along the other axes, of extents that a large prime divides and of others.
    package private(set) var complexPoints = (usual: 0.0, largePrime: 0.0)

    /// The work for the lowest modes of a field.
    package init(shape: [Int], modes: [Int]) {
      let ranges = zip(modes, shape).dropLast().map { mode, extent in [0..<mode, (extent - mode)..<extent] }
      self.init(KeptModes(shape: shape, leading: ranges, last: modes[modes.count - 1]))
    }

    init(_ kept: KeptModes) {
      realPoints = Double(kept.points)
      isRealOfLargePrime = Self.hasLargePrimeFactor(kept.lastExtent)
      products = 0
      var lines = 1
      for axis in kept.leading.indices {
        let extent = kept.shape[axis]
        lines *= 2 * kept.highestFrequency(along: axis) + 1
        // Half of the points are left after folding; a real product is half of one with a cosine and a sine.
        products += Double(lines * kept.shape[axis...].reduce(1, *)) / 4
        // An FFT goes along every line that holds kept modes of the later axes.
        let points = kept.leading[(axis + 1)...].reduce(kept.shape[...axis].reduce(kept.last, *)) {
          $0 * $1.count * $1[0].count
        }
        if Self.hasLargePrimeFactor(extent) {
          complexPoints.largePrime += Double(points)
        } else {
          complexPoints.usual += Double(points)
        }
      }
      products += Double(lines * kept.lastExtent * kept.last) / 2
    }

    /// Nanoseconds by matrices.
    package func costOfMatrices(_ costs: Costs) -> Double { costs.product * products }

    /// Nanoseconds by FFTs.
    package func costOfFFT(_ costs: Costs) -> Double {
      realPoints * (isRealOfLargePrime ? costs.real.largePrime : costs.real.usual)
        + complexPoints.usual * costs.complex.usual + complexPoints.largePrime * costs.complex.largePrime
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
}
