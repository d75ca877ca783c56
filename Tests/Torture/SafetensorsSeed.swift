import Safetensors
import TensorCore

/// A small file of weights.
enum SafetensorsSeed {
  static func write(_ tensors: [(name: String, shape: [Int])], to path: String) throws {
    try SafetensorsFile.write(
      tensors.map { tensor in
        let count = tensor.shape.reduce(1, *)
        return (name: tensor.name, tensor: Tensor((0..<count).map { Float($0 % 5) - 2 }, shape: tensor.shape))
      }, metadata: ["format": "pt"], to: path)
  }
}
