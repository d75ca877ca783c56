import SystemFiles

extension Message {
  /// The sentence with its options as they are given on a command line.
  var spelled: String { text(spelling: Spelling.option) }
}

/// How names of options and their values are written on a command line.
enum Spelling {
  /// An option, with a value where there is one: `--epochs`, `--epochs 3`, `--resume 'run 2'`, `--no-shuffle`.
  static func option(_ name: String, _ value: String? = nil) -> String {
    switch value {
    case nil, "true": "--\(name)"
    case "false": "--no-\(name)"
    case .some(let value): "--\(name) \(word(value))"
    }
  }

  /// A word that a shell takes as it is: in quotes where it would divide or replace it.
  static func word(_ text: String) -> String {
    guard let first = text.unicodeScalars.first, first == "~" || !text.unicodeScalars.allSatisfy(isPlain)
    else { return text }
    return "'" + text.replacing("'", with: "'\\''") + "'"
  }

  /// Whether a character means nothing to a shell within a word.
  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    !scalar.isASCII || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
      || "_@%+=:,./-~".unicodeScalars.contains(scalar)
  }
}
