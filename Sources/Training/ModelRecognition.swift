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
      guard let said = file.metadata[key], let found = model.metadata[key] else { continue }
      guard said != found, !(key == "model" && said == "fno") else { continue }
      throw .contradiction(file: file.path, key: key, metadata: said, shapes: "\(key) = \(found)")
    }
  }
}
