import Foundation
import Safetensors
import TensorCore
import Testing

@Suite("The command", .serialized) struct CommandTests {
  let folder: String

  init() throws { folder = try temporaryFolder() }

  private func write(_ text: String, _ name: String) throws -> String {
    try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    return "\(folder)/\(name)"
  }

  /// Texts of two kinds, that the words tell apart.
  private func texts(_ count: Int, label: (Int) -> String = { $0.isMultiple(of: 2) ? "far" : "near" })
    -> String
  {
    (0..<count).map { index in
      let word = index.isMultiple(of: 2) ? "shock" : "field"
      return "The \(word) had a seed of \(index * 7 % 31) and said so.\t\(label(index))"
    }.joined(separator: "\n") + "\n"
  }

  private func training(_ more: [String], model: String = "roberta", task: String = "classification") throws
    -> [String]
  {
    [
      "train", "--model", "\(Golden.folder)/\(model)", "--train", try write(texts(40), "train.tsv"), "--dev",
      try write(texts(10), "dev.tsv"), "--task", task, "--learning-rate", "2e-3", "--epochs", "6",
      "--batch-size", "4",
      "--minimum-eigenvalues", "8", "--spectra-every", "5", "--quiet",
    ] + more
  }

  @Test("training learns, and ends with GLUE's measures")
  func train() throws {
    let outcome = try Command.run(training(["--json", "--output", "\(folder)/run"]))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let result = try outcome.json()
    let metrics = try #require(result["metrics"] as? [String: Double])
    #expect(try #require(metrics["accuracy"]) == 1)
    #expect(Set(metrics.keys) == ["loss", "accuracy", "F1", "Matthews"])
    #expect(result["classes"] as? [String] == ["far", "near"])
    for file in [
      "options.json", "steps.jsonl", "metrics.jsonl", "layers.jsonl", "model/config.json", "model/vocab.json",
    ] {
      #expect(FileManager.default.fileExists(atPath: "\(folder)/run/\(file)"), "\(file)")
    }
    let layers = try String(contentsOfFile: "\(folder)/run/layers.jsonl", encoding: .utf8)
    #expect(layers.contains("roberta.encoder.layer.0.attention.self.query") && !layers.contains("classifier"))

    // The model that was written says the same.
    let lines = try write(
      "The shock had a seed of 3 and said so.\nThe field had a seed of 3 and said so.\n", "lines.txt")
    let logits = try Command.run("logits", "--model", "\(folder)/run/model", "--texts", lines, "--json")
    let rows = try #require(try logits.json()["logits"] as? [[Double]])
    #expect(rows[0][0] > rows[0][1] && rows[1][0] < rows[1][1])
    #expect(try Command.run(training([])).output.contains("Matthews"))
  }

  private struct Layer: Decodable {
    var layer: String
    var step: Int
    var learning_rate: Double
  }

  @Test("layers of a block share a factor, and shuffled blocks have each other's")
  func blocks() throws {
    func rates(_ name: String, _ more: [String]) throws -> [Set<Double>] {
      let output = "\(folder)/\(name)"
      let outcome = try Command.run(
        training(["--epochs", "1", "--warm-up", "0", "--output", output] + more))
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = try String(contentsOfFile: "\(output)/layers.jsonl", encoding: .utf8).split(separator: "\n")
      let layers = try lines.map { try JSONDecoder().decode(Layer.self, from: Data($0.utf8)) }
      return (0..<2).map { block in
        Set(layers.filter { $0.step == 0 && $0.layer.contains("layer.\(block).") }.map(\.learning_rate))
      }
    }
    let (own, shuffled) = (try rates("own", []), try rates("shuffled", ["--shuffle-factors"]))
    #expect(own.allSatisfy { $0.count == 1 } && own[0] != own[1])
    #expect(shuffled == own.reversed())
  }

