import Foundation
import SystemFiles

/// A picture of gnuplot's as a part of an HTML page that is read in light and in darkness.
///
/// Black becomes the color of the page's text, grid lines become transparent gray, the white ground goes, and names within
/// the picture get a prefix, so that several pictures on one page do not share them.
struct InlineVectorGraphics {
  /// The `svg` element.
  let markup: String

  /// Adapts a picture.
  ///
  /// - Parameters:
  ///   - text: An SVG file as gnuplot writes it.
  ///   - prefix: What names in it begin with from here on.
  ///   - label: What the picture shows, for those who cannot see it.
  init(_ text: String, prefix: String, label: String) {
    // What is before the element declares a document, which it is not any more.
    var text = text.range(of: "<svg").map { String(text[$0.lowerBound...]) } ?? text
    text = text.replacing(
      "<title>Gnuplot</title>", with: "<title>\(HTMLText.escaped(label))</title>", maxReplacements: 1)
    let width = text.firstMatch(of: /viewBox="0 0 (\d+) \d+"/).flatMap { Double($0.output.1) } ?? 800
    // Neither letters larger than the page's, nor, on a telephone, too small to read: there a single diagram just fits, and
    // of others one scrolls.
    let style = "max-width: \(Int(1.15 * width))px; min-width: \(Int(0.57 * width))px"
    text = text.replacing("<svg ", with: "<svg role=\"img\" style=\"\(style)\" ", maxReplacements: 1)
    if let ground = text.firstMatch(of: /<rect x="0" y="0" width="\d+" height="\d+" fill="#ffffff"\/>/) {
      text.removeSubrange(ground.range)
    }
    for (old, new) in [
      ("color=\"black\"", ""), ("color='black'", ""), ("fill=\"black\"", "fill=\"currentColor\""),
      ("fill = 'black'", "fill='currentColor'"), ("color='#FFFFFF'", "class='ground'"),
      ("color=\"#FFFFFF\"", "class=\"ground\""), ("rgb(  0,   0,   0)", "currentColor"),
      ("stroke='black'", "stroke='currentColor'"), ("stroke=\"black\"", "stroke=\"currentColor\""),
      // The darkest of the colors, as light as is legible on white.
      ("rgb(  0, 114, 178)", "#2d8fd5"),
      ("rgb(224, 224, 224)", "rgba(128,128,128,0.35)"),
    ] { text = text.replacing(old, with: new) }
    text = text.replacing(/\bid=(["'])/) { "id=\($0.output.1)\(prefix)" }
    text = text.replacing(/xlink:href=(["'])#/) { "xlink:href=\($0.output.1)#\(prefix)" }
    text = text.replacing(/url\(#/) { _ in "url(#\(prefix)" }
    // Titles of curves would show as tool tips that say nothing.
    text = text.replacing(/<title>[^<]*gnuplot_plot_\w+<\/title>/) { _ in "" }
    markup = text
  }
}

/// Text in HTML.
enum HTMLText {
  static func escaped(_ text: String) -> String {
    text.replacingScalars { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      default: nil
      }
    }
  }
}
