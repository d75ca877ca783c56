import SystemFiles
public import NeuralOperators
public import Options

/// What is trained.
public struct ModelConfiguration: ConfigurationPart {
  /// The kind of model, with its own options.
  @ChosenKind public var description: any ModelDescription
  /// Frames that a rollout starts from.
  public var initialSteps = 10
  /// A file of weights to start from, safetensors or PyTorch's; nil for new ones.
  public var initialWeights: String?

  /// The first kind of the standard models, with its defaults.
  public init() {
    self.init(ModelRegistry.standard.descriptions[0].init())
  }

  /// A kind of models with options.
  public init(_ description: any ModelDescription) {
    self.description = description
  }

  /// The name of the kind.
  public var name: String { type(of: description).name }

  /// The options that do not depend on the kind.
  public static let options: [OptionDeclaration<ModelConfiguration>] = [
    OptionDeclaration(
      "initial-steps", \.initialSteps, in: .count,
      help: """
        Number of initial frames that a rollout starts from; with \(option: "from") those of the checkpoint, unless given.
        """),
    OptionDeclaration(
      "initial-weights", \.initialWeights, help: "A file of initial weights (safetensors or PyTorch).",
      default: "random weights", example: "weights.safetensors"),
  ]
}

extension ModelConfiguration: ChoosingPart {
  static let choiceName = "model"
  static let choiceHelp: Message = "The kind of model"

  var chosen: any KindDescription {
    get { description }
    set { if let kind = newValue as? any ModelDescription { description = kind } }
  }
}
