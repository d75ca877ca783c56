import Foundation

/// WordPiece with BERT's own way of cutting text into words.
///
/// Control characters are dropped, other white space becomes a space, ideographs stand alone; where the vocabulary is
/// of lower-case letters, words are made so and lose their accents, unless the model's settings say otherwise. Words
/// end at white space and around punctuation. A word is then cut into the longest pieces of the vocabulary from its
/// beginning on, pieces within it marked by `##`; a word of more than 100 characters, or with a piece that the
/// vocabulary lacks, is unknown.
///
/// Source: Devlin et al., *BERT*, arXiv:1810.04805, and its code (`tokenization.py`); `BertNormalizer` of the library tokenizers.
public struct WordPiece: Tokenizer {
  /// The number of tokens.
  public let vocabularySize: Int
  /// The tokens before and after each text.
  public let frame: (before: [Int], after: [Int])
  /// The token between the texts of a pair: an end.
  public var between: [Int] { frame.after }
  /// The type of the second text of a pair.
  public var secondType: Int { 1 }
  /// Whether letters are made lower case.
  public let isLowerCase: Bool
  /// Whether letters lose their accents.
  public let stripsAccents: Bool
  /// Whether ideographs stand alone.
  public let separatesIdeographs: Bool

  private let pieces: [TokenBytes: Int]
  private let unknown: Int

  private static let longestWord = 100

  /// Reads a vocabulary.
  ///
  /// - Parameters:
  ///   - path: `vocab.txt`, a token a line.
  ///   - isLowerCase: Whether letters are made lower case.
  ///   - stripsAccents: Whether letters lose their accents; nil for as they are made lower case.
  ///   - separatesIdeographs: Whether ideographs stand alone.
  /// - Throws: ``TextError`` if the file cannot be read or lacks the tokens that every text needs.
  public init(
    vocabulary path: String, isLowerCase: Bool = true, stripsAccents: Bool? = nil,
    separatesIdeographs: Bool = true
  ) throws {
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
      throw TextError.content(path, nil, "it cannot be read; check that it is there and its permissions")
    }
    var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    var pieces: [TokenBytes: Int] = [:]
    for (number, line) in lines.enumerated() {
      // A later line of the same token takes its place, as in the library tokenizers.
      pieces[TokenBytes(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)] = number
    }
    func special(_ token: String) throws -> Int {
      guard let number = pieces[TokenBytes(token.utf8)] else {
        throw TextError.content(
          path, nil, "the token \(token) is not in it, so it is no vocabulary of BERT's; give the model's own"
        )
      }
      return number
    }
    unknown = try special("[UNK]")
    frame = ([try special("[CLS]")], [try special("[SEP]")])
    vocabularySize = lines.count
    self.pieces = pieces
    self.isLowerCase = isLowerCase
    self.stripsAccents = stripsAccents ?? isLowerCase
    self.separatesIdeographs = separatesIdeographs
  }

  /// The tokens of a text, without its frame.
  public func tokens(of text: String) -> [Int] {
    var result: [Int] = []
    for word in words(of: text) { append(word, to: &result) }
    return result
  }

  private func append(_ word: [Unicode.Scalar], to result: inout [Int]) {
    guard word.count <= Self.longestWord else {
      result.append(unknown)
      return
    }
    var found: [Int] = []
    var start = 0
    let utf8 = word.map { UTF8.encode($0).map(Array.init) ?? [] }
    while start < word.count {
      var end = word.count
      var piece: Int?
      while end > start {
        let bytes = (start > 0 ? Array("##".utf8) : []) + utf8[start..<end].joined()
        piece = pieces[TokenBytes(bytes)]
        if piece != nil { break }
        end -= 1
      }
      guard let piece else {
        result.append(unknown)
        return
      }
      found.append(piece)
      start = end
    }
    result.append(contentsOf: found)
  }

  private func words(of text: String) -> [[Unicode.Scalar]] {
    var words: [[Unicode.Scalar]] = []
    var word: [Unicode.Scalar] = []
    func end() {
      if !word.isEmpty { words.append(word) }
      word = []
    }
    for scalar in normalized(text) {
      if scalar.properties.isWhitespace {
        end()
      } else if Self.isPunctuation(scalar) {
        end()
        words.append([scalar])
      } else {
        word.append(scalar)
      }
    }
    end()
    return words
  }

  private func normalized(_ text: String) -> [Unicode.Scalar] {
    var cleaned: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars {
      if scalar.value == 0 || scalar.value == 0xFFFD || Self.isControl(scalar) { continue }
      if separatesIdeographs, Self.isIdeograph(scalar) {
        cleaned += [" ", scalar, " "]
      } else {
        cleaned.append(scalar.properties.isWhitespace ? " " : scalar)
      }
    }
    if stripsAccents {
      // Canonical decomposition, of which the accents are dropped.
      var whole = String.UnicodeScalarView()
      whole.append(contentsOf: cleaned)
      cleaned = String(whole).decomposedStringWithCanonicalMapping.unicodeScalars
        .filter { $0.properties.generalCategory != .nonspacingMark }
    }
    // Each scalar by itself.
    return isLowerCase ? cleaned.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) } : cleaned
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "\t" || scalar == "\n" || scalar == "\r" { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .unassigned, .privateUse, .surrogate: return true
    default: return false
    }
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 33...47, 58...64, 91...96, 123...126: return true
    default: break
    }
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      return true
    default: return false
    }
  }
}
