/// Max: the largest |d| over samples and points.
public struct MaximumError: FieldMetric {
  // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
  public static let key = "Max"
  // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
  public static let rows = [MetricRow("Max", "the largest error")]

  // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
  public init(shape: [Int]) {}

  // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
  public func add(
    _ moments: ErrorMoments, difference: Span<Float>, target: Span<Float>, to sums: inout MutableSpan<Double>
  ) {
    // A NaN is the largest error of all, and stays it.
    if moments.maximum > sums[0] || moments.maximum.isNaN { sums[0] = moments.maximum }
  }

  // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
  public func values(of sums: ArraySlice<Double>, samples: Int) -> [Double?] {
    samples > 0 ? Array(sums) : [.nan]
  }
}

extension Metrics {
  /// Largest absolute error.
  public var maximum: Double { self[MaximumError.key] }
}

extension FrameMetrics {
  /// Largest absolute error, `[variable][frame]`.
  public var maximum: [[Double]] { self[MaximumError.key] }
}
