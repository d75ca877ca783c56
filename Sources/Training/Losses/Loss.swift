public import Autodiff
public import TensorCore

/// The training loss: a number that grows with the distance of a predicted frame from the
/// true one.
///
/// The loss of a batch is the sum over the steps that are differentiated. A loss of one's own conforms to this protocol and
/// goes to the trainer; one that options can name has a ``LossDescription``.
public protocol Loss: Sendable {
  /// Whether some fields may be left out of the mean; a loss that takes all, as a mean over samples does, need not say so.
  var leavesOutFields: Bool { get }

  /// The number of fields that the mean is over, for a loss that leaves some out: the parts of a batch count by it.
  ///
  /// - Parameters:
  ///   - target: What should have been predicted, `[samples, variables, x(, y(, z))]`.
  ///   - units: What the values are in the data set's units.
  /// - Returns: A count.
  func fields(in target: Tensor, units: FrameUnits) -> Int

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
  /// All fields count.
  public var leavesOutFields: Bool { false }

  /// All fields.
  public func fields(in target: Tensor, units: FrameUnits) -> Int { target.shape[0] * target.shape[1] }

  /// The loss in the model's units.
  public func callAsFunction(_ prediction: Variable, target: Tensor, units: FrameUnits) -> Variable {
    self(prediction, target: target)
  }
}

/// What a frame's values in the model's units are in the data set's: T(value · scale + mean), with scale and mean per
/// variable.
public struct FrameUnits: Sendable {
  /// What is added to each variable.
  public var mean: [Double]
  /// What each variable is multiplied by.
  public var scale: [Double]
  /// T, differentiable, such as the way back from a sample's canonical form; nil where there is nothing more.
  public var transform: (@Sendable (Variable) -> Variable)?

  /// Units.
  public init(mean: [Double], scale: [Double], transform: (@Sendable (Variable) -> Variable)? = nil) {
    self.mean = mean
    self.scale = scale
    self.transform = transform
  }

  /// A frame in the data set's units.
  ///
  /// - Parameter frame: `[samples, variables, x(, y(, z))]` in the model's units.
  /// - Returns: The same shape, differentiable in the frame.
  public func restored(_ frame: Variable) -> Variable {
    let scaled = frame.scaledChannels(by: scale.map(Float.init), adding: mean.map(Float.init))
    return transform?(scaled) ?? scaled
  }

  /// The reverse of scale and mean: (x − mean) / scale.
  func scaled(_ frame: Variable) -> Variable {
    frame.scaledChannels(
      by: scale.map { Float(1 / $0) }, adding: zip(mean, scale).map { Float(-$0 / $1) })
  }

  /// The units of variables that reach the model as they are.
  ///
  /// - Parameter variables: The number of variables.
  public init(unscaled variables: Int) {
    self.init(
      mean: Array(repeating: 0, count: variables), scale: Array(repeating: 1, count: variables))
  }
}