  @Test(
    "a run that is stopped and goes on comes to the same bytes",
    arguments: [
      ["--tempbalance", "sigmoid"],
      ["--tempbalance", "off", "--optimizer", "adafactor", "--sam-rho", "0.05"],
      ["--lora-rank", "4", "--tempbalance", "linear"],
    ])
  func resume(_ more: [String]) throws {
    let arguments = try training(more + ["--epochs", "40"])
    let whole = try Command.run(arguments + ["--output", "\(folder)/whole"])
    #expect(whole.status == 0, "\(whole.errors)")
    let pieces = "\(folder)/pieces"
    func steps() -> Int {
      FileManager.default.contents(atPath: "\(pieces)/steps.jsonl")?.count { $0 == UInt8(ascii: "\n") } ?? 0
    }
    var interruptions = 0
    for _ in 0..<20 where interruptions < 3 {
      let before = steps()
      let command = try Command(arguments + ["--output", pieces])
      while command.isRunning, steps() < before + 20 { usleep(500) }
      if command.isRunning { command.send(SIGINT) }
      let outcome = try command.outcome()
      if outcome.status == 130 {
        interruptions += 1
      } else {
        #expect(outcome.status == 0, "\(outcome.errors)")
        if interruptions > 0 { break }
        // On a busy machine it was at its end before anybody looked: again from the beginning.
        try FileManager.default.removeItem(atPath: pieces)
      }
    }
    #expect(interruptions > 0)
    let last = try Command.run(arguments + ["--output", pieces])
    #expect(last.status == 0, "\(last.errors)")
    for file in ["steps.jsonl", "layers.jsonl", "model/model.safetensors", "checkpoints/last.safetensors"] {
      let (a, b) = (
        FileManager.default.contents(atPath: "\(folder)/whole/\(file)"),
        FileManager.default.contents(atPath: "\(folder)/pieces/\(file)")
      )
      #expect(a == b, "\(file) after \(interruptions) interruptions")
      #expect(a != nil || (file == "layers.jsonl" && more.contains("off")), "\(file)")
    }
  }

