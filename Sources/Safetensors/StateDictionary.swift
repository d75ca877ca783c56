import ArrayFiles
public import TensorCore

/// Weights as PyTorch's `load_state_dict` takes them: complex ones as complex numbers.
public enum StateDictionary {
  /// How a state dictionary is written.
  public enum Format: String, Sendable, CaseIterable {
    /// As PyTorch's `torch.save` does.
    case torch
    /// As safetensors.
    case safetensors
  }

  /// Writes weights. The file appears whole or not at all.
  ///
  /// - Parameters:
  ///   - tensors: The weights in order.
  ///   - complex: The names of those whose last axis, of two, becomes real and imaginary part of complex numbers.
  ///   - metadata: Strings to keep with them; only safetensors have room for any.
  ///   - path: The file; one that exists is replaced.
  ///   - format: How it is written.
  /// - Throws: ``WeightFileError/tooLarge(file:bytes:limit:)``, ``WeightFileError/tooMany(file:tensors:limit:)``, or if the
  ///   file cannot be written.
  /// - Precondition: The names are unique.
  public static func write(
    _ tensors: some Sequence<(name: String, tensor: Tensor)>, complex: Set<String>,
    metadata: [String: String], to path: String, as format: Format
  ) throws {
    guard format == .torch else {
      return try SafetensorsFile.write(tensors, complex: complex, metadata: metadata, to: path)
    }
    let tensors = Array(tensors)
    guard tensors.count <= TorchStateDictionary.mostTensors else {
      throw WeightFileError.tooMany(
        file: path, tensors: tensors.count, limit: TorchStateDictionary.mostTensors)
    }
    let entries = tensors.map { name, tensor in
      let isComplex = complex.contains(name)
      return TorchStateDictionary.Entry(
        name: name, shape: isComplex ? tensor.shape.dropLast() : tensor.shape, isComplex: isComplex)
    }
    let bytes = TorchStateDictionary.bytes(of: entries)
    guard bytes <= TorchStateDictionary.mostBytes else {
      throw WeightFileError.tooLarge(file: path, bytes: bytes, limit: TorchStateDictionary.mostBytes)
    }
    try TorchStateDictionary.write(entries, to: path) { tensors[$0].tensor.elements }
  }
}
