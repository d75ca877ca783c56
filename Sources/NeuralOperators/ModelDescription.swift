public import Options
public import SystemFiles

/// A kind of model: its name, its own options, how a model is made, and how one is recognized from
/// its weights.
///
/// A value is one choice of the options. To add a model, write such a type beside it and list it in ``ModelRegistry``, or
/// pass a registry with it along.
public protocol ModelDescription: KindDescription {
  /// The model of these options.
  ///
  /// - Parameter task: What the model is for.
  /// - Returns: The model.
  /// - Throws: ``ModelMismatch`` if the options do not suit the task.
  func model(for task: ModelTask) throws(ModelMismatch) -> any NeuralOperator

  /// The options of a model, so that it can be made again.
  ///
  /// - Parameter model: The model; nil results for one of another kind, and for kinds that cannot tell.
  init?(describing model: any NeuralOperator)

  /// The model that weights belong to.
  ///
  /// - Parameter weights: Names, shapes and metadata. They may come from anywhere.
  /// - Returns: The model; nil if the weights are of another kind.
  /// - Throws: ``ModelMismatch`` if they are of this kind, and no such model has these shapes.
  static func recognize(_ weights: WeightShapes) throws(ModelMismatch) -> (any NeuralOperator)?

  /// The names of the options that say how a model treats the ends of fields: nothing, where these are periodic.
  static var optionsOfEnds: [String] { get }
}

extension ModelDescription {
  /// Cannot tell.
  public init?(describing model: any NeuralOperator) { return nil }

  /// None.
  public static var optionsOfEnds: [String] { [] }

  /// The names of the options that say how large a model is: those whose values are whole numbers.
  public static var sizeOptions: [String] {
    options.filter { [.wholeNumber, .list(of: .wholeNumber)].contains($0.form.required) }.map(\.name)
  }
}

/// The task that a model is made for.
public struct ModelTask: Sendable, Equatable {
  /// The points along each axis of a field.
  public var shape: [Int]
  /// The number of variables in a frame.
  public var variables: Int
  /// The number of frames that the model sees.
  public var initialSteps: Int
  /// The number of fields that the model sees beside the frames and does not predict.
  public var staticInputs: Int
  /// Whether the model may rely on fields that are periodic along every axis.
  public var isPeriodic: Bool

  /// A task.
  public init(
    shape: [Int], variables: Int, initialSteps: Int, staticInputs: Int = 0, isPeriodic: Bool = false
  ) {
    self.shape = shape
    self.variables = variables
    self.initialSteps = initialSteps
    self.staticInputs = staticInputs
    self.isPeriodic = isPeriodic
  }

  /// The number of axes of a field.
  public var dimensions: Int { shape.count }
}

/// Why options or weights do not make a model.
public struct ModelMismatch: Error, Equatable, CustomStringConvertible {
  /// What does not fit.
  public let reason: Message

  /// A reason, as a clause without a full stop.
  public init(_ reason: Message) {
    self.reason = reason
  }

  /// The reason.
  public var description: String { reason.description }
}
