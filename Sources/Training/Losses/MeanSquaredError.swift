public import Autodiff
public import TensorCore

/// The mean over samples, variables and points of the squared error.
public struct MeanSquaredError: Loss {
  /// The loss.
  public init() {}

  /// The mean of the squares.
  public func callAsFunction(_ prediction: Variable, target: Tensor) -> Variable {
    prediction.meanSquaredError(to: target)
  }
}
