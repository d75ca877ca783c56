/// BD: ⟨√(sum of d² over all sides / number of points on all sides)⟩, the error at the boundary.
///
/// In two and three dimensions a point on an edge counts once for each side it is on. BD is PDEBench's in one and two
/// dimensions. In three its code adds up the squares of all variables under one root, √(Σ over variables and sides of d² /
/// number of points on all six faces). For a sample and frame that is √(Σ BD² over variables) in the terms used here: it
/// grows with the number of variables, and agrees for a single one. The mean over variables and frames that the code takes
/// of it next ends in an error in PyTorch, as no axis of variables is left, so there is no published mean to agree with in
/// three dimensions. Here BD has the same definition in every dimension.
public struct BoundaryError: FieldMetric {
  /// The key in files of metrics.
  public static let key = "BD"
  /// The rows in tables.
  public static let rows = [MetricRow("BD", "the boundary")]

  private let shape: [Int]
  /// Points on all sides, those on edges counted for each side they are on.
  private let count: Int

  /// A measure of fields of one shape.
  public init(shape: [Int]) {
    self.shape = shape
    count = shape.reduce(0) { $0 + 2 * shape.reduce(1, *) / $1 }
  }

  /// Adds one field's part to the sums.
  public func add(
    _ moments: ErrorMoments, difference: Span<Float>, target: Span<Float>, to sums: inout MutableSpan<Double>
  ) {
    var sum = 0.0
    for (axis, extent) in shape.enumerated() {
      let stride = shape[(axis + 1)...].reduce(1, *)
      for layer in Swift.stride(from: 0, to: difference.count, by: extent * stride) {
        for place in layer..<(layer + stride) {
          let first = Double(difference[place])
          let last = Double(difference[place + (extent - 1) * stride])
          sum += first * first + last * last
        }
      }
    }
    sums[0] += (sum / Double(count)).squareRoot()
  }

  /// The measure from the sums over all samples.
  public func values(of sums: ArraySlice<Double>, samples: Int) -> [Double?] {
    sums.map { $0 / Double(samples) }
  }
}

extension Metrics {
  /// Root mean square error on the sides of the domain.
  public var boundary: Double { self[BoundaryError.key] }
}

extension FrameMetrics {
  /// Root mean square error on the sides of the domain, `[variable][frame]`.
  public var boundary: [[Double]] { self[BoundaryError.key] }
}
