extension Gnuplot {
  // Colors that are told apart with any kind of color vision (Okabe and Ito's).
  static let blue = "#56B4E9"
  static let orange = "#D55E00"
  static let green = "#009E73"

  /// The end of a long name, which is where names differ.
  static func shortened(_ name: String, to length: Int = 26) -> String {
    name.count > length ? "…" + name.suffix(length - 1) : name
  }

  /// A text for between single quotes: a name must not end them, nor the line, or it could hold commands.
  static func quoted(_ text: String) -> String {
    String(text.map { $0.isNewline || $0.asciiValue.map { $0 < 32 } ?? false ? " " : $0 })
      .replacing("'", with: "''")
  }
}
