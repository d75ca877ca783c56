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
    let suffix = ".safetensors"
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

  /// Writes a whole checkpoint of weights and corrections.
  ///
  /// - Parameters:
  ///   - adapter: The file of the corrections.
  ///   - base: The checkpoint that they were trained on.
  ///   - path: The checkpoint to write.
  ///   - models: The models that the result can be of.
  /// - Returns: The number of corrected parameters.
  /// - Throws: ``CheckpointError`` where the two do not belong together.
  static func merge(_ adapter: String, into base: String, to path: String, models: ModelRegistry) throws
    -> Int
  {
    let corrections = try WeightFile(reading: adapter)
    let weights = try WeightFile(reading: base)
    guard isAlone(corrections) else {
      throw CheckpointError.adapter(
        file: adapter, reason: "it holds no corrections; give the file that ends in .lora.safetensors")
    }
    guard let alpha = corrections.metadata[alphaKey].flatMap({ Double($0) }), alpha.isFinite, alpha > 0 else {
      throw CheckpointError.adapter(
        file: adapter, reason: "it does not say LoRA's α; give one that a training has written")
    }
    let names = corrections.names.filter { !$0.contains(mark) && !$0.contains(".lora_B.") }
    var shapes: [String: [Int]] = [:]
    for name in weights.names { shapes[name] = weights.shape(of: name) }
    for name in names { shapes[name] = corrections.shape(of: name) }
    let model: any NeuralOperator
    do {
      model = try models.recognize(WeightShapes(shapes: shapes, metadata: corrections.metadata))
    } catch {
      throw CheckpointError.adapter(
        file: adapter,
        reason: "with the weights in \(base) it makes no model; give the weights that it was trained on")
    }
    var parameters = Parameters()
    var kept: [(name: String, tensor: Tensor)] = []
    var adapters: [LowRankAdapter] = []
    for (name, expected) in model.initialParameters(seed: 0) {
      let own = corrections.shape(of: name) != nil
      let tensor = try (own ? corrections : weights).tensor(named: name)
      guard tensor.shape == expected.shape else {
        throw CheckpointError.shape(
          file: own ? adapter : base, tensor: name, found: tensor.shape, expected: expected.shape)
      }
      parameters.append(tensor, named: name)
      if !own { kept.append((name, tensor)) }
      guard let form = LowRankAdapter.form(of: name, shape: expected.shape) else { continue }
      let trial = LowRankAdapter(name, shape: expected.shape, form: form, rank: 1)
      guard let down = corrections.shape(of: trial.downName) else { continue }
      adapters.append(
        LowRankAdapter(name, shape: expected.shape, form: form, rank: rank(of: down, like: trial.downShape)))
    }
    guard corrections.metadata[baseKey] == checksum(kept) else {
      throw CheckpointError.adapter(
        file: adapter,
        reason:
          "it was trained on other weights than those in \(base)"
          + (Self.base(of: corrections).map { "; give those of \($0)" }
            ?? "; give the checkpoint that it started from"))
    }
    for adapter in adapters {
      for (name, expected) in [(adapter.downName, adapter.downShape), (adapter.upName, adapter.upShape)] {
        let tensor = try corrections.tensor(named: name)
        guard tensor.shape == expected else {
          throw CheckpointError.shape(
            file: corrections.path, tensor: name, found: tensor.shape, expected: expected)
        }
        parameters.append(tensor, named: name)
      }
    }
    let merged = LowRankAdapters(adapters, alpha: alpha).merged(parameters)
    var metadata = corrections.metadata
    for key in [alphaKey, baseKey, baseFileKey] { metadata[key] = nil }
    try SafetensorsFile.write(
      merged.map { (name: $0.name, tensor: $0.tensor) }, metadata: metadata, to: path)
    return adapters.count
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
  /// - Throws: ``CheckpointError`` where the two do not belong together, or what reading and writing throw.
  @discardableResult
  public static func merge(
    adapter: String, into base: String, to path: String, models: ModelRegistry = .standard
  ) throws -> Int {
    try AdapterFile.merge(adapter, into: base, to: path, models: models)
  }
}
