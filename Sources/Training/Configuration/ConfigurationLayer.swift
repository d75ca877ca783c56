public import Options
import SystemFiles
package import Yams

extension TrainingConfiguration {
  /// Values by key that replace those of the layers before: a file, options.
  public struct Layer: Sendable {
    /// The file that the values come from, for messages; nil for options.
    public let source: String?
    /// The values as they are given, by the options' names.
    public var values: [String: OptionText]
    /// The section of each value in the file; values outside sections are missing.
    private(set) var parts: [String: String] = [:]
    /// The version of the program that wrote the file, if the file says so.
    private(set) var version: String?

    /// Whether some values are outside sections, as all were in files of version 0.1.
    public var isFlat: Bool { values.keys.contains { parts[$0] == nil } }

    /// A layer from code or from options.
    public init(source: String? = nil, values: [String: OptionText] = [:]) {
      self.source = source
      self.values = values
    }

    /// The layer of a YAML file: sections that map option names to values. Values outside sections are accepted
    /// as well.
    ///
    /// - Parameter path: The file.
    /// - Throws: ``ConfigurationError/unreadable(file:reason:)`` unless the file is such a mapping.
    public init(reading path: String) throws(ConfigurationError) {
      self.init(source: path)
      guard let node = try Self.node(in: path) else { return }
      for (key, value) in try Self.lines(node, of: path) {
        if key == TrainingConfiguration.versionKey {
          version = value.optionText.description
        } else if ConfigurationOptions.parts.contains(key), case .mapping = value {
          for (inner, value) in try Self.lines(value, of: path) {
            try add(inner, value)
            parts[inner] = key
          }
        } else {
          try add(key, value)
        }
      }
    }

    private mutating func add(_ key: String, _ value: Node) throws(ConfigurationError) {
      guard values[key] == nil else {
        throw .unreadable(
          file: source ?? "the configuration", reason: "it sets \(key) twice; keep one of them.")
      }
      values[key] = value.optionText
    }

    private static func lines(
      _ node: Node, of path: String
    ) throws(ConfigurationError) -> [(key: String, value: Node)] {
      guard case .mapping(let mapping) = node else {
        throw .unreadable(file: path, reason: "expected lines of the form 'option: value'.")
      }
      var lines: [(key: String, value: Node)] = []
      for (key, value) in mapping {
        guard let key = key.string else {
          throw .unreadable(
            file: path, reason: "a key is not a word; expected lines of the form 'option: value'.")
        }
        lines.append((key, value))
      }
      return lines
    }

    /// The content of a YAML file; nil for an empty one.
    package static func node(in path: String) throws(ConfigurationError) -> Node? {
      try node(parsing: try text(of: path), source: path)
    }

    /// The text of a YAML file.
    package static func text(of path: String) throws(ConfigurationError) -> String {
      let text: String?
      do {
        text = try InputFile.text(of: path, limit: Self.longest)
      } catch {
        throw .file(error)
      }
      guard let text else { throw .unreadable(file: path, reason: "it is not UTF-8 text.") }
      return text
    }

    /// The most bytes of a YAML file; the largest configurations and plans have some thousand.
    private static let longest = 1 << 20

    /// A YAML text; nil for an empty one.
    package static func node(parsing text: String, source: String) throws(ConfigurationError) -> Node? {
      do {
        return try AliasFreeYAML.compose(text)
      } catch let error as AliasFreeYAML.AliasFound {
        throw .unreadable(
          file: source,
          reason:
            "line \(error.line): anchors and aliases (&name, *name) are not allowed; write the value out.")
      } catch {
        throw .unreadable(file: source, reason: Self.reason(error))
      }
    }

    /// What YAML's parser found, and where, in one line.
    private static func reason(_ error: any Error) -> String {
      switch error as? YamlError {
      case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        "line \(mark.line), column \(mark.column): \(problem); correct the line or the one before."
      case .duplicatedKeysInMapping(let duplicates, _):
        "it sets \(duplicates.joined(separator: ", ")) twice; keep one of them."
      default:
        "\("\(error)".split(separator: "\n").joined(separator: " ")); correct it."
      }
    }
  }
}

extension Node {
  /// What the node gives for an option.
  package var optionText: OptionText {
    switch self {
    case .scalar(let scalar): null == nil ? .word(scalar.string) : .nothing
    case .sequence(let sequence): .list(sequence.map(\.optionText.description))
    default: .structure
    }
  }
}
