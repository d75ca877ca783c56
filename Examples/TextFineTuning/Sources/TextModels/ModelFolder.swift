public import Autodiff
import Foundation
import Safetensors
import SystemFiles
import TensorCore
import Tokenizers

/// A model in a folder as Hugging Face keeps them: `config.json`, weights, and the files of a vocabulary.
public struct ModelFolder: Sendable {
  /// The folder.
  public let path: String
  /// What it says of the model.
  public let configuration: TransformerConfiguration

  /// Opens a folder.
  ///
  /// - Parameter path: The folder.
  /// - Throws: ``Tokenizers/TextError`` if there is no such folder or no configuration of a model that is understood.
  public init(_ path: String) throws {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      throw TextError.content(
        path, nil, "it is no folder; give one with config.json, weights and a vocabulary")
    }
    guard FileManager.default.fileExists(atPath: "\(path)/config.json") else {
      throw TextError.missing(
        "config.json", in: path, "give a folder as the library transformers saves a model")
    }
    configuration = try TransformerConfiguration(reading: "\(path)/config.json")
  }

  func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(file)") }

  /// The model of the folder.
  ///
  /// - Parameter labels: The number of logits of a text; nil for those of the folder.
  /// - Returns: The model.
  /// - Throws: ``Tokenizers/TextError`` if the weights cannot be read, or the head's are of a wrong number of classes.
  public func model(labels: Int? = nil) throws -> any TextModel {
    guard configuration.architecture != .llama else { return LLaMA(configuration) }
    let weights = try FolderWeights(path, configuration)
    let head = "\(TextEncoder.outputLayer(of: configuration.architecture)).weight"
    let own = labels ?? weights.shape(of: head)?.first ?? configuration.labels ?? Self.usualLabels
    guard labels != nil || (1...TransformerConfiguration.mostLabels).contains(own) else {
      throw TextError.content(
        path, "tensor \(head)",
        "it is of \(own) classes, expected 1 to \(TransformerConfiguration.mostLabels); "
          + "give the weights of a classifier")
    }
    return TextEncoder(configuration, labels: own)
  }

  /// The number of classes that the library transformers takes where `config.json` says none.
  private static let usualLabels = 2

  /// Reads the weights of a model.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - seed: The seed of what the folder has not: layers of the head, or a head of another shape.
  /// - Returns: The weights, and the names of those that are new.
  /// - Throws: ``Tokenizers/TextError`` for a tensor that is missing, of a wrong shape, no floating-point numbers or not finite.
  public func parameters(of model: any TextModel, seed: UInt64) throws -> (Parameters, new: [String]) {
    let weights = try FolderWeights(path, configuration)
    var (parameters, new) = (Parameters(), [String]())
    // All layers of a part of the head are new together.
    let lacking = model.headPrefixes.filter { prefix in
      model.shapes.contains { $0.name.hasPrefix(prefix) && weights.shape(of: $0.name) != $0.shape }
    }
    for (name, shape) in model.shapes {
      if lacking.contains(where: { name.hasPrefix($0) }) {
        parameters.append(model.newWeights(name, shape: shape, seed: seed), named: name)
        new.append(name)
      } else {
        parameters.append(try weights.tensor(named: name, shape: shape), named: name)
      }
    }
    return (parameters, new)
  }

  /// Writes a folder that the library transformers loads: the weights, the configuration and the vocabulary of this one.
  ///
  /// - Parameters:
  ///   - parameters: The weights.
  ///   - model: The model.
  ///   - meaning: What its logits are; nil for what this folder says of them.
  ///   - target: The folder, which is made.
  /// - Throws: If it cannot be written.
  public func write(
    _ parameters: Parameters, of model: any TextModel, meaning: LogitMeaning? = nil, to target: String
  ) throws {
    try Self.makeFolder(target)
    try SafetensorsFile.write(
      parameters.map { (name: $0.name, tensor: $0.tensor) }, metadata: ["format": "pt"],
      to: "\(target)/model.safetensors")
    try AtomicFile.replace("\(target)/config.json", with: try configurationText(of: model, meaning))
    for file in Self.companions where has(file) {
      guard let data = FileManager.default.contents(atPath: "\(path)/\(file)") else { continue }
      try AtomicFile.replace("\(target)/\(file)", with: String(decoding: data, as: UTF8.self))
    }
  }

  static func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError(.create, path, code: EACCES)
    }
  }

  private static let companions = [
    "vocab.txt", "vocab.json", "merges.txt", "tokenizer_config.json", "tokenizer.json",
    "special_tokens_map.json",
    "generation_config.json",
  ]

  private func configurationText(of model: any TextModel, _ meaning: LogitMeaning?) throws -> String {
    var content = configuration.content
    if let encoder = model as? TextEncoder {
      let name = configuration.architecture == .roberta ? "Roberta" : "Bert"
      content["architectures"] = .array([.string("\(name)ForSequenceClassification")])
      // Without a meaning the names stay, unless the weights are of another number of classes than config.json.
      if meaning != nil || encoder.labels != configuration.labels ?? Self.usualLabels {
        let names = meaning?.names ?? (0..<encoder.labels).map { "LABEL_\($0)" }
        precondition(
          names.count == encoder.labels, "\(encoder.labels) logits of a text have \(names.count) names")
        let labels = names.enumerated().map { (name: $1, number: $0) }
        content["id2label"] = .object(
          Dictionary(uniqueKeysWithValues: labels.map { ("\($0.number)", .string($0.name)) }))
        content["label2id"] = .object(
          Dictionary(labels.map { ($0.name, .integer($0.number)) }, uniquingKeysWith: { first, _ in first }))
        content["num_labels"] = nil
      }
      if let meaning { content["problem_type"] = .string(meaning.problemType) }
    }
    content["dtype"] = .string("float32")
    content["torch_dtype"] = nil
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(content), as: UTF8.self) + "\n"
  }
}

