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

  /// The tokens between the two texts of a pair; empty where the vocabulary has none.
  var between: [Int] { get }

  /// The type of a pair's second text and of what is behind it; all that is before has type 0.
  var secondType: Int { get }
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

  /// The number of tokens that mark the beginning, the middle and the end of a pair.
  public var marksOfPair: Int { frame.before.count + between.count + frame.after.count }

  /// The tokens of two texts with what marks them, cut to a length: the longer text first, then both alike, as by the
  /// strategy `longest_first` of the library tokenizers.
  ///
  /// - Parameters:
  ///   - first: Any text.
  ///   - second: Any other.
  ///   - length: The most tokens, those that mark the pair included.
  /// - Returns: The numbers, and the type of each.
  /// - Precondition: The length has room for ``marksOfPair``.
  public func encode(_ first: String, and second: String, length: Int) -> (tokens: [Int], types: [Int]) {
    precondition(
      length >= marksOfPair, "a pair takes \(marksOfPair) tokens at least, and may have \(length)")
    let (one, two) = (tokens(of: first), tokens(of: second))
    let kept = keptOfPair(one.count, two.count, room: length - marksOfPair)
    let before = frame.before + one.prefix(kept.first) + between
    let after = two.prefix(kept.second) + frame.after
    return (
      before + after,
      [Int](repeating: 0, count: before.count) + [Int](repeating: secondType, count: after.count)
    )
  }
}

/// How many tokens of each text of a pair are kept. Where both are cut, each has half of the room; one that is left
/// over belongs to the longer text, of equally long ones to the second.
private func keptOfPair(_ first: Int, _ second: Int, room: Int) -> (first: Int, second: Int) {
  guard first + second > room else { return (first, second) }
  let shorter = min(first, second, room / 2)
  return first > second ? (room - shorter, shorter) : (shorter, room - shorter)
}

/// A text as the key of a vocabulary: its bytes, because texts of different bytes can be equal as Swift's strings.
struct TokenBytes: Hashable, Sendable {
  let bytes: [UInt8]
  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
}
