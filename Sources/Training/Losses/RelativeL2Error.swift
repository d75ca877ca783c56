public import Autodiff
import Options
public import TensorCore

/// The mean over samples and variables of ‖p − t‖ / ‖t‖, in the model's units.
///
/// ‖·‖ is the Euclidean norm over the points of a field. A field whose target is zero at every point is left out of the mean,
/// as no relative error is defined there.
///
/// Source: Li et al., *Fourier Neural Operator for Parametric Partial Differential Equations*, arXiv:2010.08895, whose code
/// trains by this loss (there with all variables of a sample under one norm).
public struct RelativeL2Error: Loss {
  /// The loss.
  public init() {}

  /// Fields whose target is zero are left out.
  public var leavesOutFields: Bool { true }

  /// The number of fields whose target is not zero.
  public func fields(in target: Tensor, units: FrameUnits) -> Int {
    Variable(target).squaresOfFields().value.nonzeroFields
  }

  /// The mean of the relative norms.
  public func callAsFunction(_ prediction: Variable, target: Tensor) -> Variable {
    let difference = prediction - Variable(target)
    return difference.squaresOfFields().meanRootRatio(to: Variable(target).squaresOfFields().value)
  }
}

extension RelativeL2Error {
  /// The relative L2 error, which has no options.
  public struct Description: LossDescription {
    /// The loss has no options.
    public init() {}

    /// `relative-l2`.
    public static let name = "relative-l2"
    /// In words.
    public static let title = "mean of ‖p − t‖/‖t‖ per sample and variable"

    /// The loss.
    public func loss(for task: LossTask) -> any Loss { RelativeL2Error() }
  }
}