/// The tensors of a folder, in one file or in several, under the names that the models here use.
private struct FolderWeights {
  private let files: [WeightFile]
  private let places: [String: (file: Int, name: String)]
  private let folder: String

  private struct Index: Decodable { var weight_map: [String: String] }

  init(_ folder: String, _ configuration: TransformerConfiguration) throws {
    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(name)") }
    var names: [String] = []
    if let single = ["model.safetensors", "pytorch_model.bin"].first(where: exists) {
      names = [single]
    } else if exists("model.safetensors.index.json") {
      let path = "\(folder)/model.safetensors.index.json"
      guard let data = FileManager.default.contents(atPath: path),
        let index = try? JSONDecoder().decode(Index.self, from: data)
      else {
        throw TextError.content(path, "weight_map", "it is no object of files by tensor; copy the file again")
      }
      names = Set(index.weight_map.values).sorted()
      for name in names {
        if name.contains("/") {
          throw TextError.content(path, "weight_map", "the file '\(name)' is not in the folder itself")
        }
        if !exists(name) {
          throw TextError.missing(name, in: folder, "\(path) names it; copy it beside the others")
        }
      }
    } else {
      throw TextError.missing("model.safetensors", in: folder, "give a folder with weights")
    }
    self.folder = folder
    files = try names.map { try WeightFile(reading: "\(folder)/\($0)") }
    var places: [String: (file: Int, name: String)] = [:]
    for (number, file) in files.enumerated() {
      for name in file.names { places[Self.canonical(name, configuration.architecture)] = (number, name) }
    }
    self.places = places
  }

  /// The name of a tensor in the whole model, from that of older files and of models without a head.
  private static func canonical(_ name: String, _ architecture: TransformerConfiguration.Architecture)
    -> String
  {
    var name = name
    if architecture == .llama {
      return name.hasPrefix("model.") || name.hasPrefix("lm_head.") ? name : "model.\(name)"
    }
    for (old, new) in [(".LayerNorm.gamma", ".LayerNorm.weight"), (".LayerNorm.beta", ".LayerNorm.bias")]
    where name.hasSuffix(old) { name = name.dropLast(old.count) + new }
    let isBare = ["embeddings.", "encoder.", "pooler."].contains { name.hasPrefix($0) }
    return isBare ? "\(architecture.rawValue).\(name)" : name
  }

  func shape(of name: String) -> [Int]? { places[name].flatMap { files[$0.file].shape(of: $0.name) } }

  func tensor(named name: String, shape: [Int]) throws -> Tensor {
    guard let place = places[name] else {
      throw TextError.content(
        files.count == 1 ? files[0].path : folder, "tensor \(name)",
        "there is none, and config.json speaks of a model that has one; give the weights of this model")
    }
    let file = files[place.file]
    let found = file.shape(of: place.name) ?? []
    guard found == shape else {
      throw TextError.content(
        file.path, "tensor \(place.name)",
        "its shape is \(found), and config.json asks for \(shape); give the weights of this model")
    }
    guard file.holdsFloats(named: place.name) else {
      throw TextError.content(
        file.path, "tensor \(place.name)",
        "it holds no floating-point numbers; give weights that are not quantized")
    }
    let tensor = try file.tensor(named: place.name)
    guard tensor.isFinite else {
      throw TextError.content(
        file.path, "tensor \(place.name)", "it holds a number that is not finite; copy the file again")
    }
    return tensor
  }
}
