import Autodiff
import FineTuning
import Foundation
import TensorCore
import Testing
import TextModels
import Tokenizers

@Suite("Pairs of texts") struct PairTests {
  /// A pair, with what the library transformers made of it (`Tests/make-cases`).
  private struct Pair: Decodable {
    var first: String
    var second: String
    var length: Int
    var tokens: [Int]
    var types: [Int]
    var logits: [Float]
  }

  @Test(
    "tokens, types and logits are those of transformers, the longer text cut first",
    arguments: ["bert", "roberta"])
  func reference(_ name: String) throws {
    let data = try Data(contentsOf: URL(filePath: "\(Golden.folder)/pairs.json"))
    let pairs = try #require(try JSONDecoder().decode([String: [Pair]].self, from: data)[name])
    let (folder, model, parameters) = try Golden(name).load()
    let tokenizer = try folder.tokenizer()
    #expect(pairs.count > 20)
    for pair in pairs {
      let place: Comment = "\(pair.first) / \(pair.second), \(pair.length)"
      let found = tokenizer.encode(pair.first, and: pair.second, length: pair.length)
      #expect(found.tokens == pair.tokens && found.types == pair.types, place)
    }
    let batch = TokenBatch(pairs.map(\.tokens), types: pairs.map(\.types))
    let logits = model.logits(batch, TracedParameters(constants: parameters), dropout: nil).value.elements
    #expect(zip(logits, pairs.flatMap(\.logits)).allSatisfy { abs($0 - $1) < 1e-5 })
    // Types matter to a BERT, so the comparison sees them.
    let without = model.logits(
      TokenBatch(pairs.map(\.tokens)), TracedParameters(constants: parameters), dropout: nil)
    #expect((without.value.elements == logits) == (name == "roberta"))
  }

  @Test("examples carry the types of a file's pairs; a text alone has type 0")
  func examples() throws {
    let folder = try ChangedFolder("bert")
    defer { folder.remove() }
    let tokenizer = try ModelFolder(folder.path).tokenizer()
    let file = try folder.write(
      "sentence1\tsentence2\tlabel\nThe field is known.\tA wave.\t1\nA wave.\t\t0\n", "pairs.tsv")
    let texts = try LabeledTexts(reading: file, for: .classification)
    let examples = try texts.examples(
      for: .classification, tokenizer, length: 40, classes: texts.classes)
    let pair = tokenizer.encode("The field is known.", and: "A wave.", length: 40)
    #expect(examples[0].tokens == pair.tokens && examples[0].types == pair.types)
    #expect(examples[0].types.contains(1))
    #expect(examples[1].tokens == tokenizer.encode("A wave.", length: 40))
    #expect(examples[1].types == examples[1].tokens.map { _ in 0 })
  }

  @Test("a pair that has no room for its marks is refused")
  func room() throws {
    let folder = try ChangedFolder("roberta")
    defer { folder.remove() }
    let file = try folder.write("text\ttext2\tlabel\na\tb\t1\n", "pairs.tsv")
    let texts = try LabeledTexts(reading: file, for: .classification)
    let tokenizer = try ModelFolder(folder.path).tokenizer()
    let said = complaint {
      _ = try texts.examples(for: .classification, tokenizer, length: 3, classes: ["1"])
    }
    for word in ["pairs.tsv", "line 2", "4", "3"] { #expect(said.contains(word), "\(said)") }
  }

  @Test("pairs are refused by a BERT that knows one type")
  func oneType() throws {
    let folder = try ChangedFolder("bert", config: #"{"type_vocab_size": 1}"#)
    defer { folder.remove() }
    let (source, golden) = (try ModelFolder(folder.path), try Golden("bert").load())
    var weights = golden.parameters
    let table = "bert.embeddings.token_type_embeddings.weight"
    weights[table] = .init(Array(weights[table].elements.prefix(24)), shape: [1, 24])
    try source.write(weights, of: try source.model(labels: 2), to: folder.path)
    let pairs = try folder.write("text\ttext2\tlabel\na\tb\t1\nc\td\t2\n", "pairs.tsv")
    let singles = try folder.write("a\t1\nc\t2\n", "singles.tsv")
    func run(_ file: String) throws -> FineTuningRun {
      try FineTuningRun(
        RunOptions(model: folder.path, train: file, development: file, task: .classification), output: nil)
    }
    let said = complaint { _ = try run(pairs) }
    for word in ["config.json", "type_vocab_size", "pairs.tsv"] { #expect(said.contains(word), "\(said)") }
    #expect(try run(singles).trainingTexts == 2)
  }
}
