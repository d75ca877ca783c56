import TensorCore

/// F: three bands of √⟨Σ of |d̂|² over a shell of wavenumbers⟩ / N, the mean over each band's shells.
///
/// d̂ is the unscaled Fourier transform of d. In one dimension the shells are the real transform's modes 0 to ⌊n/2⌋; in two
/// and three, mode (i, j(, k)) with every index below half its axis's extent belongs to shell ⌊√(i² + j² (+ k²))⌋, and shells
/// up to half the smallest extent count. The bands are shells 0 to 3, 4 to 11, and 12 on. A band without shells is NaN: the
/// high one needs 24 points in one dimension and 26 along each axis in more.
public struct FourierError: FieldMetric {
  /// The key in files of metrics.
  public static let key = "F"
  /// The rows in tables.
  public static let rows = [
    MetricRow("F low", "wavenumbers 0 to 3", component: 0, absence: absence),
    MetricRow("F middle", "wavenumbers 4 to 11", component: 1, absence: absence),
    MetricRow("F high", "wavenumbers from 12 on", component: 2, absence: absence),
  ]

  private static let absence = "too few points for any"
  /// Low, middle and high wavenumbers, by shells.
  private static let bands = [0..<4, 4..<12, 12..<Int.max]

  private let points: Int
  private let shells: WavenumberShells

  /// A measure of fields of one shape.
  public init(shape: [Int]) {
    points = shape.reduce(1, *)
    shells = WavenumberShells(shape: shape)
  }

  /// The energy of each shell.
  public var sumCount: Int { shells.count }

  /// Adds one field's part to the sums.
  public func add(
    _ moments: ErrorMoments, difference: Span<Float>, target: Span<Float>, to sums: inout MutableSpan<Double>
  ) {
    let scratch = TensorStorage(scratch: shells.scratchCount)
    difference.withUnsafeBufferPointer { field in
      guard let field = field.baseAddress else { return }
      sums.withUnsafeMutableBufferPointer {
        shells.addEnergies(of: field, to: $0, scratch: scratch.base)
      }
    }
  }

  /// The measure from the sums over all samples.
  public func values(of sums: ArraySlice<Double>, samples: Int) -> [Double?] {
    Self.bands.map { band in
      let band = band.clamped(to: 0..<shells.count)
      let errors = band.map { shell in
        (sums[sums.startIndex + shell] / Double(samples)).squareRoot() / Double(points)
      }
      return errors.reduce(0, +) / Double(errors.count)
    }
  }
}

extension Metrics {
  /// Error of the low, middle and high wavenumbers; NaN for a band without shells.
  public var fourier: [Double] { (0..<3).map { self[FourierError.key, component: $0] } }
}

extension FrameMetrics {
  /// Error of the low, middle and high wavenumbers: `[variable][band][frame]`.
  public var fourier: [[[Double]]] { self[components: FourierError.key] }
}
