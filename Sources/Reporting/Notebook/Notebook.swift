import Foundation
import SystemFiles

/// A Jupyter notebook, in nbformat 4.5.
///
/// Source: the nbformat documentation, *The Notebook file format*.
public struct Notebook: Encodable {
  private struct Cell: Encodable {
    let kind: String
    let id: String
    let source: [String]

    private enum CodingKeys: String, CodingKey {
      case kind = "cell_type"
      case id, source, metadata, outputs
      case count = "execution_count"
    }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(kind, forKey: .kind)
      try values.encode(id, forKey: .id)
      try values.encode(source, forKey: .source)
      try values.encode([String: String](), forKey: .metadata)
      guard kind == "code" else { return }
      try values.encode([String](), forKey: .outputs)
      try values.encodeNil(forKey: .count)
    }
  }

  private struct Metadata: Encodable {
    let kernelspec = ["display_name": "Python 3", "language": "python", "name": "python3"]
    // swift-format-ignore: AlwaysUseLowerCamelCase
    let language_info = ["name": "python"]
  }

  private var cells: [Cell] = []
  private let metadata = Metadata()
  private let nbformat = 4
  // swift-format-ignore: AlwaysUseLowerCamelCase
  private let nbformat_minor = 5

  /// Adds text in Markdown.
  mutating func add(markdown text: String) { add("markdown", text) }

  /// A name between backquotes in Markdown: on one line, and with no backquote that would end it.
  static func code(_ name: String) -> String {
    "`\(name.visible(keepingLines: false).replacingScalars { $0 == "`" ? "ˋ" : nil })`"
  }

  /// Adds Python.
  mutating func add(code text: String) { add("code", text) }

  private mutating func add(_ kind: String, _ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let source = lines.dropLast().map { $0 + "\n" } + lines.suffix(1)
    cells.append(Cell(kind: kind, id: "cell-\(cells.count + 1)", source: source))
  }

  /// Writes the notebook; the file appears whole or not at all.
  ///
  /// - Parameter path: The file, by convention with the ending `.ipynb`.
  /// - Throws: A `FileError` if it cannot be written.
  public func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.replace(path, with: String(decoding: try encoder.encode(self), as: UTF8.self) + "\n")
  }

  /// A text as a literal of Python.
  static func literal(_ text: String) -> String {
    let escaped = text.replacingScalars { scalar in
      switch scalar {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}":
        "\\U" + String(repeating: "0", count: 8 - String(scalar.value, radix: 16).count)
          + String(scalar.value, radix: 16)
      default: nil
      }
    }
    return "\"\(escaped)\""
  }

  /// The way from a notebook's folder to a file, which stays right when both are moved together.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - notebook: The notebook's file.
  /// - Returns: A relative path.
  static func path(of path: String, from notebook: String) -> String {
    func parts(_ path: String) -> [String] { URL(filePath: path).standardizedFileURL.pathComponents }
    let (target, folder) = (parts(path), Array(parts(notebook).dropLast()))
    let common = zip(target, folder).prefix { $0 == $1 }.count
    let way = Array(repeating: "..", count: folder.count - common) + target.dropFirst(common)
    return way.isEmpty ? "." : way.joined(separator: "/")
  }
}
