import Autodiff
import NeuralOperators
import Safetensors

extension Checkpoint {
  /// What the names of safetensors files end in.
  public static let safetensorsSuffix = ".safetensors"

  /// Writes the weights as the state dictionary of PDEBench's module of the same model, or of the code that made the model known:
  /// complex weights are complex, and layers that the module never uses are there. `load_state_dict` takes it as it is.
  ///
  /// The scaling is not in the weights. Safetensors keep it among their metadata, as a checkpoint does; the module itself takes and
  /// gives fields in the model's units.
  ///
  /// - Parameter path: The file; one that exists is replaced. A name that ends in `.safetensors` makes it safetensors, any other
  ///   a file of `torch.save`.
  /// - Throws: `WeightFileError` for more than such a file can hold, or if it cannot be written.
  public func writeStateDictionary(to path: String) throws {
    let format: StateDictionary.Format =
      path.lowercased().hasSuffix(Self.safetensorsSuffix) ? .safetensors : .torch
    let tensors = (Array(parameters) + Array(model.unusedParameters)).map {
      (name: $0.name, tensor: $0.tensor)
    }
    try StateDictionary.write(
      tensors, complex: model.complexParameters, metadata: metadata(), to: path, as: format)
  }
}
