import ArgumentParser
import Autodiff
import FineTuning
import Foundation
import TensorCore
import TextModels
import Tokenizers

struct Logits: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the tokens and the logits of texts.",
    discussion: """
      For a text of a classifier the logits are a list of one number a class; for a language model, a list of such lists, one a
      token.
      """)

  @Option(help: ArgumentHelp("The folder of the model.", valueName: "folder")) var model: String
  @Option(help: ArgumentHelp("A file with a text a line.", valueName: "file")) var texts: String?
  @Option(
    help: ArgumentHelp(
      "Instead of texts: a file with the numbers of tokens, a text a line.", valueName: "file"))
  var ids: String?
  @Option(help: ArgumentHelp("A folder of PEFT's with corrections of the model.", valueName: "folder"))
  var adapter: String?
  @Option(help: "The most tokens of a text (default: what the model knows).") var maxLength: Int?
  @Flag(help: "Leave out the tokens that mark a text's beginning and end.") var noSpecialTokens = false
  @Option(help: "Texts at a time.") var batchSize = 32
  @Option(help: "The number of threads (default: all cores).") var threads: Int?
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    guard (texts == nil) != (ids == nil) else { throw ValidationError("Give either --texts or --ids.") }
    guard batchSize > 0, maxLength ?? 3 > 2, threads ?? 1 > 0 else {
      throw ValidationError("--batch-size and --threads are 1 or more, --max-length 3 or more.")
    }
  }

  func run() throws {
    try WorkerPool.withThreads(threads) {
      let folder = try ModelFolder(model)
      let tokens = try tokens(folder)
      let model = try folder.model()
      var (parameters, new) = try folder.parameters(of: model, seed: 0)
      if let path = adapter {
        let adapter = try AdapterFolder(reading: path, for: model)
        new.removeAll { adapter.parameters.tensor(named: $0) != nil }
        parameters = adapter.merged(into: parameters)
      }
      if !new.isEmpty {
        TextFineTuning.say(
          "The folder has no \(new.joined(separator: ", ")): the logits are those of an untrained head.")
      }
      let traced = TracedParameters(constants: parameters)
      var rows: [[[Float]]] = []
      for start in stride(from: 0, to: tokens.count, by: batchSize) {
        let part = Array(tokens[start..<min(start + batchSize, tokens.count)])
        let logits = model.logits(TokenBatch(part), traced, dropout: nil)
        let (width, elements) = (logits.shape[1], logits.value.elements)
        var place = 0
        for sequence in part {
          let count = model is LLaMA ? sequence.count : 1
          rows.append((place..<(place + count)).map { Array(elements[($0 * width)..<(($0 + 1) * width)]) })
          place += count
        }
      }
      try show(tokens, rows, isPerToken: model is LLaMA)
    }
  }

  private func tokens(_ folder: ModelFolder) throws -> [[Int]] {
    let longest = min(maxLength ?? .max, folder.configuration.longestText)
    let path = texts ?? ids ?? ""
    let tokenizer = ids == nil ? try folder.tokenizer() : nil
    let found = try lines(of: path).enumerated().map { index, line -> [Int] in
      let place = "line \(index + 1)"
      let tokens: [Int]
      if let tokenizer {
        tokens = tokenizer.encode(line, length: longest, isFramed: !noSpecialTokens)
      } else {
        tokens = try line.split(whereSeparator: { $0 == " " || $0 == "," }).map { word in
          guard let number = Int(word), (0..<folder.configuration.vocabularySize).contains(number) else {
            throw TextError.content(
              path, place, "'\(word)' is no token of the model's \(folder.configuration.vocabularySize)")
          }
          return number
        }
        guard tokens.count <= folder.configuration.longestText else {
          throw TextError.content(
            path, place, "the model knows \(folder.configuration.longestText) positions, not \(tokens.count)")
        }
      }
      guard !tokens.isEmpty else { throw TextError.content(path, place, "it has no token; remove the line") }
      return tokens
    }
    guard !found.isEmpty else { throw TextError.content(path, nil, "it has no lines") }
    return found
  }

  private struct Output: Encodable {
    let tokens: [[Int]]
    let rows: [[[Float]]]
    let isPerToken: Bool

    private enum CodingKeys: String, CodingKey {
      case tokens = "input_ids"
      case logits
    }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(tokens, forKey: .tokens)
      if isPerToken {
        try values.encode(rows, forKey: .logits)
      } else {
        try values.encode(rows.map { $0[0] }, forKey: .logits)
      }
    }
  }

  private func show(_ tokens: [[Int]], _ rows: [[[Float]]], isPerToken: Bool) throws {
    if json { return try printJSON(Output(tokens: tokens, rows: rows, isPerToken: isPerToken)) }
    for (tokens, rows) in zip(tokens, rows) {
      print(tokens.map(String.init).joined(separator: " "))
      for row in rows { print("  " + row.map { String(format: "%.6f", $0) }.joined(separator: "  ")) }
    }
  }
}

struct Tokens: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Print the tokens of texts.")

  @Option(
    help: ArgumentHelp(
      "The folder of the model, of which the vocabulary and config.json are read.", valueName: "folder"))
  var model: String
  @Option(help: ArgumentHelp("A file with a text a line.", valueName: "file")) var texts: String
  @Option(help: "The most tokens of a text (default: all).") var maxLength: Int?
  @Flag(help: "Leave out the tokens that mark a text's beginning and end.") var noSpecialTokens = false
  @Flag(help: "Print JSON.") var json = false

  private struct Output: Encodable {
    let tokens: [[Int]]
    private enum CodingKeys: String, CodingKey { case tokens = "input_ids" }
  }

  func run() throws {
    let tokenizer = try ModelFolder(model).tokenizer()
    let tokens = try lines(of: texts).map {
      tokenizer.encode($0, length: maxLength ?? .max, isFramed: !noSpecialTokens)
    }
    if json { return try printJSON(Output(tokens: tokens)) }
    for row in tokens { print(row.map(String.init).joined(separator: " ")) }
  }
}

/// The lines of a file, which end with "\n" or "\r\n"; a last one without an end counts.
func lines(of path: String) throws -> [String] {
  guard let data = FileManager.default.contents(atPath: path) else {
    throw TextError.content(path, nil, "it cannot be read; check that it is there and its permissions")
  }
  var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  if lines.last?.isEmpty == true { lines.removeLast() }
  return try lines.enumerated().map { index, bytes in
    let bytes = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
    guard let line = String(validating: bytes, as: UTF8.self) else {
      throw TextError.content(path, "line \(index + 1)", "it is not UTF-8; convert the file")
    }
    return line
  }
}

struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model with an adapter's corrections in it, as the library transformers loads it.")

  @Option(help: ArgumentHelp("The folder of the model.", valueName: "folder")) var model: String
  @Option(
    help: ArgumentHelp("The folder of PEFT's with the corrections (default: none).", valueName: "folder"))
  var adapter: String?
  @Option(help: ArgumentHelp("The folder to write.", valueName: "folder")) var output: String

  func run() throws {
    let folder = try ModelFolder(model)
    let model = try folder.model()
    var (parameters, _) = try folder.parameters(of: model, seed: 0)
    if let adapter { parameters = try AdapterFolder(reading: adapter, for: model).merged(into: parameters) }
    guard !FileManager.default.fileExists(atPath: "\(output)/config.json") else {
      throw TextError.usage("\(output) holds a model already; choose another folder.")
    }
    try folder.write(parameters, of: model, to: output)
    print(output)
  }
}
