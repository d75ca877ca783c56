public import Autodiff
public import SystemFiles
import TensorCore

/// Updates parameters with their gradients.
///
/// An optimizer is a value: a copy is a snapshot of its state. Its state can be taken out as named tensors and put back,
/// after which it continues with the same bits.
public protocol Optimizer: Sendable {
  /// Takes one step.
  ///
  /// Parameters without a gradient stay as they are.
  ///
  /// - Parameters:
  ///   - parameters: The parameters to move.
  ///   - gradients: Gradients by the parameters' names and in their shapes.
  ///   - weightDecayFactor: What the weight decay of the parameter of that name is to the optimizer's.
  ///   - learningRate: The learning rate of the parameter of that name.
  /// - Precondition: Every gradient belongs to a parameter.
  mutating func update(
    _ parameters: inout Parameters, gradients: Parameters, weightDecayFactor: (_ name: String) -> Double,
    learningRate: (_ name: String) -> Double)

  /// The number of steps taken.
  var steps: Int { get }

  /// What the optimizer remembers between steps, as tensors whose names end in their parameters' names; empty before
  /// the first step.
  var state: Parameters { get }

  /// Goes on from a state that was taken out before.
  ///
  /// - Parameters:
  ///   - state: The tensors of ``state``, and perhaps others.
  ///   - steps: The number of steps taken by then.
  ///   - parameters: The parameters that are to be moved.
  ///   - file: Where the state comes from, for errors.
  /// - Throws: If a tensor is missing or has another shape than its parameter asks for; the optimizer is then as before.
  mutating func restore(_ state: Parameters, steps: Int, for parameters: Parameters, file: String)
    throws(OptimizerStateError)
}

extension Optimizer {
  /// Takes one step with the same weight decay for all parameters.
  ///
  /// - Parameters:
  ///   - parameters: The parameters to move.
  ///   - gradients: Gradients by the parameters' names and in their shapes.
  ///   - learningRate: The learning rate of the parameter of that name.
  /// - Precondition: Every gradient belongs to a parameter.
  public mutating func update(
    _ parameters: inout Parameters, gradients: Parameters, learningRate: (_ name: String) -> Double
  ) {
    update(&parameters, gradients: gradients, weightDecayFactor: { _ in 1 }, learningRate: learningRate)
  }
}

/// Why an optimizer could not be restored from a state.
public enum OptimizerStateError: ReportableError, Equatable {
  /// The state lacks a tensor.
  case missingTensor(file: String, tensor: String)
  /// A tensor does not have the shape that its parameter asks for.
  case shape(file: String, tensor: String, found: [Int], expected: [Int])

  /// The state comes from a file.
  public var fault: Fault { .data }

  /// The file, the tensor and the way out, on one line.
  public var message: Message {
    switch self {
    case .missingTensor(let file, let tensor):
      "\(file) holds no tensor '\(tensor)' of the optimizer's state; "
        + "resume with the optimizer and the model that the run began with."
    case .shape(let file, let tensor, let found, let expected):
      "\(file) holds the optimizer's tensor '\(tensor)' with shape \(found), expected \(expected); "
        + "resume with the optimizer and the model that the run began with."
    }
  }
}
