import Foundation
import Testing
import TextModels
import Tokenizers

@Suite("Tokenizers") struct TokenizerTests {
  @Test("RoBERTa's tokens are the reference's")
  func roberta() throws {
    let golden = try Golden("roberta")
    let tokenizer = try ModelFolder(golden.path).tokenizer()
    for (text, tokens) in zip(try #require(golden.facts.texts), try #require(golden.facts.input_ids)) {
      #expect(tokenizer.encode(text, length: 40) == tokens)
    }
  }

  @Test("BERT's tokens are the reference's, which has them without beginning and end")
  func bert() throws {
    let golden = try Golden("bert")
    let tokenizer = try ModelFolder(golden.path).tokenizer()
    for (text, tokens) in zip(try #require(golden.facts.texts), try #require(golden.facts.input_ids)) {
      #expect(tokenizer.encode(text, length: 17, isFramed: false) == tokens)
      #expect(tokenizer.encode(text, length: 40) == [2] + tokens + [3])
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
