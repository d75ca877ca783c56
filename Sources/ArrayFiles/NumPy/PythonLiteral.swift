/// A value as Python writes it: what describes an array in a NumPy file.
indirect enum PythonLiteral: Equatable {
  case text(String)
  case bool(Bool)
  case integer(Int)
  /// A tuple or a list.
  case sequence([PythonLiteral])
  case dictionary([String: PythonLiteral])

  /// The value that a text is; nil if it is none of these.
  init?(_ text: [UInt8]) {
    var parser = Parser(text: text)
    guard let value = parser.value(depth: 0) else { return nil }
    parser.skipSpace()
    guard parser.position == text.count else { return nil }
    self = value
  }

  private struct Parser {
    let text: [UInt8]
    var position = 0

    /// Types of records nest; the limit keeps a hostile text from exhausting the stack.
    static let deepest = 16

    mutating func skipSpace() {
      while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
    }

    mutating func skip(_ word: String) -> Bool {
      skipSpace()
      guard text[position...].starts(with: word.utf8) else { return false }
      position += word.utf8.count
      return true
    }

    mutating func value(depth: Int) -> PythonLiteral? {
      guard depth < Self.deepest else { return nil }
      if skip("True") { return .bool(true) }
      if skip("False") { return .bool(false) }
      if skip("{") { return dictionary(depth) }
      if skip("(") { return sequence(until: ")", depth) }
      if skip("[") { return sequence(until: "]", depth) }
      if skip("'") { return quoted("'").map { .text($0) } }
      if skip("\"") { return quoted("\"").map { .text($0) } }
      return integer()
    }

    private mutating func quoted(_ quote: Unicode.Scalar) -> String? {
      guard let length = text[position...].firstIndex(of: UInt8(ascii: quote)).map({ $0 - position }) else {
        return nil
      }
      defer { position += length + 1 }
      let bytes = text[position..<position + length]
      return bytes.contains(UInt8(ascii: "\\")) ? nil : String(validating: bytes, as: UTF8.self)
    }

    private mutating func integer() -> PythonLiteral? {
      let start = position
      _ = skip("-")
      while position < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[position]) {
        position += 1
      }
      let number = Int(String(decoding: text[start..<position], as: UTF8.self))
      // Python 2 marked long ones.
      _ = skip("L")
      return number.map { .integer($0) }
    }

    private mutating func sequence(until end: String, _ depth: Int) -> PythonLiteral? {
      var values: [PythonLiteral] = []
      while !skip(end) {
        guard let value = value(depth: depth + 1) else { return nil }
        values.append(value)
        if !skip(",") { return skip(end) ? .sequence(values) : nil }
      }
      return .sequence(values)
    }

    private mutating func dictionary(_ depth: Int) -> PythonLiteral? {
      var members: [String: PythonLiteral] = [:]
      while !skip("}") {
        guard case .text(let key)? = value(depth: depth + 1), skip(":"),
          let value = value(depth: depth + 1), members.updateValue(value, forKey: key) == nil
        else { return nil }
        if !skip(",") { return skip("}") ? .dictionary(members) : nil }
      }
      return .dictionary(members)
    }
  }
}
