import SystemFiles

/// What is known of a file of weights without reading them: the tensors' names and shapes, and the file's metadata.
public struct WeightShapes: Sendable {
  /// The shapes by the tensors' names.
  public let shapes: [String: [Int]]
  /// What the file says beside the tensors.
  public let metadata: [String: String]

  /// Shapes and metadata.
  public init(shapes: [String: [Int]], metadata: [String: String] = [:]) {
    self.shapes = shapes
    self.metadata = metadata
  }

  /// Whether there is a tensor of a name.
  public func contains(_ name: String) -> Bool { shapes[name] != nil }

  /// A tensor's shape.
  ///
  /// - Parameter name: The tensor's name.
  /// - Returns: The shape.
  /// - Throws: ``ModelMismatch`` if there is no such tensor.
  public func shape(of name: String) throws(ModelMismatch) -> [Int] {
    guard let shape = shapes[name] else { throw ModelMismatch("there is no tensor '\(name)'") }
    return shape
  }

  /// What the metadata say of a setting that leaves no trace in the shapes.
  ///
  /// - Parameters:
  ///   - key: The key in the metadata.
  ///   - values: The values that the setting can have, by the words that the metadata have for them.
  /// - Returns: The value; nil if the metadata do not speak of it.
  /// - Throws: ``ModelMismatch`` for another word.
  public func setting<Value>(
    _ key: String, among values: KeyValuePairs<String, Value>
  ) throws(ModelMismatch) -> Value? {
    guard let word = metadata[key] else { return nil }
    guard let found = values.first(where: { $0.key == word }) else {
      throw ModelMismatch("\(key) = \(word) is none of \(values.map(\.key).joined(separator: ", "))")
    }
    return found.value
  }

  /// The key in the metadata for the number of static inputs, which the shapes do not tell from frames.
  public static let staticInputsKey = "static_inputs"

  /// The number of static inputs as the metadata say it; 0 if they do not speak of any.
  ///
  /// - Throws: ``ModelMismatch`` if they say something else than a number.
  public func staticInputs() throws(ModelMismatch) -> Int {
    guard let word = metadata[Self.staticInputsKey] else { return 0 }
    guard let count = Int(word), (0...1 << 16).contains(count) else {
      throw ModelMismatch("\(Self.staticInputsKey) = \(word) is not a number of inputs")
    }
    return count
  }

  /// The number of frames that the first layer's input channels make.
  ///
  /// - Parameters:
  ///   - inputs: The channels that the layer takes of frames.
  ///   - layer: The layer's name.
  ///   - variables: The number of variables in a frame.
  /// - Returns: The number of frames.
  /// - Throws: ``ModelMismatch`` if the channels are not a whole number of frames.
  public static func initialSteps(
    inputs: Int, of layer: String, variables: Int
  ) throws(ModelMismatch) -> Int {
    guard inputs > 0, variables > 0, inputs.isMultiple(of: variables) else {
      throw ModelMismatch(
        "\(layer) takes \(inputs) channels of frames, which is not a whole number of frames of \(variables) variables"
      )
    }
    return inputs / variables
  }
}
