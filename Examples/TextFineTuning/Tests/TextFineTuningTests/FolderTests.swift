import Foundation
import Safetensors
import TensorCore
import Testing
import TextModels
import Tokenizers

@Suite("Folders of models") struct FolderTests {
  /// What the library transformers makes of the settings of a BERT's tokenizer (`Tests/make-cases`).
  private struct Settings: Decodable {
    struct Case: Decodable {
      var settings: String
      var tokens: [[Int]]
    }
    var vocabulary: [String]
    var texts: [String]
    var cases: [Case]
  }

  @Test("case, accents and ideographs are as tokenizer_config.json says")
  func settings() throws {
    let path = "\(Golden.folder)/settings.json"
    let settings = try JSONDecoder().decode(Settings.self, from: Data(contentsOf: URL(filePath: path)))
    let folder = try ChangedFolder("bert")
    defer { folder.remove() }
    try folder.write(settings.vocabulary.joined(separator: "\n") + "\n", "vocab.txt")
    #expect(settings.cases.count == 36)
    for one in settings.cases {
      try folder.write(one.settings, "tokenizer_config.json")
      let tokenizer = try ModelFolder(folder.path).tokenizer()
      #expect(settings.texts.map { tokenizer.tokens(of: $0) } == one.tokens, "\(one.settings)")
    }
  }

  @Test("a damaged tokenizer_config.json is reported")
  func damagedSettings() throws {
    let folder = try ChangedFolder("bert")
    defer { folder.remove() }
    for (text, word) in [
      ("{\"do_lower_case\": fal", "JSON"), ("{\"do_lower_case\": \"no\"}", "do_lower_case"),
      ("{\"strip_accents\": 1.5}", "strip_accents"),
    ] {
      try folder.write(text, "tokenizer_config.json")
      let said = complaint { _ = try ModelFolder(folder.path).tokenizer() }
      #expect(said.contains("tokenizer_config.json") && said.contains(word), "\(said)")
    }
  }

  @Test("a LLaMA whose words are cut in another way is refused by name")
  func words() throws {
    let folder = try ChangedFolder("llama", config: #"{"vocab_size": 400}"#)
    defer { folder.remove() }
    for file in ["vocab.json", "merges.txt"] {
      try FileManager.default.copyItem(
        atPath: "\(Golden.folder)/roberta/\(file)", toPath: "\(folder.path)/\(file)")
    }
    func said(_ part: String) throws -> String {
      try folder.write("{\"pre_tokenizer\": \(part), \"model\": {}}", "tokenizer.json")
      return complaint { _ = try ModelFolder(folder.path).tokenizer() }
    }
    let byteLevel = #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true}"#
    #expect(complaint { _ = try ModelFolder(folder.path).tokenizer() }.isEmpty)
    #expect(try said(byteLevel).isEmpty)
    #expect(try said("{\"type\": \"Sequence\", \"pretokenizers\": [\(byteLevel)]}").isEmpty)
    let others = [
      ("null", "none"), (#"{"type": "Metaspace", "replacement": "▁"}"#, "'Metaspace'"),
      (byteLevel.replacing("false", with: "true"), "with add_prefix_space"),
      (byteLevel.replacing("true", with: "true, \"use_regex\": false"), "without use_regex"),
      // As LLaMA 3 and SmolLM have them.
      (
        """
        {"type": "Sequence", "pretokenizers": [
          {"type": "Split", "pattern": {"Regex": "\\\\p{N}{1,3}"}, "behavior": "Isolated", "invert": false},
          {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]}
        """, "'Sequence' of 'Split' and 'ByteLevel' without use_regex"
      ),
      (
        """
        {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true}, \(byteLevel)]}
        """, "'Sequence' of 'Digits' and 'ByteLevel'"
      ),
    ]
    for (part, name) in others {
      let said = try said(part)
      for word in ["tokenizer.json", "pre_tokenizer", name] { #expect(said.contains(word), "\(said)") }
    }
    try folder.write("{", "tokenizer.json")
    #expect(complaint { _ = try ModelFolder(folder.path).tokenizer() }.contains("JSON"))
  }

  @Test("sizes with which no text can be computed are refused, and named")
  func sizes() throws {
    let cases = [
      ("bert", #"{"id2label": {}}"#, ["id2label", "0", "65536"]),
      ("bert", #"{"num_labels": 0}"#, ["num_labels", "0", "65536"]),
      ("bert", #"{"num_labels": -2}"#, ["num_labels", "-2"]),
      ("roberta", #"{"id2label": null, "num_labels": 65537}"#, ["num_labels", "65537"]),
      ("roberta", #"{"pad_token_id": 41}"#, ["max_position_embeddings", "42", "pad_token_id 41", "3"]),
      ("roberta", #"{"pad_token_id": 39}"#, ["max_position_embeddings", "pad_token_id 39"]),
      ("bert", #"{"max_position_embeddings": 2}"#, ["max_position_embeddings", "2", "3"]),
      ("bert", #"{"num_attention_heads": 5, "head_dim": 8}"#, ["num_attention_heads", "5", "24"]),
    ]
    for (name, config, words) in cases {
      let folder = try ChangedFolder(name, config: config)
      defer { folder.remove() }
      let said = complaint { _ = try ModelFolder(folder.path) }
      for word in ["config.json"] + words { #expect(said.contains(word), "\(config): \(said)") }
    }
    let folder = try ChangedFolder("roberta", config: #"{"pad_token_id": 38}"#)
    defer { folder.remove() }
    #expect(try ModelFolder(folder.path).configuration.longestText == 3)
  }

  @Test("a width of heads is LLaMA's alone, and a language model's labels do not matter")
  func widths() throws {
    let bert = try ChangedFolder("bert", config: #"{"head_dim": 5}"#)
    defer { bert.remove() }
    #expect(try ModelFolder(bert.path).configuration.headWidth == 8)
    let llama = try ChangedFolder("llama", config: #"{"head_dim": 6, "id2label": {}}"#)
    defer { llama.remove() }
    #expect(try ModelFolder(llama.path).configuration.headWidth == 6)
  }

  @Test("a head of more classes than a model may have is refused")
  func largeHead() throws {
    let folder = try ChangedFolder("bert")
    defer { folder.remove() }
    let golden = try Golden("bert").load()
    try SafetensorsFile.write(
      golden.parameters.map { name, tensor in
        (name: name, tensor: name == "classifier.weight" ? .zeros([65537, 24]) : tensor)
      }, to: "\(folder.path)/model.safetensors")
    let said = complaint { _ = try ModelFolder(folder.path).model() }
    for word in ["classifier.weight", "65537", "65536"] { #expect(said.contains(word), "\(said)") }
    // A new head of another number of classes takes its place.
    #expect(try ModelFolder(folder.path).model(labels: 3).shapes.last?.shape == [3])
  }
}
