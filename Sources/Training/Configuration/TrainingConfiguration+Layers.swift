import SystemFiles
public import NeuralOperators
import Options

extension [TrainingConfiguration.Layer] {
  /// The ratio of training samples that the layers ask for; nil if they ask for none, or the last one for a stride.
  package var ratio: Double? {
    last { $0.values["ratio"] != nil || $0.values["reduced-batch"] != nil }?.values["ratio"].flatMap {
      Double($0)
    }
  }
}

extension TrainingConfiguration {
  /// The defaults with layers on top, later ones above earlier ones.
  ///
  /// - Parameters:
  ///   - layers: What to put on top.
  ///   - base: What to put them on, instead of the defaults.
  ///   - models: The models that can be chosen.
  /// - Throws: ``ConfigurationError`` for a key that no option has, or a value that does not fit its key. Ranges are checked
  ///   by ``validate()``.
  public init(
    layers: [Layer], over base: TrainingConfiguration = TrainingConfiguration(),
    models: ModelRegistry = .standard
  ) throws(ConfigurationError) {
    self = base
    let options = ConfigurationOptions(models: models)
    var values = try Self.merged(layers, options)
    // The model comes first: it decides which of the options there are.
    for option in options["model"] {
      if let value = values.removeValue(forKey: option.name) { try set(option, value) }
    }
    for option in options.all {
      guard let value = values[option.name] else { continue }
      if let owner = option.model, owner.name != model.name {
        // A file may speak of several models, but not wrongly.
        var other = self
        other.model.description = owner.init()
        if options[option.name].count == 1 { try other.set(option, value) }
      } else {
        try set(option, value)
      }
    }
  }

  /// A value that a layer gives.
  private typealias Value = (text: OptionText, source: String?)

  /// The uppermost value of every option.
  private static func merged(
    _ layers: [Layer], _ options: ConfigurationOptions
  ) throws(ConfigurationError) -> [String: Value] {
    var values: [String: Value] = [:]
    for layer in layers {
      for (key, text) in layer.values.sorted(by: { $0.key < $1.key }) {
        guard let option = options[key].first else {
          throw .unknownKey(
            key: key, file: layer.source ?? "a layer", nearest: NearestNames.of(key, among: options.names))
        }
        if let place = layer.parts[key], place != option.part {
          throw .misplacedKey(key: key, file: layer.source ?? "a layer", found: place, expected: option.part)
        }
        // The later of two ways to set the same wins; in one layer they contradict each other.
        for other in options.all
        where other.declaration.alias == key || option.declaration.alias == other.name {
          guard layer.values[other.name] == nil else {
            throw .twoWays(file: layer.source, options: [key, other.name].sorted())
          }
          values[other.name] = nil
        }
        values[key] = (text, layer.source)
      }
    }
    return values
  }

  private mutating func set(_ option: ConfigurationOption, _ value: Value) throws(ConfigurationError) {
    do {
      try option.declaration.set(value.text, in: &self)
    } catch {
      guard let source = value.source else {
        throw .outOfRange(key: option.name, value: error.value, expected: error.expected)
      }
      throw .wrongValue(key: option.name, value: error.value, file: source, expected: error.expected)
    }
  }

  /// Checks that a layer sets no option that only other models than the chosen one have: it would change nothing, which
  /// no one can have meant.
  ///
  /// - Parameters:
  ///   - layer: The layer.
  ///   - models: The models that can be chosen.
  /// - Throws: ``ConfigurationError/otherModel(key:models:chosen:)`` if it does.
  public func requireOwnOptions(
    in layer: Layer, models: ModelRegistry = .standard
  ) throws(ConfigurationError) {
    let options = ConfigurationOptions(models: models)
    for key in layer.values.keys.sorted() {
      let owners = options[key].compactMap { $0.model?.name }
      guard owners.isEmpty || owners.contains(model.name) else {
        throw .otherModel(key: key, models: owners, chosen: model.name)
      }
    }
  }

  /// The options that have another value than in a second configuration.
  ///
  /// - Parameter other: The second configuration.
  /// - Returns: The options' names, in alphabetical order.
  public func differences(from other: TrainingConfiguration) -> [String] {
    func values(_ configuration: TrainingConfiguration) -> [String: OptionText] {
      let options = configuration.ownOptions.all.map { ($0.name, $0.declaration.text(in: configuration)) }
      return Dictionary(options, uniquingKeysWith: { first, _ in first })
    }
    let (own, others) = (values(self), values(other))
    return Set(own.keys).union(others.keys).filter { own[$0] != others[$0] }.sorted()
  }
}
