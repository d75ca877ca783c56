public import TensorCore

/// A tensor in a computation, with a gradient on request.
///
/// A variable made from a tensor alone is a constant. One that comes from ``Tape/watch(_:)``, or from a primitive with
/// such an input, is recorded on that tape.
public struct Variable {
  /// What was computed.
  public let value: Tensor

  /// Where on which tape it is recorded; nil for a constant.
  let record: Tape.Record?

  /// Recomputes the value from what the backward pass keeps anyway; nil if that is not possible.
  private let recompute: (() -> Tensor)?

  /// The extent of each axis.
  public var shape: [Int] { value.shape }

  /// Whether a gradient flows back to this variable.
  public var needsGradient: Bool { record != nil }

  /// A constant.
  public init(_ value: Tensor) {
    self.init(value: value, record: nil, recompute: nil)
  }

  init(value: Tensor, record: Tape.Record?, recompute: (() -> Tensor)? = nil) {
    self.value = value
    self.record = record
    self.recompute = recompute
  }

  /// Gives the value later, for a pullback to capture instead of the value: it is then kept only where it cannot be
  /// computed again at little cost.
  public var valueForPullback: () -> Tensor {
    if let recompute { return recompute }
    let value = value
    return { value }
  }

  /// The same value, cut off from the tape: no gradient flows back through it.
  public var detached: Variable { Variable(value) }

  /// The result of a primitive.
  ///
  /// The pullback is the primitive's vector-Jacobian product: it takes ∂L/∂result and returns ∂L/∂input for each input
  /// in order, or nil for an input that needs none. It is dropped immediately if no input needs a gradient, and after its
  /// one use otherwise, so whatever it captured is freed as the backward pass goes.
  ///
  /// - Parameters:
  ///   - value: What the primitive computed.
  ///   - inputs: What it was computed from; all that are recorded must be on one tape.
  ///   - recompute: Computes the value again, bit for bit, from what the pullback captures anyway; for a value that is
  ///     cheaper to compute than to keep.
  ///   - pullback: The vector-Jacobian product.
  /// - Returns: A variable of that value, recorded if an input is.
  public static func primitive(
    _ value: Tensor, inputs: [Variable], recompute: (() -> Tensor)? = nil,
    pullback: @escaping (Tensor) -> [Tensor?]
  ) -> Variable {
    guard let tape = inputs.lazy.compactMap({ $0.record?.tape }).first else { return Variable(value) }
    let record = tape.append(shape: value.shape, inputs: inputs, pullback: pullback)
    return Variable(value: value, record: record, recompute: recompute)
  }
}
