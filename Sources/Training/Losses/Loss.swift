public import Autodiff
public import TensorCore

/// The training loss: a number that grows with the distance of a predicted frame from the
/// true one.
///
/// The loss of a batch is the sum over the steps that are differentiated. A loss of one's own conforms to this protocol and
/// goes to the trainer; one that options can name gets a line in ``Losses/all``.
public protocol Loss: Sendable {
  /// The loss of one predicted frame.
  ///
  /// - Parameters:
  ///   - prediction: `[samples, variables, x(, y(, z))]`, in the model's units.
  ///   - target: What should have been predicted, of the same shape.
  /// - Returns: A scalar, differentiable in the prediction.
  func callAsFunction(_ prediction: Variable, target: Tensor) -> Variable
}

/// The losses that have names.
public enum Losses {
  /// The losses by name. To add one, add its line here.
  public static let all: [String: any Loss] = [
    "mse": MeanSquaredError()
  ]
}
