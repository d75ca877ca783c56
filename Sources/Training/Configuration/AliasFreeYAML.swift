import Yams

/// YAML without anchors and aliases.
///
/// A text of a kilobyte can stand for 2⁶⁰ nodes by aliases of aliases, which whatever walks or hashes the nodes would
/// never come to the end of. No file of ours needs them, so they are refused.
enum AliasFreeYAML {
  /// An anchor or an alias.
  struct AliasFound: Error {
    /// The line that it is in, from 1.
    let line: Int
  }

  /// The composing hashes the keys of mappings, and keys may be aliases. So few of them can stand for no more than some
  /// twenty times the text.
  private static let mostAliases = 8

  /// The content of a text; nil for an empty one.
  ///
  /// - Parameter text: The text.
  /// - Returns: Nodes, each of which is there once.
  /// - Throws: ``AliasFound``, or what YAML's parser found.
  static func compose(_ text: String) throws -> Node? {
    // An asterisk before a word and behind a space, bracket, comma or colon is an alias, or stands in a quotation or a comment. Within a
    // word it is part of a pattern of files.
    let aliases = text.matches(of: /(?:^|[\s,:\[{])(?<name>\*[\w-])/)
    guard aliases.count <= mostAliases else {
      let start = aliases[mostAliases].output.name.startIndex
      throw AliasFound(line: 1 + text[..<start].count(where: \.isNewline))
    }
    // Nodes know their anchors only as long as the parser lives.
    let parser = try Parser(yaml: text)
    return try withExtendedLifetime(parser) {
      let root = try parser.singleRoot()
      try root.map(refuseAnchors)
      return root
    }
  }

  /// Refuses the first anchor of a text. Aliases stand behind the anchors that they mean, so none is followed.
  private static func refuseAnchors(_ node: Node) throws(AliasFound) {
    guard node.anchor == nil else { throw AliasFound(line: node.mark?.line ?? 1) }
    switch node {
    case .scalar: break
    case .alias(let alias): throw AliasFound(line: alias.mark?.line ?? 1)
    case .sequence(let sequence): for node in sequence { try refuseAnchors(node) }
    case .mapping(let mapping):
      for (key, value) in mapping {
        try refuseAnchors(key)
        try refuseAnchors(value)
      }
    }
  }
}
