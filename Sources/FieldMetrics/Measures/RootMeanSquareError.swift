/// RMSE: ⟨√(Σ d² / N)⟩.
public struct RootMeanSquareError: FieldMetric {
  /// The key in files of metrics.
  public static let key = "RMSE"
  /// The rows in tables.
  public static let rows = [
    MetricRow("RMSE", "all frames, the given ones (error 0) included, as in all rows but nRMSE predicted")
  ]

  /// A measure of fields of one shape.
  public init(shape: [Int]) {}

  /// Adds one field's part to the sums.
  public func add(
    _ moments: ErrorMoments, difference: Span<Float>, target: Span<Float>, to sums: inout MutableSpan<Double>
  ) {
    sums[0] += moments.rootMeanSquare
  }

  /// The measure from the sums over all samples.
  public func values(of sums: ArraySlice<Double>, samples: Int) -> [Double?] {
    sums.map { $0 / Double(samples) }
  }
}

extension Metrics {
  /// Root mean square error.
  public var rmse: Double { self[RootMeanSquareError.key] }
}

extension FrameMetrics {
  /// Root mean square error, `[variable][frame]`.
  public var rmse: [[Double]] { self[RootMeanSquareError.key] }
}
