public import Autodiff
public import TensorCore

/// The training loss: a number that grows with the distance of a predicted frame from the
/// true one.
///
/// The loss of a batch is the sum over the steps that are differentiated. A loss of one's own conforms to this protocol and
/// goes to the trainer; one that options can name has a ``LossDescription``.
public protocol Loss: Sendable {
  /// The loss of one predicted frame.
  ///
  /// - Parameters:
  ///   - prediction: `[samples, variables, x(, y(, z))]`, in the model's units.
  ///   - target: What should have been predicted, of the same shape.
  /// - Returns: A scalar, differentiable in the prediction.
  func callAsFunction(_ prediction: Variable, target: Tensor) -> Variable

  /// The loss of one predicted frame, for a loss that is taken in the data set's units.
  ///
  /// - Parameters:
  ///   - prediction: `[samples, variables, x(, y(, z))]`, in the model's units.
  ///   - target: What should have been predicted, of the same shape.
  ///   - units: What the values are in the data set's units.
  /// - Returns: A scalar, differentiable in the prediction. It is that of the model's units unless the loss says otherwise.
  func callAsFunction(_ prediction: Variable, target: Tensor, units: FrameUnits) -> Variable
}

extension Loss {
  /// The loss in the model's units.
  public func callAsFunction(_ prediction: Variable, target: Tensor, units: FrameUnits) -> Variable {
    self(prediction, target: target)
  }
}

/// What a frame's values in the model's units are in the data set's: value · scale + mean, per variable.
public struct FrameUnits: Sendable, Equatable {
  /// What is added to each variable.
  public var mean: [Double]
  /// What each variable is multiplied by.
  public var scale: [Double]

  /// Units.
  public init(mean: [Double], scale: [Double]) {
    self.mean = mean
    self.scale = scale
  }

  /// The units of variables that reach the model as they are.
  ///
  /// - Parameter variables: The number of variables.
  public init(unscaled variables: Int) {
    self.init(
      mean: Array(repeating: 0, count: variables), scale: Array(repeating: 1, count: variables))
  }
}
