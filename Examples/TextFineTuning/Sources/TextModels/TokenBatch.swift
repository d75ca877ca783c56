/// Texts as numbers of tokens, one after the other without padding.
public struct TokenBatch: Sendable, Equatable {
  /// The tokens of each text.
  public let sequences: [[Int]]

  /// A batch.
  ///
  /// - Precondition: There is a text, and each has a token.
  public init(_ sequences: [[Int]]) {
    precondition(
      !sequences.isEmpty && sequences.allSatisfy { !$0.isEmpty }, "a batch has texts, and each has tokens")
    self.sequences = sequences
  }

  /// All tokens.
  public var tokens: [Int] { sequences.flatMap { $0 } }
  /// The number of tokens of each text.
  public var lengths: [Int] { sequences.map(\.count) }
  /// The place of each token in its text, from 0.
  public var positions: [Int] { sequences.flatMap { Array($0.indices) } }
  /// The row of each text's first token.
  public var firstRows: [Int] {
    var next = 0
    return sequences.map { sequence in
      defer { next += sequence.count }
      return next
    }
  }
}
