import SystemFiles

extension Gnuplot {
  // Colors that are distinct with any kind of color vision (Okabe and Ito's).
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

  /// A text as gnuplot takes it, in single quotes: the only way in which a text may become part of a script.
  ///
  /// Between single quotes nothing is special but a quote, which is doubled, and the line's end. Names come from files and
  /// paths, so control characters, which could end the line and begin a command, become visible ones.
  static func quoted(_ text: String) -> String {
    "'\(text.visible(keepingLines: false).replacingScalars { $0 == "'" ? "''" : nil })'"
  }
}
