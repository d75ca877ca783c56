public import Autodiff
import Options
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

extension MeanSquaredError {
  /// The mean squared error, which has no options.
  public struct Description: LossDescription {
    /// The loss has no options.
    public init() {}

    /// `mse`.
    public static let name = "mse"
    /// In words.
    public static let title = "mean squared error"

    /// The loss.
    public func loss(for task: LossTask) -> any Loss { MeanSquaredError() }
  }
}
