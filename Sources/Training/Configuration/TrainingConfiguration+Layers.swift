import SystemFiles
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
  ///   - kinds: The kinds of models, losses, optimizers and schedules that can be chosen.
  /// - Throws: ``ConfigurationError`` for a key that no option has, or a value that does not fit its key. Ranges are checked
  ///   by ``validate()``.
  public init(
    layers: [Layer], over base: TrainingConfiguration = TrainingConfiguration(),
    kinds: TrainingKinds = .standard
  ) throws(ConfigurationError) {
    self = base
    let options = ConfigurationOptions(kinds: kinds)
    var values = try Self.merged(layers, options)
    // The kinds come first: they decide which of the options there are.
    for option in options.all where !kinds[part: option.name].isEmpty {
      if let value = values.removeValue(forKey: option.name) { try set(option, value) }
    }
    for name in options.names {
      guard let value = values[name] else { continue }
      let own = options[name].filter { $0.isOwn(self) }
      for option in own { try set(option, value) }
      // A file may speak of several kinds, but not wrongly.
      if own.isEmpty { try check(options[name], value) }
    }
  }

  /// Checks that a value fits one of the options of a name, all of which belong to other kinds than the chosen ones.
  private func check(_ options: [ConfigurationOption], _ value: Value) throws(ConfigurationError) {
    var mistake: ConfigurationError?
    for option in options {
      do {
        var other = self
        option.choose(&other)
        return try other.set(option, value)
      } catch {
        mistake = error
      }
    }
    if let mistake { throw mistake }
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

  /// Checks that a layer sets no option that only other kinds than the chosen ones have: it would change nothing, which
  /// no one can have meant.
  ///
  /// - Parameters:
  ///   - layer: The layer.
  ///   - kinds: The kinds of models, losses, optimizers and schedules that can be chosen.
  /// - Throws: ``ConfigurationError/otherKind(key:choice:kinds:chosen:)`` if it does.
  public func requireOwnOptions(
    in layer: Layer, kinds: TrainingKinds = .standard
  ) throws(ConfigurationError) {
    let options = ConfigurationOptions(kinds: kinds)
    for key in layer.values.keys.sorted() {
      let entries = options[key]
      guard let first = entries.first, !entries.contains(where: { $0.isOwn(self) }) else { continue }
      let chosen = options[first.part].first?.declaration.text(in: self).description ?? ""
      throw .otherKind(
        key: key, choice: first.part, kinds: entries.compactMap { $0.kind?.name }, chosen: chosen)
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
