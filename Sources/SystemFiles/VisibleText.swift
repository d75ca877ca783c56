extension String {
  /// The text with what a terminal would obey made visible.
  ///
  /// Names come from files and paths. Control characters in them could color, clear or rewrite what a terminal shows, and
  /// marks of direction could show it in another order; each becomes `\u{…}` with its number, as in Swift's own literals.
  ///
  /// - Parameter keepingLines: Whether ends of lines and tabs stay as they are.
  /// - Returns: The text; the same if nothing is to be made visible.
  public func visible(keepingLines: Bool) -> String {
    func isHidden(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar {
      case "\n", "\t": !keepingLines
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}": true
      default: false
      }
    }
    return replacingScalars {
      isHidden($0) ? "\\u{\(String($0.value, radix: 16, uppercase: true))}" : nil
    }
  }

  /// The text with some of its scalars replaced.
  ///
  /// What ends a literal must be looked for among scalars: a quote with a combining accent after it is another character.
  ///
  /// - Parameter replacement: What takes a scalar's place; nil to leave it.
  /// - Returns: The text.
  public func replacingScalars(_ replacement: (Unicode.Scalar) -> String?) -> String {
    var result = ""
    for scalar in unicodeScalars {
      if let text = replacement(scalar) {
        result.unicodeScalars.append(contentsOf: text.unicodeScalars)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A text that is too long for one look: its beginning and its end.
  ///
  /// - Parameter length: The most characters.
  /// - Returns: The text, or `length` characters of it with a mark where the rest was.
  public func abridged(to length: Int) -> String {
    guard utf8.count > length, count > length else { return self }
    let end = length / 3
    return "\(prefix(length - end - 3)) … \(suffix(end))"
  }
}
