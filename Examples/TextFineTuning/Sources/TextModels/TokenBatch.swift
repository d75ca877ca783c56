/// Texts as numbers of tokens, one after the other without padding.
public struct TokenBatch: Sendable, Equatable {
  /// The tokens of each text.
  public let sequences: [[Int]]
  /// The type of each token of each text: 0, or 1 for the second text of a pair of BERT's.
  public let types: [[Int]]

  /// A batch.
  ///
  /// - Parameters:
  ///   - sequences: The tokens of each text.
  ///   - types: The type of each of them; nil where all are 0.
  /// - Precondition: There is a text, each has a token, and each token a type.
  public init(_ sequences: [[Int]], types: [[Int]]? = nil) {
    precondition(
      !sequences.isEmpty && sequences.allSatisfy { !$0.isEmpty }, "a batch has texts, and each has tokens")
    self.sequences = sequences
    self.types = types ?? sequences.map { [Int](repeating: 0, count: $0.count) }
    precondition(
      self.types.map(\.count) == sequences.map(\.count),
      "tokens of \(sequences.map(\.count)) have types of \(self.types.map(\.count))")
  }

  /// All tokens.
  public var tokens: [Int] { sequences.flatMap { $0 } }
  /// The types of all tokens.
  public var tokenTypes: [Int] { types.flatMap { $0 } }
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
