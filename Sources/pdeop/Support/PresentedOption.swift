import ArgumentParser
import Options
import SystemFiles
import Training

/// An option that the libraries declare, as the argument parser wants it.
struct PresentedOption: Sendable {
  let name: String
  let form: OptionForm
  let help: String

  /// The option with another default or another sentence of help, for a command where it has one.
  init(
    _ declaration: OptionDeclaration<TrainingConfiguration>, saying sentence: String? = nil,
    default words: String? = nil
  ) {
    name = declaration.name
    form = declaration.form.required
    help = Self.help(declaration, saying: sentence, default: words)
  }

  /// One option for all that have the same name: kinds may share names of options.
  init?(_ options: [ConfigurationOption]) {
    guard let first = options.first else { return nil }
    name = first.name
    form = first.declaration.form.required
    help = options.merged.map { kinds, option in
      (kinds.isEmpty ? "" : "\(kinds.joined(separator: ", ")): ")
        + Self.help(option.declaration, default: nil)
    }.joined(separator: " ")
  }

  /// The sentence of help, the words that can be chosen if it does not name them, and the default.
  private static func help(
    _ declaration: OptionDeclaration<TrainingConfiguration>, saying sentence: String? = nil,
    default words: String?
  ) -> String {
    var text = sentence ?? declaration.help.spelled
    if let choices = declaration.form.choices, !choices.allSatisfy(text.contains) {
      text += " One of " + OptionForm.choice(choices).words(example: .nothing) + "."
    }
    let words = words ?? declaration.defaultWords.spelled
    return words.isEmpty ? text : "\(text.dropLast()) (default: \(words))."
  }

  /// The options of a part of the configuration, in their order.
  static func all(ofPart part: String) -> [PresentedOption] {
    let options = ConfigurationOptions()
    let byName = Dictionary(grouping: options.all.filter { $0.part == part }, by: \.name)
    return options.names.compactMap { byName[$0].flatMap { PresentedOption($0) } }
  }

  /// What the argument parser learns about the option.
  var argument: Any {
    if form == .truth {
      return Flag<Bool?>(
        name: .customLong(name), inversion: .prefixedNo, help: ArgumentHelp(stringLiteral: help))
    }
    if form == .list(of: .text) {
      // Given again, it adds to what was given, so that no file or name is lost.
      return Option<[String]>(
        wrappedValue: [], name: .customLong(name), help: ArgumentHelp(stringLiteral: help),
        completion: .file())
    }
    let completion = form.choices.map { CompletionKind.list($0) }
    // A minus begins numbers, too; see ``ForgottenNumber``.
    return Option<String?>(
      name: .customLong(name), parsing: form.isNumeric ? .unconditional : .next,
      help: ArgumentHelp(stringLiteral: help), completion: completion)
  }

  /// What was given for the option; nil if nothing was.
  func text(in container: KeyedDecodingContainer<OptionKey>) throws -> OptionText? {
    let key = OptionKey(name)
    if form == .truth {
      return try container.decode(Flag<Bool?>.self, forKey: key).wrappedValue?.text
    }
    if form == .list(of: .text) {
      let words = try container.decode(Option<[String]>.self, forKey: key).wrappedValue
      return words.isEmpty ? nil : words.count == 1 ? .word(words[0]) : .list(words)
    }
    return try container.decode(Option<String?>.self, forKey: key).wrappedValue.map { .word($0) }
  }
}

extension OptionForm {
  /// Whether the values are numbers.
  fileprivate var isNumeric: Bool {
    switch self {
    case .wholeNumber, .span, .number: true
    case .list(let form), .optional(let form): form.isNumeric
    case .truth, .text, .choice: false
    }
  }
}

/// Some of the options that the libraries declare.
protocol OptionSelection {
  /// The options, in the order of the help. They are asked for whenever the parser looks at a command.
  static var options: [PresentedOption] { get }
}

/// Options that the libraries declare, as a group that the argument parser takes for one that is written out.
///
/// The parser learns a group's options from its mirror, and asks for their values when it decodes the group.
struct DeclaredOptions<Selection: OptionSelection>: ParsableArguments, CustomReflectable {
  /// What was given, by name.
  private(set) var given: [String: OptionText] = [:]

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: OptionKey.self)
    for option in Selection.options { given[option.name] = try option.text(in: container) }
  }

  var customMirror: Mirror {
    Mirror(self, children: Selection.options.map { (label: $0.name, value: $0.argument) })
  }
}
