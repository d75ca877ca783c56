/// RMSE: ⟨√(Σ d² / N)⟩.
public struct RootMeanSquareError: FieldMetric {
  // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
  public static let key = "RMSE"
  // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
  public static let rows = [MetricRow("RMSE", "all frames")]

  // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
  public init(shape: [Int]) {}

  // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
  public func add(
    _ moments: ErrorMoments, difference: Span<Float>, target: Span<Float>, to sums: inout MutableSpan<Double>
  ) {
    sums[0] += moments.rootMeanSquare
  }

  // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
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
