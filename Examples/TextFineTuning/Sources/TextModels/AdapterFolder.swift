public import Autodiff
import Foundation
import Safetensors
import SystemFiles
import TensorCore
import Tokenizers
public import Training

/// LoRA's corrections in PEFT's files: `adapter_config.json` and `adapter_model.safetensors`.
public struct AdapterFolder: Sendable {
  /// The corrections.
  public let adapters: LowRankAdapters
  /// A and B under the names of ``Training/LowRankAdapter``, and what was trained whole.
  public let parameters: Parameters

  private static let prefix = "base_model.model."

  private struct Settings: Codable {
    var peft_type: String
    var r: Int
    var lora_alpha: Double
    var target_modules: Targets
    var task_type: String?
    var modules_to_save: [String]?
    var base_model_name_or_path: String?
    var bias: String?
    var fan_in_fan_out: Bool?
    var use_dora: Bool?
    var use_rslora: Bool?
    var inference_mode: Bool?
    var lora_dropout: Double?
    var rank_pattern: [String: Int]?
    var alpha_pattern: [String: Double]?
  }

  /// PEFT takes a list of names, or one regular expression.
  private enum Targets: Codable {
    case names([String])
    case pattern(String)

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let names = try? value.decode([String].self) {
        self = .names(names)
      } else {
        self = .pattern(try value.decode(String.self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var value = encoder.singleValueContainer()
      switch self {
      case .names(let names): try value.encode(names)
      case .pattern(let text): try value.encode(text)
      }
    }
  }

  /// The corrections of the layers of a model whose names end so.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - layers: The last parts of the layers' names, such as `query`.
  ///   - rank: The rank.
  ///   - alpha: α.
  /// - Returns: The adapters.
  /// - Throws: ``Tokenizers/TextError`` if no layer has such a name.
  public static func adapters(
    of model: any TextModel, layers: [String], rank: Int, alpha: Double
  ) throws -> LowRankAdapters {
    let chosen = model.shapes.filter { name, shape in
      let parts = name.split(separator: ".").dropLast()
      return shape.count == 2 && name.hasSuffix(".weight") && !model.isHead(name)
        && layers.contains { parts.suffix($0.split(separator: ".").count).joined(separator: ".") == $0 }
    }
    for layer in layers where !chosen.contains(where: { $0.name.hasSuffix(".\(layer).weight") }) {
      throw TextError.usage(
        "No layer of the model is named '\(layer)': LoRA takes the last part of a name, like \(model.adaptedLayers.joined(separator: ", "))."
      )
    }
    for (name, shape) in chosen where rank > min(shape[0], shape[1]) {
      throw TextError.usage(
        "A rank of \(rank) is more than the layer \(name) of \(shape[0]) × \(shape[1]) has.")
    }
    return LowRankAdapters(
      chosen.map { LowRankAdapter($0.name, shape: $0.shape, form: .rows, rank: rank) }, alpha: alpha)
  }

  /// Reads the files.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - model: The model that they correct.
  /// - Throws: ``Tokenizers/TextError`` for files that are missing, damaged, of another method or of another model.
  public init(reading path: String, for model: any TextModel) throws {
    let file = "\(path)/adapter_config.json"
    guard let data = FileManager.default.contents(atPath: file) else {
      throw TextError.missing("adapter_config.json", in: path, "give a folder as PEFT saves an adapter")
    }
    let settings: Settings
    do { settings = try JSONDecoder().decode(Settings.self, from: data) } catch let error as DecodingError {
      throw TextError.content(file, error.place, "\(error.reason); give a file as PEFT writes it")
    }
    func refuse(_ key: String, _ reason: String) -> TextError {
      .content(file, key, "\(reason); give an adapter of plain LoRA")
    }
    guard settings.peft_type == "LORA" else {
      throw refuse("peft_type", "'\(settings.peft_type)' is no LoRA")
    }
    guard settings.use_dora != true, settings.use_rslora != true, settings.fan_in_fan_out != true else {
      throw refuse("use_dora", "DoRA, rsLoRA and transposed weights are not computed")
    }
    guard settings.bias ?? "none" == "none" else { throw refuse("bias", "biases are not corrected") }
    guard settings.rank_pattern ?? [:] == [:], settings.alpha_pattern ?? [:] == [:] else {
      throw refuse("rank_pattern", "one rank and one α hold for all layers here")
    }
    guard (1...4096).contains(settings.r), settings.lora_alpha.isFinite, settings.lora_alpha > 0 else {
      throw refuse("r", "a rank of \(settings.r) with an α of \(settings.lora_alpha) makes no correction")
    }
    let weightPath = "\(path)/adapter_model.safetensors"
    guard FileManager.default.fileExists(atPath: weightPath) else {
      throw TextError.missing("adapter_model.safetensors", in: path, "give a folder as PEFT saves an adapter")
    }
    let weights = try SafetensorsFile(reading: weightPath)
    var (found, left) = (Parameters(), Set(weights.names))
    func take(_ name: String, shape: [Int]) throws {
      let own = Self.prefix + name
      guard let stored = weights.shape(of: own) else {
        throw TextError.content(
          weightPath, "tensor \(own)", "there is none, and its pair is there; copy the file again")
      }
      guard stored == shape else {
        throw TextError.content(
          weightPath, "tensor \(own)", "its shape is \(stored), and the model asks for \(shape)")
      }
      let tensor = try weights.tensor(named: own)
      guard tensor.isFinite else {
        throw TextError.content(weightPath, "tensor \(own)", "a number in it is not finite")
      }
      found.append(tensor, named: name)
      left.remove(own)
    }
    var adapters: [LowRankAdapter] = []
    for (name, shape) in model.shapes where shape.count == 2 {
      let adapter = LowRankAdapter(name, shape: shape, form: .rows, rank: settings.r)
      guard left.contains(Self.prefix + adapter.downName) || left.contains(Self.prefix + adapter.upName)
      else { continue }
      try take(adapter.downName, shape: adapter.downShape)
      try take(adapter.upName, shape: adapter.upShape)
      adapters.append(adapter)
    }
    for (name, shape) in model.shapes where left.contains(Self.prefix + name) { try take(name, shape: shape) }
    if let other = left.sorted().first {
      throw TextError.content(
        weightPath, "tensor \(other)", "the model has no such layer; give the adapter of this model")
    }
    guard !adapters.isEmpty else {
      throw TextError.content(weightPath, nil, "it corrects no layer of the model")
    }
    self.adapters = LowRankAdapters(adapters, alpha: settings.lora_alpha)
    parameters = found
  }

  /// Adapters with their A and B.
  ///
  /// - Parameters:
  ///   - adapters: The corrections.
  ///   - parameters: A and B, and what was trained whole.
  public init(_ adapters: LowRankAdapters, _ parameters: Parameters) {
    (self.adapters, self.parameters) = (adapters, parameters)
  }

  /// A model's weights with the corrections in them.
  ///
  /// - Parameter weights: The model's.
  /// - Returns: As many, under the same names.
  public func merged(into weights: Parameters) -> Parameters {
    var all = weights
    for (name, tensor) in parameters {
      if all.tensor(named: name) == nil { all.append(tensor, named: name) } else { all[name] = tensor }
    }
    let merged = adapters.merged(all)
    return Parameters(weights.names.map { ($0, merged[$0]) })
  }

  /// Writes the files, which PEFT loads.
  ///
  /// - Parameters:
  ///   - path: The folder, which is made.
  ///   - model: The model that is corrected.
  ///   - base: The folder that its weights are in.
  /// - Throws: If they cannot be written.
  public func write(to path: String, for model: any TextModel, base: String) throws {
    try ModelFolder.makeFolder(path)
    func last(_ name: String) -> String { String(name.split(separator: ".").dropLast().last ?? "") }
    let whole = Set(parameters.names).subtracting(adapters.names)
    let saved = Set(
      whole.map { name in name.hasPrefix("bert.pooler") ? "pooler" : String(name.split(separator: ".")[0]) })
    let settings = Settings(
      peft_type: "LORA", r: adapters.adapters.first?.rank ?? 1, lora_alpha: adapters.alpha,
      target_modules: .names(Set(adapters.adapters.map { last($0.parameter) }).sorted()),
      task_type: model is LLaMA ? "CAUSAL_LM" : "SEQ_CLS",
      modules_to_save: saved.isEmpty ? nil : saved.sorted(),
      base_model_name_or_path: base, bias: "none", fan_in_fan_out: false, use_dora: false, use_rslora: false,
      inference_mode: true, lora_dropout: 0, rank_pattern: [:], alpha_pattern: [:])
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try SafetensorsFile.write(
      parameters.map { (name: Self.prefix + $0.name, tensor: $0.tensor) }, metadata: ["format": "pt"],
      to: "\(path)/adapter_model.safetensors")
    try AtomicFile.replace(
      "\(path)/adapter_config.json",
      with: String(decoding: try encoder.encode(settings), as: UTF8.self) + "\n")
  }
}
