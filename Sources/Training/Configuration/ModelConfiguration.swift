import SystemFiles
public import NeuralOperators
public import Options

/// What is trained.
public struct ModelConfiguration: ConfigurationPart {
  /// The kind of model, with the options that it has of its own.
  public var description: any ModelDescription
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
      "initial-steps", \.initialSteps, in: .count, help: "Frames that a rollout starts from."),
    OptionDeclaration(
      "initial-weights", \.initialWeights, help: "A file of weights to start from, safetensors or PyTorch's.",
      default: "new weights", example: "weights.safetensors"),
  ]

  /// Whether two choices are the same.
  public static func == (first: ModelConfiguration, second: ModelConfiguration) -> Bool {
    func equals<Description: ModelDescription>(_ description: Description) -> Bool {
      description == second.description as? Description
    }
    return equals(first.description) && first.initialSteps == second.initialSteps
      && first.initialWeights == second.initialWeights
  }

  /// The option that chooses the kind.
  static func choice(of models: ModelRegistry) -> OptionDeclaration<ModelConfiguration> {
    OptionDeclaration(
      "model", form: .choice(models.names),
      help:
        "The kind of model: \(models.descriptions.map { "\($0.name), \($0.title)" }.joined(separator: "; ")).",
      default: .word(models.names.first ?? ""), read: { .word($0.name) },
      assign: { model, text in
        guard let description = models[text.description] else { return false }
        // The kind that it is already keeps its options.
        if model.name != description.name { model.description = description.init() }
        return true
      })
  }

  /// The options that a kind of models has of its own.
  static func own<Description: ModelDescription>(
    _: Description.Type
  ) -> [OptionDeclaration<ModelConfiguration>] {
    Description.options.map { option in
      option.lifted(get: { $0.description as? Description }, set: { $0.description = $1 })
    }
  }
}
