public import Autodiff
import Options
public import TensorCore

/// PDEBench's nRMSE as a loss: the mean over samples and variables of √⟨(p − t)²⟩ / √⟨t²⟩ in the data set's units, where ⟨·⟩
/// is the mean over the points.
///
/// It is the metric's part of one frame, so that a training lowers the very number that a run is judged by. It differs from
/// ``RelativeL2Error`` by the units alone: where variables are scaled by their mean and deviation, ⟨t²⟩ counts the mean
/// again. A field whose target is zero at every point is left out of the mean.
///
/// Source: Takamoto et al., *PDEBench*, arXiv:2210.07182, appendix B.
public struct NormalizedErrorLoss: Loss {
  /// The loss.
  public init() {}

  /// Fields whose target is zero are left out.
  public var leavesOutFields: Bool { true }

  /// The number of fields whose target is not zero.
  public func fields(in target: Tensor, units: FrameUnits) -> Int {
    units.restored(Variable(target)).squaresOfFields().value.nonzeroFields
  }

  /// The loss where the model's units are the data set's.
  public func callAsFunction(_ prediction: Variable, target: Tensor) -> Variable {
    self(prediction, target: target, units: FrameUnits(unscaled: target.shape[1]))
  }

  /// The mean of the relative errors in the data set's units.
  public func callAsFunction(_ prediction: Variable, target: Tensor, units: FrameUnits) -> Variable {
    let restored = units.restored(Variable(target))
    // Where the units are linear the difference of the scaled values is the more exact one.
    let difference =
      units.transform == nil
      ? (prediction - Variable(target)).scaledChannels(by: units.scale.map(Float.init))
      : units.restored(prediction) - restored
    return difference.squaresOfFields().meanRootRatio(to: restored.squaresOfFields().value)
  }
}

extension NormalizedErrorLoss {
  /// The normalized error, which has no options.
  public struct Description: LossDescription {
    /// The loss has no options.
    public init() {}

    /// `nrmse`.
    public static let name = "nrmse"
    /// In words.
    public static let title = "PDEBench's nRMSE, in the data's units"

    /// The loss.
    public func loss(for task: LossTask) -> any Loss { NormalizedErrorLoss() }
  }
}
