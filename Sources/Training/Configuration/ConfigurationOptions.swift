public import NeuralOperators
public import Options

/// An option of a training run, and its place in a configuration file.
public struct ConfigurationOption: Sendable {
  /// The part that it belongs to.
  public let part: String
  /// The kind of models that has it for its own; nil if all runs have it.
  public let model: (any ModelDescription.Type)?
  /// The option.
  public let declaration: OptionDeclaration<TrainingConfiguration>

  /// The option's name.
  public var name: String { declaration.name }
}

/// All options of a training run, with those of the models that can be chosen.
public struct ConfigurationOptions: Sendable {
  /// The options, part by part. A name is there more than once if several kinds of models have an option of that name.
  public let all: [ConfigurationOption]
  /// The models that can be chosen.
  public let models: ModelRegistry

  /// The names of the parts, in order.
  public static let parts = [
    "data", "model", "loss", "optimizer", "schedule", "tempbalance", "evaluation", "run",
  ]

  /// The options with those of some models.
  public init(models: ModelRegistry = .standard) {
    self.models = models
    let model = Self.lifted("model", \.model, [ModelConfiguration.choice(of: models)])
    let own = models.descriptions.flatMap { Self.own($0) }
    let parts = [
      Self.part("data", \.data), model, own, Self.part("model", \.model), Self.part("loss", \.loss),
      Self.part("optimizer", \.optimizer), Self.part("schedule", \.schedule),
      Self.part("tempbalance", \.tempbalance), Self.part("evaluation", \.evaluation),
      Self.part("run", \.run),
    ]
    all = parts.flatMap(\.self)
  }

  private static func part<Part: ConfigurationPart>(
    _ name: String, _ path: any WritableKeyPath<TrainingConfiguration, Part> & Sendable
  ) -> [ConfigurationOption] {
    lifted(name, path, Part.options)
  }

  private static func own<Description: ModelDescription>(_ model: Description.Type) -> [ConfigurationOption] {
    lifted("model", \.model, ModelConfiguration.own(model), of: model)
  }

  private static func lifted<Part>(
    _ name: String, _ path: any WritableKeyPath<TrainingConfiguration, Part> & Sendable,
    _ options: [OptionDeclaration<Part>], of model: (any ModelDescription.Type)? = nil
  ) -> [ConfigurationOption] {
    options.map { option in
      ConfigurationOption(
        part: name, model: model,
        declaration: option.lifted(get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 }))
    }
  }

  /// The options of a name; none if there is no such option.
  public subscript(name: String) -> [ConfigurationOption] { all.filter { $0.name == name } }

  /// The names of all options, each once.
  public var names: [String] {
    var names: [String] = []
    for option in all where !names.contains(option.name) { names.append(option.name) }
    return names
  }
}
