/// The activation function after a layer.
public enum Activation: Sendable {
  /// Nothing.
  case none
  /// The hyperbolic tangent.
  case tanh
}
