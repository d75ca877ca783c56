import Foundation

/// Byte-level byte-pair encoding, as GPT-2 and RoBERTa use it.
///
/// A text is cut into words by GPT-2's pattern `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
/// Each byte of a word is a token at first; then, as long as a pair of neighbors is in the list of merges, the pair that comes
/// first in the list is joined, the leftmost of equal ones. Time is O(n log n) in the length of a word.
///
/// Source: Radford et al., *Language Models are Unsupervised Multitask Learners*, 2019, section 2.2, and its code.
public struct ByteLevelBPE: Tokenizer {
  /// The number of tokens.
  public let vocabularySize: Int
  /// The tokens before and after each text.
  public let frame: (before: [Int], after: [Int])
  /// The tokens between the texts of a pair: two ends.
  public var between: [Int] { frame.after + frame.after }
  /// The type of the second text of a pair: that of the first.
  public var secondType: Int { 0 }

  /// What a pair of tokens becomes.
  private struct Merge {
    let rank: Int
    let result: Int
  }

  private let bytes: [Int]
  private let merges: [UInt64: Merge]

  /// Reads the files of a vocabulary.
  ///
  /// - Parameters:
  ///   - vocabulary: `vocab.json`, an object of numbers by token.
  ///   - merges: `merges.txt`, a pair of tokens a line.
  /// - Throws: ``TextError`` where the files are damaged or do not fit together.
  public init(vocabulary: String, merges: String) throws {
    let data = try Self.read(vocabulary)
    let numbers: [String: Int]
    do {
      numbers = try JSONDecoder().decode([String: Int].self, from: data)
    } catch {
      throw TextError.content(
        vocabulary, nil, "it is no JSON object of whole numbers by token; copy the file again")
    }
    guard let most = numbers.values.max(), let least = numbers.values.min(), least >= 0, most < 1 << 24 else {
      throw TextError.content(
        vocabulary, nil, "tokens are numbered from 0 to below 16,777,216; copy the file again")
    }
    vocabularySize = most + 1
    let letters = Self.letters
    bytes = try letters.enumerated().map { byte, letter in
      guard let number = numbers[String(letter)] else {
        throw TextError.content(
          vocabulary, "token \(String(letter))",
          "the byte \(byte) has no token, so this is no byte-level vocabulary; give the model's own")
      }
      return number
    }
    var pairs: [UInt64: Merge] = [:]
    // Bytes, because "\r\n" is a single character of a string, which is no "\n".
    for (index, bytes) in try Self.read(merges).split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).enumerated() {
      let line = String(
        decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes, as: UTF8.self)
      if line.isEmpty || index == 0 && line.hasPrefix("#version") { continue }
      let parts = line.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw TextError.content(
          merges, "line \(index + 1)", "a merge is two tokens with one space between them")
      }
      guard let left = numbers[String(parts[0])], let right = numbers[String(parts[1])],
        let result = numbers[String(parts[0] + parts[1])]
      else {
        throw TextError.content(
          merges, "line \(index + 1)",
          "the vocabulary \(vocabulary) lacks one of the tokens '\(parts[0])', '\(parts[1])' or the two joined; "
            + "give the two files of one model")
      }
      let key = Self.key(left, right)
      if pairs[key] == nil { pairs[key] = Merge(rank: pairs.count, result: result) }
    }
    self.merges = pairs
    if let begin = numbers["<s>"], let end = numbers["</s>"] {
      frame = ([begin], [end])
    } else {
      frame = ([], [])
    }
  }

  private static func read(_ path: String) throws -> Data {
    do { return try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
      throw TextError.content(path, nil, "it cannot be read; check that it is there and its permissions")
    }
  }

  private static func key(_ left: Int, _ right: Int) -> UInt64 { UInt64(left) << 32 | UInt64(right) }

  /// The letter that stands for each byte in the files: itself where it can be printed, another one otherwise.
  private static var letters: [Unicode.Scalar] {
    let printable = Set(0x21...0x7E).union(0xA1...0xAC).union(0xAE...0xFF)
    var next: UInt32 = 0x100
    return (0..<256).map { byte in
      if printable.contains(byte) { return Unicode.Scalar(UInt8(byte)) }
      defer { next += 1 }
      return Unicode.Scalar(next) ?? " "
    }
  }

  /// The tokens of a text, without its frame.
  public func tokens(of text: String) -> [Int] {
    var result: [Int] = []
    var known: [TokenBytes: [Int]] = [:]
    for word in Self.words(of: Array(text.unicodeScalars)) {
      var utf8: [UInt8] = []
      for scalar in word { utf8.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? []) }
      let key = TokenBytes(utf8)
      if let tokens = known[key] {
        result.append(contentsOf: tokens)
      } else {
        let tokens = merged(utf8.map { bytes[Int($0)] })
        known[key] = tokens
        result.append(contentsOf: tokens)
      }
    }
    return result
  }

  /// A pair that may be joined.
  private struct Candidate: Comparable {
    let rank: Int
    let place: Int
    let left: Int
    let right: Int
    static func < (a: Candidate, b: Candidate) -> Bool { (a.rank, a.place) < (b.rank, b.place) }
  }

  private func merged(_ letters: [Int]) -> [Int] {
    var tokens = letters
    // Neighbors, with −1 for none; a token of −1 has become part of the one before it.
    var next = Array(1..<(tokens.count + 1))
    var previous = Array(-1..<(tokens.count - 1))
    if !next.isEmpty { next[next.count - 1] = -1 }
    var heap: [Candidate] = []
    func push(_ place: Int) {
      guard place >= 0, next[place] >= 0, let merge = merges[Self.key(tokens[place], tokens[next[place]])]
      else {
        return
      }
      heap.push(Candidate(rank: merge.rank, place: place, left: tokens[place], right: tokens[next[place]]))
    }
    for place in tokens.indices { push(place) }
    while let best = heap.popLeast() {
      let (place, other) = (best.place, next[best.place])
      // The pair may have been joined with others since.
      guard other >= 0, tokens[place] == best.left, tokens[other] == best.right,
        let merge = merges[Self.key(best.left, best.right)]
      else { continue }
      tokens[place] = merge.result
      tokens[other] = -1
      next[place] = next[other]
      if next[other] >= 0 { previous[next[other]] = place }
      push(previous[place])
      push(place)
    }
    return tokens.filter { $0 >= 0 }
  }

  private enum Kind { case letter, number, space, other }

  private static func kind(_ scalar: Unicode.Scalar) -> Kind {
    if scalar.properties.isWhitespace { return .space }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    default: return .other
    }
  }

  private static let contractions: [[Unicode.Scalar]] = ["s", "t", "re", "ve", "m", "ll", "d"].map {
    Array($0.unicodeScalars)
  }

  /// The words of GPT-2's pattern.
  package static func words(of text: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
    let kinds = text.map(kind)
    var words: [ArraySlice<Unicode.Scalar>] = []
    var start = 0
    /// The end of the run of one kind that begins at a place.
    func run(_ place: Int) -> Int {
      var end = place
      while end < text.count, kinds[end] == kinds[place] { end += 1 }
      return end
    }
    while start < text.count {
      var end = start
      if text[start] == "'",
        let suffix = contractions.first(where: { text[(start + 1)...].starts(with: $0) })
      {
        end = start + 1 + suffix.count
      } else if text[start] == " ", start + 1 < text.count, kinds[start + 1] != .space {
        end = run(start + 1)
      } else if kinds[start] == .space {
        end = run(start)
        // The last space of a run goes with the word behind it.
        if end < text.count, end - start > 1 { end -= 1 }
      } else {
        end = run(start)
      }
      words.append(text[start..<end])
      start = end
    }
    return words
  }
}

extension Array where Element: Comparable {
  /// Adds an element to a binary heap.
  fileprivate mutating func push(_ element: Element) {
    append(element)
    var child = count - 1
    while child > 0, self[child] < self[(child - 1) / 2] {
      swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Takes the least element from a binary heap.
  fileprivate mutating func popLeast() -> Element? {
    guard count > 1 else { return popLast() }
    swapAt(0, count - 1)
    let least = popLast()
    var parent = 0
    while true {
      let child = [2 * parent + 1, 2 * parent + 2].filter { $0 < count }.min { self[$0] < self[$1] }
      guard let child, self[child] < self[parent] else { return least }
      swapAt(parent, child)
      parent = child
    }
  }
}
