import Foundation
import Testing
import TextModels
import Tokenizers

@Suite("Tokenizers") struct TokenizerTests {
  /// The tokenizer of a case, and its texts with their tokens.
  private func texts(of name: String, in set: String) throws -> (
    any Tokenizer, [(text: String, tokens: [Int])]
  ) {
    let golden = try Golden(name, in: set)
    let pairs = zip(try #require(golden.facts.texts), try #require(golden.facts.input_ids))
    return (try ModelFolder(golden.path).tokenizer(), pairs.map { ($0, $1) })
  }

  @Test("RoBERTa's tokens are the reference's", arguments: Golden.sets)
  func roberta(set: String) throws {
    let (tokenizer, texts) = try texts(of: "roberta", in: set)
    for (text, tokens) in texts { #expect(tokenizer.encode(text, length: 40) == tokens) }
  }

  @Test(
    "BERT's tokens are the reference's, of which one has them without beginning and end",
    arguments: Golden.sets)
  func bert(set: String) throws {
    let (tokenizer, texts) = try texts(of: "bert", in: set)
    for (text, reference) in texts {
      let tokens = reference.first == 2 ? Array(reference.dropFirst().dropLast()) : reference
      #expect(tokenizer.encode(text, length: tokens.count, isFramed: false) == tokens)
      #expect(tokenizer.encode(text, length: 64) == [2] + tokens + [3])
      #expect(tokenizer.encode(text, length: 7) == [2] + tokens.prefix(5) + [3])
    }
  }

  private struct OddLine: Decodable {
    var text: String
    var roberta: [Int]
    var bert: [Int]
  }

  @Test("the tokens of odd text are those of the library tokenizers")
  func oddText() throws {
    let path = "\(Golden.folder)/odd.json"
    let lines = try JSONDecoder().decode([OddLine].self, from: Data(contentsOf: URL(filePath: path)))
    let (roberta, bert) = (
      try ModelFolder(Golden("roberta").path).tokenizer(), try ModelFolder(Golden("bert").path).tokenizer()
    )
    #expect(lines.count > 50)
    for line in lines {
      #expect(roberta.tokens(of: line.text) == line.roberta, "\(line.text.debugDescription)")
      #expect(bert.tokens(of: line.text) == line.bert, "\(line.text.debugDescription)")
    }
  }

  @Test("words are cut as GPT-2's pattern cuts them")
  func words() {
    let cases = [
      "a b": ["a", " b"], "a  b": ["a", " ", " b"], "  ": ["  "], " a": [" a"], "it's": ["it", "'s"],
      "'x": ["'", "x"],
      "x'll'd": ["x", "'ll", "'d"], "12ab!?": ["12", "ab", "!?"], "a\n\n b": ["a", "\n\n", " b"],
      "a \n": ["a", " \n"],
      "\tb": ["\t", "b"], " 's": [" '", "s"], "": [],
    ]
    for (text, expected) in cases {
      let words = ByteLevelBPE.words(of: Array(text.unicodeScalars)).map { slice in
        String(String.UnicodeScalarView(slice))
      }
      #expect(words == expected, "\(text.debugDescription)")
    }
  }

  @Test("a text of 100,000 characters without a space has tokens that join to it")
  func longWord() throws {
    // Work in proportion to the square of the length would take minutes.
    let tokenizer = try ModelFolder(Golden("roberta").path).tokenizer()
    let word = tokenizer.tokens(of: "thehesees")
    #expect(word.count > 1)
    let tokens = tokenizer.tokens(of: String(repeating: "thehesees", count: 11_000))
    #expect((11_000...11_000 * word.count).contains(tokens.count))
  }
}
