import NeuralOperators

/// Tells from a file of weights which model they belong to.
struct ModelRecognition {
  private let file: SafetensorsFile

  init(_ file: SafetensorsFile) {
    self.file = file
  }

  /// The model whose shapes the tensors have.
  ///
  /// - Throws: ``CheckpointError/unknownModel(file:reason:)`` if they are those of none, and
  ///   ``CheckpointError/contradiction(file:key:metadata:shapes:)`` if the metadata tell of another.
  func model() throws(CheckpointError) -> any NeuralOperator {
    let spectral = try shape("conv0.weights1")
    let lifting = try shape("fc0.weight")
    let output = try shape("fc2.weight")
    guard (4...6).contains(spectral.count), spectral.last == 2, lifting.count == 2, output.count == 2 else {
      throw .unknownModel(
        file: file.path,
        reason:
          "conv0.weights1, fc0.weight and fc2.weight have the shapes \(spectral), \(lifting) and \(output)")
    }
    let modes = Array(spectral[2...].dropLast())
    let channels = output[0]
    let frameChannels = lifting[1] - modes.count
    guard spectral[0] == lifting[0], spectral[1] == lifting[0] else {
      // Checked here, since the model's other weights are made to this width before they are compared.
      throw .unknownModel(
        file: file.path,
        reason: "fc0 gives \(lifting[0]) channels, conv0 takes \(spectral[0]) and gives \(spectral[1])")
    }
    guard (modes + [lifting[0], channels, frameChannels]).allSatisfy({ $0 > 0 }),
      frameChannels % channels == 0
    else {
      throw .unknownModel(
        file: file.path,
        reason: "fc0 takes \(lifting[1]) channels, which is no number of frames of \(channels) variables")
    }
    let model = FNO(
      modes: modes, width: lifting[0], initialSteps: frameChannels / channels, variables: channels)
    try check(model)
    return model
  }

  private func shape(_ name: String) throws(CheckpointError) -> [Int] {
    guard let shape = file.shape(of: name) else {
      throw .unknownModel(file: file.path, reason: "there is no tensor '\(name)'")
    }
    return shape
  }

  private func check(_ model: FNO) throws(CheckpointError) {
    for key in ["model", "modes", "width", "initial_steps", "channels"] {
      guard let said = file.metadata[key], let found = model.metadata[key], said != found else { continue }
      switch key {
      case "model" where said == "fno": continue
      case "modes" where Self.modes(said, dimensions: model.dimensions) == model.modes: continue
      default:
        throw .contradiction(file: file.path, key: key, metadata: said, shapes: "\(key) = \(found)")
      }
    }
  }

  /// The numbers in a text such as `12`, which is for every axis, or `[12, 12]`.
  private static func modes(_ text: String, dimensions: Int) -> [Int] {
    let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
    return numbers.count == 1 ? Array(repeating: numbers[0], count: dimensions) : numbers
  }
}
