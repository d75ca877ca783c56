import Options
import SystemFiles

/// A part of the configuration in which an option chooses one of several kinds, each with options of its own.
protocol ChoosingPart: ConfigurationPart {
  /// The name of the option, which is that of the part.
  static var choiceName: String { get }

  /// What is chosen, as words that begin a sentence of help.
  static var choiceHelp: Message { get }

  /// The kind that is chosen. Only kinds of the part's own registry are ever put here.
  var chosen: any KindDescription { get set }
}

extension ChoosingPart {
  /// The option that chooses among some kinds.
  static func choice(of kinds: [any KindDescription.Type]) -> OptionDeclaration<Self> {
    let titles = kinds.map { "\($0.name), \($0.title)" }.joined(separator: "; ")
    let usual = type(of: Self().chosen).name
    return OptionDeclaration(
      choiceName, form: .choice(kinds.map { $0.name }), help: choiceHelp + ": \(titles).",
      default: .word(kinds.contains { $0.name == usual } ? usual : kinds.first?.name ?? ""),
      read: { .word(type(of: $0.chosen).name) },
      assign: { part, text in
        guard let kind = kinds.first(where: { $0.name == text.description }) else { return false }
        part.choose(kind)
        return true
      })
  }

  /// The options that a kind has of its own.
  static func own<Kind: KindDescription>(_: Kind.Type) -> [OptionDeclaration<Self>] {
    Kind.options.map { option in option.lifted(get: { $0.chosen as? Kind }, set: { $0.chosen = $1 }) }
  }

  /// Chooses a kind with its defaults; the kind that it is already keeps its options.
  mutating func choose(_ kind: any KindDescription.Type) {
    if !isChosen(kind) { chosen = kind.init() }
  }

  /// Whether a kind is the one that is chosen.
  func isChosen(_ kind: any KindDescription.Type) -> Bool { type(of: chosen) == kind }
}
