import Safetensors
import TensorCore

/// A file of tensors by name.
protocol TensorFile {
  /// The file's name.
  var path: String { get }
  /// The shape of a tensor; nil if there is none of that name.
  func shape(of name: String) -> [Int]?
  /// Reads a tensor.
  func tensor(named name: String) throws -> Tensor
}

extension WeightFile: TensorFile {}
extension SafetensorsFile: TensorFile {}

extension TensorFile {
  /// Reads a weight that a model needs.
  ///
  /// - Parameters:
  ///   - name: The weight's name.
  ///   - prefix: What the file puts before the name.
  ///   - expected: The shape that the model needs.
  /// - Returns: The weight.
  /// - Throws: ``CheckpointError/shape(file:tensor:found:expected:)`` or ``CheckpointError/notFinite(file:tensor:)``, or what
  ///   reading throws, also where there is no tensor of that name.
  func weight(named name: String, prefix: String = "", shape expected: [Int]) throws -> Tensor {
    if let found = shape(of: prefix + name), found != expected {
      throw CheckpointError.shape(file: path, tensor: name, found: found, expected: expected)
    }
    let tensor = try tensor(named: prefix + name)
    guard tensor.isFinite else { throw CheckpointError.notFinite(file: path, tensor: name) }
    return tensor
  }
}
