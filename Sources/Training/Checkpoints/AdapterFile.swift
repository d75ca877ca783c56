import Autodiff
import Foundation
public import NeuralOperators
import Safetensors
import SystemFiles
import TensorCore

/// A file of LoRA's corrections alone: A and B of each corrected parameter, and whatever else was trained.
///
/// The metadata are those of the whole checkpoint, with LoRA's α and a checksum of the weights that are not in the file.
enum AdapterFile {
  private static let alphaKey = "lora_alpha"
  private static let baseKey = "lora_base"
  private static let baseFileKey = "lora_base_file"
  private static let mark = ".lora_A."

  /// The name of the corrections beside a checkpoint.
  static func path(beside checkpoint: String) -> String {
    let suffix = Checkpoint.safetensorsSuffix
    return (checkpoint.hasSuffix(suffix) ? String(checkpoint.dropLast(suffix.count)) : checkpoint) + ".lora"
      + suffix
  }

  /// Whether a file holds corrections and not the weights that they correct.
  static func isAlone(_ file: WeightFile) -> Bool { file.names.contains { $0.contains(mark) } }

  /// The checkpoint that corrections were trained on, as their file says.
  static func base(of file: WeightFile) -> String? { file.metadata[baseFileKey] }

  /// Writes the corrections.
  ///
  /// - Parameters:
  ///   - adapters: The adapters.
  ///   - parameters: The weights, A and B.
  ///   - frozen: The parameters that were not trained.
  ///   - base: The checkpoint that training started from.
  ///   - metadata: The metadata of the whole checkpoint.
  ///   - path: The file.
  /// - Throws: If it cannot be written.
  static func write(
    _ adapters: LowRankAdapters, _ parameters: Parameters, frozen: Set<String>, base: String,
    metadata: [String: String], to path: String
  ) throws {
    var metadata = metadata
    metadata[alphaKey] = "\(adapters.alpha)"
    metadata[baseFileKey] = base
    metadata[baseKey] = checksum(parameters.filter { frozen.contains($0.name) })
    try SafetensorsFile.write(
      parameters.filter { !frozen.contains($0.name) }.map { (name: $0.name, tensor: $0.tensor) },
      metadata: metadata, to: path)
  }

  /// The checksum of some weights, their names and values.
  private static func checksum(_ parameters: [(name: String, tensor: Tensor)]) -> String {
    var checksum = Checksum()
    for (name, tensor) in parameters {
      Array(name.utf8).withUnsafeBytes { checksum.update($0) }
      tensor.elements.withUnsafeBytes { checksum.update($0) }
    }
    return checksum.text
  }

  /// LoRA's α, as a file of corrections says it.
  fileprivate static func alpha(of corrections: WeightFile) throws(CheckpointError) -> Double {
    guard isAlone(corrections) else {
      throw .adapter(
        file: corrections.path,
        reason: "it holds no corrections; give the file that ends in .lora.safetensors")
    }
    guard let alpha = corrections.metadata[alphaKey].flatMap({ Double($0) }), alpha.isFinite, alpha > 0 else {
      throw .adapter(
        file: corrections.path, reason: "it does not say LoRA's α; give one that a training has written")
    }
    return alpha
  }

  /// The model that corrections and the weights of their base make.
  fileprivate static func model(
    of corrections: WeightFile, on base: WeightFile, _ models: ModelRegistry
  ) throws(CheckpointError) -> any NeuralOperator {
    let names = corrections.names.filter { !$0.contains(mark) && !$0.contains(".lora_B.") }
    var shapes: [String: [Int]] = [:]
    for name in base.names { shapes[name] = base.shape(of: name) }
    for name in names { shapes[name] = corrections.shape(of: name) }
    do {
      return try models.recognize(WeightShapes(shapes: shapes, metadata: corrections.metadata))
    } catch {
      throw .adapter(
        file: corrections.path,
        reason: "with the weights in \(base.path) it makes no model; give the weights that it was trained on"
      )
    }
  }

