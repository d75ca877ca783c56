/// CSV: √⟨(Σ d)²⟩ / N, the error of the conserved total.
public struct ConservedError: FieldMetric {
  /// The key in files of metrics.
  public static let key = "CSV"
  /// The rows in tables.
  public static let rows = [MetricRow("CSV", "the conserved totals")]

  private let points: Int

  /// A measure of fields of one shape.
  public init(shape: [Int]) { points = shape.reduce(1, *) }

  /// Adds one field's part to the sums.
  public func add(
    _ moments: ErrorMoments, difference: Span<Float>, target: Span<Float>, to sums: inout MutableSpan<Double>
  ) {
    sums[0] += moments.total * moments.total
  }

  /// The measure from the sums over all samples.
  public func values(of sums: ArraySlice<Double>, samples: Int) -> [Double?] {
    sums.map { ($0 / Double(samples)).squareRoot() / Double(points) }
  }
}

extension Metrics {
  /// Error of the total over all points, divided by their number.
  public var conserved: Double { self[ConservedError.key] }
}

extension FrameMetrics {
  /// Error of the total over all points, divided by their number, `[variable][frame]`.
  public var conserved: [[Double]] { self[ConservedError.key] }
}
