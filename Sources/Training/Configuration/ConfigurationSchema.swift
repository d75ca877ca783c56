import Foundation
import Options
import SystemFiles

/// The JSON Schema of configuration files, which editors complete and check YAML by.
public enum ConfigurationSchema {
  /// The schema of files that can choose some kinds.
  ///
  /// - Parameter kinds: The kinds of models, losses, optimizers and schedules.
  /// - Returns: JSON.
  /// - Throws: If the encoder fails, which has not been seen.
  public static func text(kinds: TrainingKinds = .standard) throws -> String {
    let options = ConfigurationOptions(kinds: kinds)
    var root = Schema(type: "object")
    root.schema = "https://json-schema.org/draft/2020-12/schema"
    root.title = "Configuration of a training run"
    root.additionalProperties = false
    root.properties = [TrainingConfiguration.versionKey: Schema(type: "string")]
    for part in ConfigurationOptions.parts {
      var section = Schema(type: "object")
      section.additionalProperties = false
      section.properties = [:]
      for name in options.names {
        let entries = options[name].filter { $0.part == part }.merged
        guard let first = entries.first else { continue }
        if entries.count == 1 {
          section.properties?[name] = Schema(first.option, of: first.kinds)
        } else {
          // Several kinds have an option of this name, and not the same.
          var schema = Schema(type: nil)
          let kinds = entries.map { Schema($0.option, of: $0.kinds) }
          schema.anyOf = kinds
          schema.description = kinds.compactMap(\.description).joined(separator: "\n")
          section.properties?[name] = schema
        }
      }
      root.properties?[part] = section
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(root), as: UTF8.self)
  }

  private struct Schema: Encodable {
    var schema: String?
    var title: String?
    var type: [String]?
    var description: String?
    var defaultValue: EncodedOption?
    var examples: [EncodedOption]?
    var allowed: [String]?
    var minimum: Double?
    var exclusiveMinimum: Double?
    var maximum: Double?
    var properties: [String: Schema]?
    var additionalProperties: Bool?
    var anyOf: [Schema]?
    /// The elements of a list; none for anything else, one otherwise.
    var items: [Schema] = []

    init(type: String?) {
      self.type = type.map { [$0] }
    }

    init(_ option: ConfigurationOption, of kinds: [String]) {
      let declaration = option.declaration
      self.init(form: declaration.form, range: declaration.range)
      description =
        (kinds.isEmpty ? "" : "\(kinds.joined(separator: ", ")): ") + declaration.help.description
      if declaration.defaultText != .nothing, declaration.defaultText != .word("") {
        defaultValue = EncodedOption(declaration.defaultText, declaration.form)
      }
      if declaration.example != declaration.defaultText {
        examples = [EncodedOption(declaration.example, declaration.form)]
      }
    }

    init(form: OptionForm, range: OptionRange?) {
      self.init(type: nil)
      switch form {
      case .wholeNumber: type = ["integer"]
      case .span: type = ["integer", "string"]
      case .number: type = ["number"]
      case .truth: type = ["boolean"]
      case .text, .choice: type = ["string"]
      case .list(let element):
        // A single value stands for a list of one.
        var list = Schema(type: "array")
        list.items = [Schema(form: element, range: range)]
        anyOf = [list, Schema(form: element, range: range)]
      case .optional(let form):
        self = Schema(form: form, range: range)
        type?.append("null")
      }
      if case .choice(let words) = form { allowed = words }
      guard let range, form == .wholeNumber || form == .number else { return }
      if range.excludesLower { exclusiveMinimum = range.lower } else { minimum = range.lower }
      maximum = range.upper
    }

    private enum Key: String, CodingKey {
      case schema = "$schema"
      case title, type, description
      case defaultValue = "default"
      case examples
      case allowed = "enum"
      case minimum, exclusiveMinimum, maximum, properties, additionalProperties, anyOf, items
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encodeIfPresent(schema, forKey: .schema)
      try container.encodeIfPresent(title, forKey: .title)
      if let type, type.count == 1 {
        try container.encode(type[0], forKey: .type)
      } else {
        try container.encodeIfPresent(type, forKey: .type)
      }
      try container.encodeIfPresent(description, forKey: .description)
      try container.encodeIfPresent(defaultValue, forKey: .defaultValue)
      try container.encodeIfPresent(examples, forKey: .examples)
      try container.encodeIfPresent(allowed, forKey: .allowed)
      try container.encodeIfPresent(minimum, forKey: .minimum)
      try container.encodeIfPresent(exclusiveMinimum, forKey: .exclusiveMinimum)
      try container.encodeIfPresent(maximum, forKey: .maximum)
      try container.encodeIfPresent(properties, forKey: .properties)
      try container.encodeIfPresent(additionalProperties, forKey: .additionalProperties)
      try container.encodeIfPresent(anyOf, forKey: .anyOf)
      try container.encodeIfPresent(items.first, forKey: .items)
    }
  }
}
