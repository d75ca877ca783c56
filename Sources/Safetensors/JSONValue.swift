/// A JSON text whose objects keep the order of their members, and members that occur twice.
///
/// Safetensors needs both: the order of the tensors, and to refuse a name that stands for two of them.
enum JSONValue {
  case object([(name: String, value: JSONValue)])
  case array([JSONValue])
  case string(String)
  /// A number as it was written.
  case number(String)
  /// `true`, `false` or `null`.
  case keyword(String)

  /// What was found where something else was expected.
  struct SyntaxError: Error {
    let offset: Int
    let expected: String
  }

  init(parsing text: [UInt8]) throws(SyntaxError) {
    var parser = JSONParser(text: text)
    self = try parser.parse()
  }

  /// A text as a JSON string, quoted.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// Recursive descent over RFC 8259's grammar.
private struct JSONParser {
  let text: [UInt8]
  var position = 0

  /// A header has three levels; the limit keeps a hostile one from exhausting the stack.
  static let deepest = 16

  init(text: [UInt8]) {
    self.text = text
  }

  mutating func parse() throws(JSONValue.SyntaxError) -> JSONValue {
    let value = try parseValue(depth: 0)
    skipSpace()
    guard position == text.count else { throw expected("the end of the JSON text") }
    return value
  }

  private func expected(_ what: String) -> JSONValue.SyntaxError {
    JSONValue.SyntaxError(offset: position, expected: what)
  }

  private var next: UInt8? { position < text.count ? text[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func parseValue(depth: Int) throws(JSONValue.SyntaxError) -> JSONValue {
    guard depth < Self.deepest else { throw expected("at most \(Self.deepest) levels of nesting") }
    skipSpace()
    guard let byte = next else { throw expected("a value") }
    switch byte {
    case UInt8(ascii: "{"): return .object(try parseObject(depth: depth))
    case UInt8(ascii: "["): return .array(try parseArray(depth: depth))
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try parseNumber())
    default:
      for word in ["true", "false", "null"] where text[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return .keyword(word)
      }
      throw expected("a value")
    }
  }

  private mutating func parseObject(depth: Int) throws(JSONValue.SyntaxError) -> [(
    name: String, value: JSONValue
  )] {
    var members: [(name: String, value: JSONValue)] = []
    position += 1
    skipSpace()
    if skip("}") { return members }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw expected("a name in quotes") }
      let name = try parseString()
      skipSpace()
      guard skip(":") else { throw expected("':'") }
      members.append((name, try parseValue(depth: depth + 1)))
      skipSpace()
      if skip("}") { return members }
      guard skip(",") else { throw expected("',' or '}'") }
    }
  }

  private mutating func parseArray(depth: Int) throws(JSONValue.SyntaxError) -> [JSONValue] {
    var values: [JSONValue] = []
    position += 1
    skipSpace()
    if skip("]") { return values }
    while true {
      values.append(try parseValue(depth: depth + 1))
      skipSpace()
      if skip("]") { return values }
      guard skip(",") else { throw expected("',' or ']'") }
    }
  }

  private mutating func parseDigits() throws(JSONValue.SyntaxError) {
    guard let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
      throw expected("a digit")
    }
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
  }

  private mutating func parseNumber() throws(JSONValue.SyntaxError) -> String {
    let start = position
    _ = skip("-")
    if !skip("0") { try parseDigits() }
    if skip(".") { try parseDigits() }
    if skip("e") || skip("E") {
      if !skip("+") { _ = skip("-") }
      try parseDigits()
    }
    return String(decoding: text[start..<position], as: UTF8.self)
  }

  private mutating func parseString() throws(JSONValue.SyntaxError) -> String {
    var bytes: [UInt8] = []
    position += 1
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: bytes, as: UTF8.self) else { throw expected("UTF-8 text") }
        position += 1
        return string
      case UInt8(ascii: "\\"):
        position += 1
        bytes.append(contentsOf: Array(String(try parseEscape()).utf8))
      case 0..<0x20: throw expected("an escaped control character")
      default:
        bytes.append(byte)
        position += 1
      }
    }
    throw expected("the closing quote of a string")
  }

  private mutating func parseEscape() throws(JSONValue.SyntaxError) -> Unicode.Scalar {
    let simple: [Unicode.Scalar: Unicode.Scalar] = [
      "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t",
    ]
    if let byte = next, let scalar = simple[Unicode.Scalar(byte)] {
      position += 1
      return scalar
    }
    guard skip("u") else { throw expected("an escape sequence") }
    let first = try parseHexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    // A code point beyond 16 bits is written as two surrogates.
    guard first < 0xDC00, skip("\\"), skip("u") else { throw expected("the second half of a surrogate pair") }
    let second = try parseHexadecimal()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw expected("the second half of a surrogate pair") }
    return scalar
  }

  private mutating func parseHexadecimal() throws(JSONValue.SyntaxError) -> UInt32 {
    let end = position + 4
    guard end <= text.count,
      text[position..<end].allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
      let value = UInt32(String(decoding: text[position..<end], as: UTF8.self), radix: 16)
    else { throw expected("four hexadecimal digits") }
    position = end
    return value
  }
}
