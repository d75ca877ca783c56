import SystemFiles
public import Yams

extension TrainingConfiguration {
  /// Values by key that replace those of the layers before: a recipe, a file, options.
  public struct Layer {
    /// The file that the values come from, for messages; nil for options.
    public let source: String?
    /// The values, as YAML.
    public var values: [String: Node]

    /// A layer from code or from options.
    public init(source: String? = nil, values: [String: Node] = [:]) {
      self.source = source
      self.values = values
    }

    /// The layer of a YAML file: a mapping from option names to values.
    ///
    /// - Parameter path: The file.
    /// - Throws: ``ConfigurationError/unreadable(file:reason:)`` unless the file is such a mapping.
    public init(reading path: String) throws(ConfigurationError) {
      let node = try Self.node(in: path)
      source = path
      values = [:]
      guard let node else { return }
      guard case .mapping(let mapping) = node else {
        throw .unreadable(file: path, reason: "expected lines of the form 'option: value'.")
      }
      for (key, value) in mapping {
        guard let key = key.string else {
          throw .unreadable(
            file: path, reason: "a key is not a word; expected lines of the form 'option: value'.")
        }
        values[key] = value
      }
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
      guard let text else { throw .unreadable(file: path, reason: "it is no text in UTF-8.") }
      return text
    }

    /// The most bytes of a YAML file; the largest configurations and plans have some thousand.
    private static let longest = 1 << 20

    /// A YAML text; nil for an empty one.
    package static func node(parsing text: String, source: String) throws(ConfigurationError) -> Node? {
      do {
        return try Yams.compose(yaml: text)
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
