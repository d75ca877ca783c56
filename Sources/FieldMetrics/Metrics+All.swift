extension Metrics {
  /// The metrics that are always computed, in the order of tables. To add one, add its line here.
  public static let all: [any FieldMetric.Type] = [
    NormalizedError.self,
    RootMeanSquareError.self,
    ConservedError.self,
    MaximumError.self,
    BoundaryError.self,
    FourierError.self,
  ]
}
