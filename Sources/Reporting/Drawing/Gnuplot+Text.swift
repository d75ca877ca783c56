extension Gnuplot {
  // Colors that are told apart with any kind of color vision (Okabe and Ito's).
  static let blue = "#56B4E9"
  static let orange = "#D55E00"
  static let green = "#009E73"

  /// The end of a long name, which is where names differ, from the beginning of a component on if there is one.
  static func shortened(_ name: String, to length: Int = 26) -> String {
    guard name.count > length else { return name }
    let end = name.suffix(length - 1)
    let component = end.firstIndex { $0 == "." || $0 == "/" }
    return "…" + (component.map { end[end.index(after: $0)...] } ?? end)
  }

  /// A text for between single quotes: a name must not end them, nor the line, or it could hold commands.
  static func quoted(_ text: String) -> String {
    String(text.map { $0.isNewline || $0.asciiValue.map { $0 < 32 } ?? false ? " " : $0 })
      .replacing("'", with: "''")
  }
}
