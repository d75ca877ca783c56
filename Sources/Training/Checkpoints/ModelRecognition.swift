import NeuralOperators
import Safetensors

extension WeightFile {
  /// The model whose shapes the tensors have.
  ///
  /// - Parameter models: The models that it can be of.
  /// - Returns: The model.
  /// - Throws: ``CheckpointError/unknownModel(file:names:)`` or ``CheckpointError/impossibleModel(file:kind:reason:)`` if the
  ///   shapes are those of none, and ``CheckpointError/contradiction(file:key:metadata:shapes:)`` if the metadata tell of
  ///   another.
  func model(of models: ModelRegistry = .standard) throws(CheckpointError) -> any NeuralOperator {
    if AdapterFile.isAlone(self) { throw .adapterAlone(file: path, base: AdapterFile.base(of: self)) }
    let shapes = names.compactMap { name in shape(of: name).map { (name, $0) } }
    do {
      return try models.recognize(
        WeightShapes(shapes: Dictionary(shapes, uniquingKeysWith: { first, _ in first }), metadata: metadata))
    } catch {
      switch error {
      case .unknown(let names): throw .unknownModel(file: path, names: names)
      case .mismatch(let kind, let reason): throw .impossibleModel(file: path, kind: kind, reason: reason)
      case .contradiction(let key, let said, let found):
        throw .contradiction(file: path, key: key, metadata: said, shapes: "\(key) = \(found)")
      }
    }
  }
}
