/// A pattern of parameters' names: a layer, or anything where a `*` stands.
///
/// `blocks.0` matches all parameters of that block, `conv*` those of `conv0` to `conv3`, `*.bias` all biases.
struct NamePattern: Sendable, Equatable {
  /// The pattern.
  let text: String

  /// A pattern.
  init(_ text: String) {
    self.text = text
  }

  /// Whether a parameter is meant: the pattern fits its name, or the name of a layer that it belongs to.
  ///
  /// - Parameter name: The parameter's full name.
  /// - Returns: Whether it fits.
  func matches(_ name: String) -> Bool {
    let pattern = Array(text.utf8)
    let bytes = Array(name.utf8)
    let ends = bytes.indices.filter { bytes[$0] == UInt8(ascii: ".") } + [bytes.count]
    return ends.contains { Self.fits(pattern, bytes[..<$0]) }
  }

  /// Whether a pattern with `*` for any text fits a text. It goes back to the last `*` alone, so it takes no more steps than
  /// the product of both lengths.
  private static func fits(_ pattern: [UInt8], _ text: ArraySlice<UInt8>) -> Bool {
    var (place, next) = (0, text.startIndex)
    var star: (place: Int, next: Int)?
    while next < text.endIndex {
      if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
        star = (place, next)
        place += 1
      } else if place < pattern.count, pattern[place] == text[next] {
        place += 1
        next += 1
      } else if let last = star {
        star = (last.place, last.next + 1)
        place = last.place + 1
        next = last.next + 1
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}

extension [String] {
  /// The names that patterns mean.
  ///
  /// - Parameters:
  ///   - patterns: The patterns.
  ///   - option: The option that gave them, for the message.
  /// - Returns: The names, those of several patterns once.
  /// - Throws: ``ConfigurationError/noSuchLayer(key:pattern:names:)`` for a pattern that means none.
  func matching(_ patterns: [String], of option: String) throws(ConfigurationError) -> Set<String> {
    var found: Set<String> = []
    for pattern in patterns {
      let own = filter(NamePattern(pattern).matches)
      guard !own.isEmpty else { throw .noSuchLayer(key: option, pattern: pattern, names: self) }
      found.formUnion(own)
    }
    return found
  }
}