  /// A model's own parameters: what was trained beside the corrections, and the weights of the base for the rest.
  ///
  /// - Parameters:
  ///   - initial: The parameters of such a model.
  ///   - corrections: The file of the corrections.
  ///   - base: The checkpoint that they were trained on.
  /// - Returns: The parameters in the model's order.
  /// - Throws: ``CheckpointError`` where the two do not belong together, or what reading them throws.
  fileprivate static func parameters(
    like initial: Parameters, in corrections: WeightFile, on base: WeightFile
  ) throws -> Parameters {
    var parameters = Parameters()
    var kept: [(name: String, tensor: Tensor)] = []
    for (name, expected) in initial {
      let isOwn = corrections.shape(of: name) != nil
      let tensor = try (isOwn ? corrections : base).weight(named: name, shape: expected.shape)
      parameters.append(tensor, named: name)
      if !isOwn { kept.append((name, tensor)) }
    }
    guard corrections.metadata[baseKey] == checksum(kept) else {
      throw CheckpointError.adapter(
        file: corrections.path,
        reason:
          "it was trained on weights other than those in \(base.path)"
          + (Self.base(of: corrections).map { "; give those of \($0)" }
            ?? "; give the checkpoint that it started from"))
    }
    return parameters
  }

  /// The adapters whose corrections a file holds, with the ranks that these have.
  ///
  /// - Parameters:
  ///   - initial: The parameters of the corrected model.
  ///   - corrections: The file of the corrections.
  /// - Returns: The adapters in the model's order.
  fileprivate static func adapters(
    of initial: Parameters, in corrections: WeightFile
  ) -> [LowRankAdapter] {
    var adapters: [LowRankAdapter] = []
    for (name, tensor) in initial {
      guard let form = LowRankAdapter.form(of: name, shape: tensor.shape) else { continue }
      let trial = LowRankAdapter(name, shape: tensor.shape, form: form, rank: 1)
      guard let down = corrections.shape(of: trial.downName) else { continue }
      adapters.append(
        LowRankAdapter(name, shape: tensor.shape, form: form, rank: rank(of: down, like: trial.downShape)))
    }
    return adapters
  }

  /// The metadata of the whole checkpoint.
  fileprivate static func wholeMetadata(of corrections: WeightFile) -> [String: String] {
    var metadata = corrections.metadata
    for key in [alphaKey, baseKey, baseFileKey] { metadata[key] = nil }
    return metadata
  }

  /// The rank of an A, whose shape is that of rank 1 but for one extent.
  private static func rank(of shape: [Int], like one: [Int]) -> Int {
    guard shape.count == one.count else { return 1 }
    return max(zip(shape, one).first { $0 != $1 }?.0 ?? 1, 1)
  }
}

extension Checkpoint {
  /// Writes a whole checkpoint of weights and the low-rank corrections that were trained on them.
  ///
  /// - Parameters:
  ///   - adapter: The file of the corrections, as a run writes it beside its checkpoints.
  ///   - base: The checkpoint that the run started from.
  ///   - path: The checkpoint to write; it appears whole or not at all.
  ///   - models: The models that the result can be of.
  /// - Returns: The number of corrected parameters.
  /// - Throws: ``CheckpointError`` where the two do not belong together or hold numbers that are not finite, or what reading and
  ///   writing throw.
  @discardableResult
  public static func merge(
    adapter: String, into base: String, to path: String, models: ModelRegistry = .standard
  ) throws -> Int {
    let (corrections, weights) = (try WeightFile(reading: adapter), try WeightFile(reading: base))
    let alpha = try AdapterFile.alpha(of: corrections)
    let initial = try AdapterFile.model(of: corrections, on: weights, models).initialParameters(seed: 0)
    var parameters = try AdapterFile.parameters(like: initial, in: corrections, on: weights)
    let adapters = AdapterFile.adapters(of: initial, in: corrections)
    for adapter in adapters {
      for (name, shape) in [(adapter.downName, adapter.downShape), (adapter.upName, adapter.upShape)] {
        parameters.append(try corrections.weight(named: name, shape: shape), named: name)
      }
    }
    try SafetensorsFile.write(
      LowRankAdapters(adapters, alpha: alpha).merged(parameters).map { (name: $0.name, tensor: $0.tensor) },
      metadata: AdapterFile.wholeMetadata(of: corrections), to: path)
    return adapters.count
  }
}
