/// Turns text into the numbers of a vocabulary.
public protocol Tokenizer: Sendable {
  /// The number of tokens of the vocabulary: all numbers are below it.
  var vocabularySize: Int { get }

  /// The tokens of a text, without those that mark its beginning and its end.
  ///
  /// - Parameter text: Any text. What looks like a special token in it is text as well.
  /// - Returns: The numbers.
  func tokens(of text: String) -> [Int]

  /// The tokens before and after each text; empty where the vocabulary has none.
  var frame: (before: [Int], after: [Int]) { get }
}

extension Tokenizer {
  /// The tokens of a text with its beginning and its end, cut to a length.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - length: The most tokens, those of the frame included.
  ///   - isFramed: Whether beginning and end are marked.
  /// - Returns: The numbers.
  public func encode(_ text: String, length: Int, isFramed: Bool = true) -> [Int] {
    let (before, after) = isFramed ? frame : ([], [])
    let room = max(length - before.count - after.count, 0)
    return before + tokens(of: text).prefix(room) + after
  }
}

/// A text as the key of a vocabulary: its bytes, because texts of different bytes can be equal as Swift's strings.
struct TokenBytes: Hashable, Sendable {
  let bytes: [UInt8]
  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
}
