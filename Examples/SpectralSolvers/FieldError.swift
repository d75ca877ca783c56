public import TensorCore

/// How far a computed field is from the true one.
public struct FieldError: Sendable {
  /// The root mean square of the difference, as a fraction of that of the true field.
  public let relative: Double
  /// The largest absolute difference at a point.
  public let largest: Double

  /// The error of a field.
  ///
  /// - Parameters:
  ///   - computed: The field.
  ///   - exact: The true one.
  /// - Precondition: The shapes agree, and the true field is not zero everywhere.
  public init(of computed: Tensor, from exact: Tensor) {
    let difference = computed.map(with: exact, -)
    relative = (difference.sumOfSquares / exact.sumOfSquares).squareRoot()
    largest = difference.largestMagnitude
  }
}
