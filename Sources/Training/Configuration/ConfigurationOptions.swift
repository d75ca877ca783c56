public import Options
import SystemFiles

/// An option of a training run, and its place in a configuration file.
public struct ConfigurationOption: Sendable {
  /// The part that it belongs to.
  public let part: String
  /// The kind (of models, losses, optimizers or schedules) that has it for its own; nil if all runs have it.
  public let kind: (any KindDescription.Type)?
  /// The option.
  public let declaration: OptionDeclaration<TrainingConfiguration>
  /// Whether a configuration has the option: its kind is the one that is chosen.
  let isOwn: @Sendable (TrainingConfiguration) -> Bool
  /// Chooses the option's kind.
  let choose: @Sendable (inout TrainingConfiguration) -> Void

  /// The option's name.
  public var name: String { declaration.name }
}

/// All options of a training run, with those of the kinds that can be chosen.
public struct ConfigurationOptions: Sendable {
  /// The options, part by part. A name is there more than once if several kinds have an option of that name.
  public let all: [ConfigurationOption]
  /// What can be chosen.
  public let kinds: TrainingKinds

  /// The names of the parts, in order.
  public static let parts = [
    "data", "model", "formulation", "fine-tuning", "loss", "optimizer", "schedule", "tempbalance",
    "evaluation", "run",
  ]

  /// The options with those of some kinds.
  public init(kinds: TrainingKinds = .standard) {
    self.kinds = kinds
    let parts = [
      Self.part("data", \.data), Self.part(\.model, kinds),
      Self.part("formulation", \.formulation), Self.part("fine-tuning", \.fineTuning),
      Self.part(\.loss, kinds),
      Self.part(\.optimizer, kinds), Self.part(\.schedule, kinds), Self.part("tempbalance", \.tempbalance),
      Self.part("evaluation", \.evaluation), Self.part("run", \.run),
    ]
    all = parts.flatMap(\.self)
  }

  private typealias Path<Part> = any WritableKeyPath<TrainingConfiguration, Part> & Sendable

  /// The options of a part.
  private static func part<Part: ConfigurationPart>(
    _ name: String, _ path: Path<Part>, _ options: [OptionDeclaration<Part>] = Part.options
  ) -> [ConfigurationOption] {
    options.map { option in
      ConfigurationOption(
        part: name, kind: nil, declaration: lifted(option, path), isOwn: { _ in true }, choose: { _ in })
    }
  }

  /// The option that chooses a kind, the options that all kinds have, and those of each.
  private static func part<Part: ChoosingPart>(
    _ path: Path<Part>, _ kinds: TrainingKinds
  ) -> [ConfigurationOption] {
    let kinds = kinds[part: Part.choiceName]
    return part(Part.choiceName, path, [Part.choice(of: kinds)] + Part.options)
      + kinds.flatMap { own($0, path) }
  }

  private static func own<Kind: KindDescription, Part: ChoosingPart>(
    _ kind: Kind.Type, _ path: Path<Part>
  ) -> [ConfigurationOption] {
    Part.own(kind).map { option in
      ConfigurationOption(
        part: Part.choiceName, kind: kind, declaration: lifted(option, path),
        isOwn: { $0[keyPath: path].isChosen(kind) }, choose: { $0[keyPath: path].choose(kind) })
    }
  }

  private static func lifted<Part>(
    _ option: OptionDeclaration<Part>, _ path: Path<Part>
  ) -> OptionDeclaration<TrainingConfiguration> {
    option.lifted(get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
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

extension [ConfigurationOption] {
  /// Options of one name, those that several kinds have alike as one: each with the kinds' names, none for an option of all
  /// runs.
  public var merged: [(kinds: [String], option: ConfigurationOption)] {
    var result: [(kinds: [String], option: ConfigurationOption)] = []
    for option in self {
      let (own, names) = (option.declaration, option.kind.map { [$0.name] } ?? [])
      if let twin = result.firstIndex(where: { $0.option.declaration.says(what: own) }) {
        result[twin].kinds += names
      } else {
        result.append((names, option))
      }
    }
    return result
  }
}

extension OptionDeclaration {
  /// Whether people are told the same about another option of the same name.
  fileprivate func says(what other: OptionDeclaration) -> Bool {
    form == other.form && range == other.range && help.description == other.help.description
      && defaultWords.description == other.defaultWords.description && defaultText == other.defaultText
      && example == other.example
  }
}
