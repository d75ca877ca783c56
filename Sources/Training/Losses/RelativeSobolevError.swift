public import Autodiff
public import PDEData
import Options
public import TensorCore

/// The relative error in the Sobolev norm H¹, of values and slopes together, in the model's units.
///
/// ```
/// L = mean over samples and variables of  √( (‖d‖² + Σₐ ‖∂d/∂xₐ‖²) / (‖t‖² + Σₐ ‖∂t/∂xₐ‖²) )       d = p − t
/// ```
///
/// ‖·‖² is the sum of squares over the points. Along an axis that is periodic and evenly spaced the derivative is spectral;
/// along any other it is a central difference, one-sided at the two ends. Slopes are in units of the data set's coordinates.
/// A field whose target is zero at every point is left out of the mean.
///
/// Source: Li et al., *Physics-Informed Neural Operator* and the library neuraloperator, whose `H1Loss` this is but for the
/// spectral derivatives and for one norm a variable.
public struct RelativeSobolevError: Loss {
  private let derivatives: [FieldDerivative]

  /// The loss on a grid.
  ///
  /// - Parameter axes: The axes of space with the coordinates of the points.
  public init(axes: [FieldAxis]) {
    derivatives = axes.indices.map { FieldDerivative(axes: axes, along: $0) }
  }

  /// Fields whose target is zero are left out.
  public var leavesOutFields: Bool { true }

  /// The number of fields whose target is not zero.
  public func fields(in target: Tensor, units: FrameUnits) -> Int {
    squares(Variable(target)).value.nonzeroFields
  }

  /// The mean of the relative norms.
  public func callAsFunction(_ prediction: Variable, target: Tensor) -> Variable {
    squares(prediction - Variable(target)).meanRootRatio(to: squares(Variable(target)).value)
  }

  /// ‖u‖² + Σₐ ‖∂u/∂xₐ‖² of each field, `[samples, variables]`.
  private func squares(_ field: Variable) -> Variable {
    derivatives.reduce(field.squaresOfFields()) { $0 + $1(field).squaresOfFields() }
  }
}

extension RelativeSobolevError {
  /// The relative error in the Sobolev norm, which has no options.
  public struct Description: LossDescription {
    /// The loss has no options.
    public init() {}

    /// `h1`.
    public static let name = "h1"
    /// In words.
    public static let title = "relative error of values and slopes together (Sobolev norm)"

    /// The loss on the task's grid.
    public func loss(for task: LossTask) -> any Loss { RelativeSobolevError(axes: task.axes) }
  }
}
