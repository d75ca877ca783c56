public import Autodiff
public import SystemFiles
public import TensorCore

/// A model that predicts the next frame of a flow from the last ones.
///
/// A model holds no parameters: they are in `Parameters` from Autodiff, under the names that PDEBench's checkpoints
/// use. Fields are channels first: `[samples, variables, x(, y(, z))]`. Models without buffers can ignore them.
public protocol NeuralOperator: Sendable {
  /// The number of initial frames.
  var initialSteps: Int { get }

  /// The number of variables in a frame.
  var variables: Int { get }

  /// The number of fields that it sees beside the frames and does not predict, such as coefficients and masks.
  var staticInputs: Int { get }

  /// The number of axes of a field.
  var dimensions: Int { get }

  /// New parameters. They depend on the seed and each parameter's place in the model alone.
  ///
  /// - Parameter seed: The seed of the run.
  /// - Returns: The parameters in the model's order.
  func initialParameters(seed: UInt64) -> Parameters

  /// The names of the parameters that hold complex numbers, as a trailing axis of 2.
  var complexParameters: Set<String> { get }

  /// Parameters of layers that PyTorch's module of the same model has and never uses, with their first values. A state dictionary
  /// without them is not taken.
  var unusedParameters: Parameters { get }

  /// The names of the parameters that the model's layers change themselves in training, such as running means. They have
  /// no gradient.
  var buffers: Set<String> { get }

  /// The number of weights that are trained; a complex one counts as two.
  var parameterCount: Int { get }

  /// What is needed to make the model again, under the keys of a checkpoint's metadata.
  var metadata: [String: String] { get }

  /// A model of the same kind and sizes for another task: with other variables, inputs or numbers of frames.
  ///
  /// - Parameter task: What it is for, on fields with as many axes.
  /// - Returns: The model, in which only layers at its ends have other shapes; nil if the kind has none.
  func adapted(to task: ModelTask) -> (any NeuralOperator)?

  /// Whether the model relies on fields that are periodic along every axis.
  var reliesOnPeriodicFields: Bool { get }

  /// Says why fields of the given shape cannot be used, or returns nil if they can.
  ///
  /// - Parameter shape: The extents of a field.
  /// - Returns: A clause that says what does not fit and what would, without a full stop.
  func objection(toShape shape: [Int]) -> Message?

  /// The arithmetic of one prediction for one sample, by the plain formulas: two operations for a product and its
  /// addition, 2.5·N·log₂N for a real Fourier transform of N points. Activations and additions do not count.
  ///
  /// - Parameter shape: The extents of a field.
  /// - Returns: Floating-point operations.
  func operations(onShape shape: [Int]) -> Double

  /// The next frame.
  ///
  /// - Parameters:
  ///   - frames: The last ``initialSteps`` frames, oldest first, each `[samples, variables, x(, y(, z))]`.
  ///   - grid: The coordinates of the points, `[axes, x(, y(, z))]`.
  ///   - parameters: The model's parameters.
  /// - Returns: `[samples, variables, x(, y(, z))]`.
  func nextFrame(after frames: [Variable], grid: Tensor, _ parameters: TracedParameters) -> Variable

  /// The next frame, by a model that sees more than the frames. Models without static inputs need not implement it.
  ///
  /// - Parameters:
  ///   - frames: The last ``initialSteps`` frames, oldest first, each `[samples, variables, x(, y(, z))]`.
  ///   - inputs: What is the same in all frames, `[samples, staticInputs, x(, y(, z))]`; nil if there is nothing.
  ///   - grid: The coordinates of the points, `[axes, x(, y(, z))]`.
  ///   - parameters: The model's parameters.
  /// - Returns: `[samples, variables, x(, y(, z))]`.
  func nextFrame(
    after frames: [Variable], inputs: Tensor?, grid: Tensor, _ parameters: TracedParameters
  ) -> Variable
}

extension NeuralOperator {
  /// The frames are all that it sees.
  public var staticInputs: Int { 0 }

  /// The next frame after the frames alone.
  public func nextFrame(
    after frames: [Variable], inputs: Tensor?, grid: Tensor, _ parameters: TracedParameters
  ) -> Variable {
    precondition(inputs == nil, "the model sees the frames alone")
    return nextFrame(after: frames, grid: grid, parameters)
  }

  /// There is none.
  public func adapted(to task: ModelTask) -> (any NeuralOperator)? { nil }

  /// It does not.
  public var reliesOnPeriodicFields: Bool { false }

  /// None.
  public var unusedParameters: Parameters { Parameters() }

  /// No buffers.
  public var buffers: Set<String> { [] }

  /// No complex parameters.
  public var complexParameters: Set<String> { [] }

  /// The elements of all parameters but the buffers.
  public var parameterCount: Int {
    initialParameters(seed: 0).reduce(0) { $0 + (buffers.contains($1.name) ? 0 : $1.tensor.count) }
  }

  /// Nothing: whoever reads the checkpoint must know the model.
  public var metadata: [String: String] { [:] }

  /// Fields of any shape can be used, if they have the model's number of axes.
  public func objection(toShape shape: [Int]) -> Message? { objection(toDimensions: shape.count) }

  /// Says why fields with the given number of axes cannot be used, or returns nil if they can.
  ///
  /// - Parameter count: The number of axes of a field.
  /// - Returns: A clause that says what does not fit, without a full stop.
  package func objection(toDimensions count: Int) -> Message? {
    count == dimensions ? nil : "the model is for \(dimensions)D fields, but the data are \(count)D"
  }

  /// Two operations a point for each parameter.
  public func operations(onShape shape: [Int]) -> Double {
    2 * Double(parameterCount) * shape.reduce(1) { $0 * Double($1) }
  }

  /// Checks that there are as many frames and static inputs as the model takes.
  ///
  /// - Parameters:
  ///   - frames: The frames that a prediction starts from.
  ///   - inputs: The static inputs; nil if there are none.
  /// - Precondition: There are ``initialSteps`` frames and ``staticInputs`` inputs.
  func checkInputs(_ frames: [Variable], _ inputs: Tensor?) {
    precondition(
      frames.count == initialSteps, "the model starts from \(initialSteps) frames, got \(frames.count)")
    precondition(
      inputs?.shape[1] ?? 0 == staticInputs,
      "the model takes \(staticInputs) static inputs, got \(inputs?.shape[1] ?? 0)")
  }
}
