import Foundation
import Logging

/// Writes messages on standard error: as lines for people, in which notes and warnings are called so, or as one JSON object a
/// line.
///
/// | key | value |
/// | --- | --- |
/// | `time` | when it was said, in ISO 8601 and UTC |
/// | `level` | `info`, `notice`, `warning` or `error` |
/// | `message` | the text |
/// | … | the numbers of the event, as in the run's files |
struct ConsoleLogHandler: LogHandler {
  let format: MessageOptions.Format
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    switch format {
    case .text: Console.write(line: Self.prefix(event.level) + event.message.description)
    case .json: if let line = try? json(event) { Console.write(line: line) }
    }
  }

  private static func prefix(_ level: Logger.Level) -> String {
    switch level {
    case .notice: "Note: "
    case .warning: "Warning: "
    default: ""
    }
  }

  private func json(_ event: LogEvent) throws -> String {
    var object = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues(JSONValue.init)
    object["time"] = .text(Date.now.ISO8601Format(.init(includingFractionalSeconds: true)))
    object["level"] = .text(event.level.rawValue)
    object["message"] = .text(event.message.description)
    return try Console.jsonText(object)
  }
}

/// A message's value in JSON: numbers stay numbers.
private enum JSONValue: Encodable {
  case text(String)
  case number(Double)
  case count(Int)
  case list([JSONValue])
  case object([String: JSONValue])

  init(_ value: Logger.MetadataValue) {
    switch value {
    case .string(let text): self = .text(text)
    case .stringConvertible(let value as Double): self = .number(value)
    case .stringConvertible(let value as Int): self = .count(value)
    case .stringConvertible(let value): self = .text("\(value)")
    case .array(let values): self = .list(values.map(JSONValue.init))
    case .dictionary(let values): self = .object(values.mapValues(JSONValue.init))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .count(let count): try container.encode(count)
    case .list(let values): try container.encode(values)
    case .object(let values): try container.encode(values)
    }
  }
}
