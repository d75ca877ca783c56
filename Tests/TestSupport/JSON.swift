public import Foundation

/// Reads JSON of any content with its numbers exactly as they are written.
///
/// Foundation's `JSONSerialization` decodes them on Linux up to a few units in the last place off, its `JSONDecoder`
/// rounds correctly.
public enum JSON {
  /// What a text holds: dictionaries, arrays, strings, `NSNumber` and `NSNull`.
  public static func object(_ data: Data) throws -> Any {
    try JSONDecoder().decode(Content.self, from: data).value
  }
}

private struct Content: Decodable {
  let value: Any

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      value = NSNull()
    } else if let flag = try? container.decode(Bool.self) {
      value = NSNumber(value: flag)
    } else if let integer = try? container.decode(Int.self), abs(integer) < 1 << 53 {
      value = NSNumber(value: integer)
    } else if let number = try? container.decode(Double.self) {
      value = NSNumber(value: number)
    } else if let text = try? container.decode(String.self) {
      value = text
    } else if let array = try? container.decode([Content].self) {
      value = array.map(\.value)
    } else {
      value = try container.decode([String: Content].self).mapValues(\.value)
    }
  }
}
