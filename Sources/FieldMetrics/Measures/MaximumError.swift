/// Max: the largest |d| over samples and points, for each variable and frame.
public struct MaximumError: FieldMetric {
  /// The key in files of metrics.
  public static let key = "Max"
  /// The rows in tables.
  public static let rows = [
    MetricRow("Max", "the largest error of each variable and frame, in the mean")
  ]

  /// A measure of fields of one shape.
  public init(shape: [Int]) {}

  /// Adds one field's part to the sums.
  public func add(
    _ moments: ErrorMoments, difference: Span<Float>, target: Span<Float>, to sums: inout MutableSpan<Double>
  ) {
    // A NaN is the largest error of all, and stays it.
    if moments.maximum > sums[0] || moments.maximum.isNaN { sums[0] = moments.maximum }
  }

  /// The measure from the sums over all samples.
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