  @Test("a regression learns numbers, a language model the next token, LoRA writes an adapter")
  func otherTasks() throws {
    let numbers = try write(texts(40) { $0.isMultiple(of: 2) ? "10.5" : "-3" }, "numbers.tsv")
    let base = ["--learning-rate", "2e-3", "--batch-size", "4", "--quiet", "--json", "--no-dropout"]
    let regression = try Command.run(
      [
        "train", "--model", "\(Golden.folder)/bert", "--train", numbers, "--dev", numbers, "--task",
        "regression",
        "--epochs", "20", "--output", "\(folder)/regression",
      ] + base)
    #expect(regression.status == 0, "\(regression.errors)")
    #expect(try #require((try regression.json()["metrics"] as? [String: Double])?["Pearson"]) > 0.95)
    let lines = try write(
      "the shock had a seed of 3 and said so.\nthe field had a seed of 3 and said so.\n", "lines.txt")
    let logits = try Command.run(
      "logits", "--model", "\(folder)/regression/model", "--texts", lines, "--json")
    let rows = try #require(try logits.json()["logits"] as? [[Double]])
    #expect(rows[0][0] > 5 && rows[1][0] < 2)

    // LLaMA's folder has no vocabulary; RoBERTa's has one of 400.
    let folder = "\(folder)/llama"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (file, from) in [("vocab.json", "roberta"), ("merges.txt", "roberta")] {
      try FileManager.default.copyItem(
        atPath: "\(Golden.folder)/\(from)/\(file)", toPath: "\(folder)/\(file)")
    }
    let config = try String(contentsOfFile: "\(Golden.folder)/llama/config.json", encoding: .utf8)
    try Data(config.replacing("\"vocab_size\": 97", with: "\"vocab_size\": 400").utf8)
      .write(to: URL(filePath: "\(folder)/config.json"))
    let old = try SafetensorsFile(reading: "\(Golden.folder)/llama/model.safetensors")
    try SafetensorsFile.write(
      old.names.map { name in
        let tensor = try old.tensor(named: name)
        guard tensor.shape == [97, 32] else { return (name, tensor) }
        let rows = (0..<400 * 32).map { tensor.elements[$0 % tensor.count] }
        return (name, .init(rows, shape: [400, 32]))
      }, to: "\(folder)/model.safetensors")
    let language = try Command.run(
      [
        "train", "--model", folder, "--train", numbers, "--dev", numbers, "--task", "language-model",
        "--lora-rank", "4",
        "--lora-layer", "down_proj", "--lora-layer", "q_proj", "--epochs", "10", "--output",
        "\(self.folder)/language",
      ] + base)
    #expect(language.status == 0, "\(language.errors)")
    #expect(try #require((try language.json()["metrics"] as? [String: Double])?["perplexity"]) < 350)
    let adapted = try Command.run(
      "logits", "--model", folder, "--adapter", "\(self.folder)/language/adapter", "--texts", lines, "--json")
    let merged = try Command.run(
      "logits", "--model", "\(self.folder)/language/model", "--texts", lines, "--json")
    let (a, b) = (
      try #require(try adapted.json()["logits"] as? [[[Double]]]).joined().joined(),
      try #require(try merged.json()["logits"] as? [[[Double]]]).joined().joined()
    )
    #expect(a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test("logits print the reference's tokens and logits")
  func logits() throws {
    let golden = try Golden("roberta")
    let lines = try write(try #require(golden.facts.texts).joined(separator: "\n"), "lines.txt")
    let outcome = try Command.run("logits", "--model", golden.path, "--texts", lines, "--json").json()
    #expect(outcome["input_ids"] as? [[Int]] == golden.facts.input_ids)
    let rows = try #require(outcome["logits"] as? [[Double]])
    let expected = try golden.tensors.tensor(named: "logits").elements
    #expect(rows.joined().count == expected.count)
    #expect(zip(rows.joined(), expected).allSatisfy { abs($0 - Double($1)) < 1e-5 })
    let ids = try #require(Golden("llama").facts.input_ids)
    let numbers = try write(
      ids.map { $0.map(String.init).joined(separator: " ") }.joined(separator: "\n"), "ids.txt")
    let llama = try Command.run("logits", "--model", "\(Golden.folder)/llama", "--ids", numbers, "--json")
      .json()
    let tokens = try #require(llama["logits"] as? [[[Double]]])
    #expect(tokens.count == ids.count && tokens[0].count == ids[0].count && tokens[0][0].count == 97)
  }

  struct BadInput: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Makes the folder of the model bad.
    var change: @Sendable (_ folder: String) throws -> Void = { _ in }
    var train: String?
    var arguments: [String] = []
    var status: Int32 = 65
    let says: [String]

    static func replace(_ file: String, _ old: String, _ new: String) -> @Sendable (String) throws -> Void {
      { folder in
        let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
        try #require(text.contains(old))
        try Data(text.replacing(old, with: new).utf8).write(to: URL(filePath: "\(folder)/\(file)"))
      }
    }

    static func remove(_ file: String) -> @Sendable (String) throws -> Void {
      { try FileManager.default.removeItem(atPath: "\($0)/\(file)") }
    }
  }

  @Test(
    "bad input ends with its exit code, and the file and the place are named",
    arguments: [
      BadInput(testDescription: "no config", change: BadInput.remove("config.json"), says: ["config.json"]),
      BadInput(
        testDescription: "no weights", change: BadInput.remove("model.safetensors"),
        says: ["model.safetensors"]),
      BadInput(testDescription: "no vocabulary", change: BadInput.remove("vocab.json"), says: ["vocab.json"]),
      BadInput(testDescription: "no merges", change: BadInput.remove("merges.txt"), says: ["merges.txt"]),
      BadInput(
        testDescription: "unknown architecture",
        change: BadInput.replace("config.json", "\"roberta\"", "\"mamba\""),
        says: ["config.json", "model_type", "mamba", "roberta"]),
      BadInput(
        testDescription: "no JSON", change: BadInput.replace("config.json", "{", "["),
        says: ["config.json", "JSON"]),
      BadInput(
        testDescription: "a size that is text",
        change: BadInput.replace("config.json", "\"hidden_size\": 32", "\"hidden_size\": \"wide\""),
        says: ["config.json", "hidden_size"]),
      BadInput(
        testDescription: "a size beyond all models",
        change: BadInput.replace("config.json", "\"hidden_size\": 32", "\"hidden_size\": 999999999"),
        says: ["config.json", "hidden_size", "999999999"]),
      BadInput(
        testDescription: "heads that do not fit",
        change: BadInput.replace("config.json", "\"num_attention_heads\": 4", "\"num_attention_heads\": 5"),
        says: ["config.json", "num_attention_heads"]),
      BadInput(
        testDescription: "another activation",
        change: BadInput.replace("config.json", "\"gelu\"", "\"relu\""),
        says: ["config.json", "hidden_act", "relu"]),
      BadInput(
        testDescription: "a tensor of a wrong shape",
        change: BadInput.replace("config.json", "\"intermediate_size\": 64", "\"intermediate_size\": 60"),
        says: [
          "model.safetensors", "roberta.encoder.layer.0.intermediate.dense.weight", "[64, 32]", "[60, 32]",
        ]),
      BadInput(
        testDescription: "a missing tensor",
        change: BadInput.replace("config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"),
        says: ["model.safetensors", "roberta.encoder.layer.2"]),
      BadInput(
        testDescription: "a vocabulary that is larger than the model's",
        change: BadInput.replace("config.json", "\"vocab_size\": 400", "\"vocab_size\": 300"),
        says: ["vocab.json", "400", "300"]),
      BadInput(
        testDescription: "merges of another vocabulary",
        change: BadInput.replace("merges.txt", "o r\n", "o zzz\n"),
        says: ["merges.txt", "line 3", "zzz"]),
      BadInput(
        testDescription: "a line without a label", train: "one\tx\ntwo\n",
        says: ["train.tsv", "line 2", "label"]),
      BadInput(testDescription: "no texts", train: "\n\n", says: ["train.tsv"]),
      BadInput(testDescription: "one class", train: "one\tx\ntwo\tx\n", says: ["train.tsv", "'x'"]),
      BadInput(
        testDescription: "a class that training has not", train: "one\tx\ntwo\ty\n",
        says: ["dev.tsv", "line 1", "far"]),
      BadInput(
        testDescription: "a ratio of 0", arguments: ["--ratio", "0"], status: 64, says: ["ratio"]),
      BadInput(
        testDescription: "another task", arguments: ["--task", "poetry"], status: 64, says: ["poetry"]),
      BadInput(
        testDescription: "a task of another model", arguments: ["--task", "language-model"], status: 64,
        says: ["language-model", "roberta"]),
      BadInput(
        testDescription: "a layer that is none", arguments: ["--lora-rank", "2", "--lora-layer", "elbow"],
        status: 64,
        says: ["elbow", "query"]),
    ])
  func badInput(_ input: BadInput) throws {
    let model = "\(folder)/model"
    try FileManager.default.copyItem(atPath: "\(Golden.folder)/roberta", toPath: model)
    try input.change(model)
    let train = try write(input.train ?? texts(8), "train.tsv")
    let outcome = try Command.run(
      ["train", "--model", model, "--train", train, "--dev", try write(texts(4), "dev.tsv")]
        + (input.arguments.contains("--task") ? [] : ["--task", "classification"])
        + ["--epochs", "1", "--quiet"] + input.arguments)
    #expect(outcome.status == input.status, "\(outcome.errors)")
    for word in input.says { #expect(outcome.errors.contains(word), "\(word) in: \(outcome.errors)") }
    #expect(outcome.errors.split(separator: "\n").count <= (input.status == 64 ? 8 : 1), "\(outcome.errors)")
  }

  @Test("a run's folder is not for other options")
  func otherOptions() throws {
    let arguments = try training(["--epochs", "1", "--output", "\(folder)/run"])
    #expect(try Command.run(arguments).status == 0)
    #expect(try Command.run(arguments).status == 0)
    let other = try Command.run(arguments + ["--seed", "5"])
    #expect(other.status == 64 && other.errors.contains("options.json"), "\(other.errors)")
  }
}
