extension String {
  /// The text as a word that a shell takes as it is: in quotes where it would divide or replace it, or see no word at all.
  package var shellWord: String {
    guard let first = unicodeScalars.first else { return "''" }
    guard first == "~" || !unicodeScalars.allSatisfy(Self.isPlain) else { return self }
    return "'" + replacing("'", with: "'\\''") + "'"
  }

  /// Whether a character means nothing to a shell within a word.
  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    !scalar.isASCII || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
      || "_@%+=:,./-~".unicodeScalars.contains(scalar)
  }
}
