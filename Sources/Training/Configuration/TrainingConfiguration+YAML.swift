import Options
import Yams

extension TrainingConfiguration {
  /// The key under which a run's configuration keeps the version of the program that wrote it.
  static let versionKey = "pdeop-version"

  /// The configuration as YAML: the version of the program, and section by section, with a line for every value that is set.
  ///
  /// - Returns: The text, which reads as this configuration.
  /// - Throws: ``ConfigurationError`` if the YAML library fails, which has not been seen.
  public func yaml() throws(ConfigurationError) -> String {
    var parts: [(Node, Node)] = [(Node(Self.versionKey), Node(Version.current))]
    let options = ownOptions.all
    for part in ConfigurationOptions.parts {
      let lines: [(Node, Node)] = options.filter { $0.part == part }.compactMap { option in
        let text = option.declaration.text(in: self)
        return text == .nothing ? nil : (Node(option.name), Self.node(text, option.declaration.form))
      }
      parts.append((Node(part), .mapping(Node.Mapping(lines))))
    }
    do {
      return try Yams.serialize(node: .mapping(Node.Mapping(parts)), allowUnicode: true)
    } catch {
      throw .unreadable(file: "the configuration", reason: "\(error)")
    }
  }

  /// A value as YAML has it: words that would read as something else in quotes, lists on one line.
  private static func node(_ text: OptionText, _ form: OptionForm) -> Node {
    switch (text, form.required) {
    case (.list(let words), .list(let element)):
      .sequence(Node.Sequence(words.map { node(.word($0), element) }, .implicit, .flow))
    case (let text, .text), (let text, .choice), (let text, .list(of: .text)):
      .scalar(text.description.represented())
    case (.word(let word), .number): Node(number(word))
    default: Node(text.description)
    }
  }

  /// A number as YAML 1.1 has it, which takes one with an exponent and no point for text.
  private static func number(_ word: String) -> String {
    guard let exponent = word.firstIndex(of: "e"), !word.contains(".") else { return word }
    return "\(word[..<exponent]).0\(word[exponent...])"
  }
}
