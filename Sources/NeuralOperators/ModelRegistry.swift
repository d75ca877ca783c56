public import Options
public import SystemFiles

/// The kinds of models that can be chosen and recognized.
public typealias ModelRegistry = KindRegistry<any ModelDescription.Type>

extension KindRegistry where Kind == any ModelDescription.Type {
  /// The models of this library, a line each. The first is the default.
  public static var standard: ModelRegistry {
    ModelRegistry([
      FNO.Description.self,
      UNet.Description.self,
      DPOT.Description.self,
    ])
  }

  /// The model that weights belong to, recognized by the tensors' names and shapes and checked against the metadata.
  ///
  /// - Parameter weights: Names, shapes and metadata.
  /// - Returns: The model.
  /// - Throws: ``RecognitionError``.
  public func recognize(_ weights: WeightShapes) throws(RecognitionError) -> any NeuralOperator {
    for description in descriptions {
      let model: (any NeuralOperator)?
      do {
        model = try description.recognize(weights)
      } catch {
        throw .mismatch(kind: description.name, error.reason)
      }
      guard let model else { continue }
      for (key, found) in model.metadata.sorted(by: { $0.key < $1.key }) {
        guard let said = weights.metadata[key], !Self.agree(said, found, of: model) else { continue }
        throw .contradiction(key: key, metadata: said, shapes: found)
      }
      return model
    }
    throw .unknown(names: names)
  }

  /// Whether a text from a file's metadata says what a model says of itself: the same, the name of a kind without its
  /// number of axes, or the same numbers, of which a single one is for every axis.
  private static func agree(_ said: String, _ found: String, of model: any NeuralOperator) -> Bool {
    if said == found || found == "\(said)\(model.dimensions)d" { return true }
    guard found.allSatisfy({ $0.isNumber || $0 == "," }), said.allSatisfy({ !$0.isLetter }) else {
      return false
    }
    func numbers(_ text: String) -> [Int] {
      let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
      return numbers.count == 1 ? Array(repeating: numbers[0], count: model.dimensions) : numbers
    }
    return numbers(said) == numbers(found)
  }
}

/// Why weights were not recognized.
public enum RecognitionError: Error, Equatable {
  /// The tensors' names are those of no kind of models.
  case unknown(names: [String])
  /// The names are those of a kind of models, and no such model has these shapes.
  case mismatch(kind: String, Message)
  /// The metadata and the shapes tell of different models.
  case contradiction(key: String, metadata: String, shapes: String)
}
