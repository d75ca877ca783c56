import NeuralOperators
import Safetensors

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
    let model: any NeuralOperator = file.shape(of: Self.firstOfUNet) == nil ? try fno() : try unet()
    try check(model)
    return model
  }

  private static let firstOfUNet = "encoder1.enc1conv1.weight"

  private func fno() throws(CheckpointError) -> FNO {
    let spectral = try shape("conv0.weights1")
    let lifting = try shape("fc0.weight")
    let output = try shape("fc2.weight")
    guard (4...6).contains(spectral.count), spectral.last == 2, lifting.count == 2, output.count == 2 else {
      throw unknown(
        "conv0.weights1, fc0.weight and fc2.weight have the shapes \(spectral), \(lifting) and \(output)")
    }
    let modes = Array(spectral[2...].dropLast())
    guard spectral[0] == lifting[0], spectral[1] == lifting[0] else {
      // Checked here, since the model's other weights are made to this width before they are compared.
      throw unknown("fc0 gives \(lifting[0]) channels, conv0 takes \(spectral[0]) and gives \(spectral[1])")
    }
    guard (modes + [lifting[0]]).allSatisfy({ $0 > 0 }) else {
      throw unknown("conv0.weights1 has the shape \(spectral)")
    }
    let steps = try initialSteps(of: "fc0", inputs: lifting[1] - modes.count, variables: output[0])
    return FNO(modes: modes, width: lifting[0], initialSteps: steps, variables: output[0])
  }

  private func unet() throws(CheckpointError) -> UNet {
    let first = try shape(Self.firstOfUNet)
    let deepest = try shape("bottleneck.bottleneckconv2.weight")
    let output = try shape("conv.weight")
    let features = first.first ?? 0
    guard (3...5).contains(first.count), features > 0, output.count == first.count,
      deepest.count == first.count,
      // Checked here, since the model's other weights are made to this width before they are compared.
      deepest.prefix(2).allSatisfy({ $0 / UNet.divisor == features })
    else {
      throw unknown(
        "\(Self.firstOfUNet), bottleneck.bottleneckconv2.weight and conv.weight have the shapes \(first), "
          + "\(deepest) and \(output)")
    }
    let steps = try initialSteps(of: "encoder1.enc1conv1", inputs: first[1], variables: output[0])
    return UNet(
      dimensions: first.count - 2, initialFeatures: features, initialSteps: steps, variables: output[0],
      padding: try said("padding", among: PaddingMode.allCases.map { ($0.rawValue, $0) }) ?? .zeros,
      padsFields: try said("pad", among: [("true", true), ("false", false)]) ?? false)
  }

  /// What the metadata say of a setting that leaves no trace in the shapes; nil if they do not speak of it.
  private func said<Value>(
    _ key: String, among values: [(word: String, value: Value)]
  ) throws(CheckpointError) -> Value? {
    guard let word = file.metadata[key] else { return nil }
    guard let found = values.first(where: { $0.word == word }) else {
      throw unknown("\(key) = \(word) is none of \(values.map(\.word).joined(separator: ", "))")
    }
    return found.value
  }

  /// The number of frames that the first layer's input channels make.
  private func initialSteps(of layer: String, inputs: Int, variables: Int) throws(CheckpointError) -> Int {
    guard inputs > 0, variables > 0, inputs.isMultiple(of: variables) else {
      throw unknown(
        "\(layer) takes \(inputs) channels of frames, which is no number of frames of \(variables) variables")
    }
    return inputs / variables
  }

  private func unknown(_ reason: String) -> CheckpointError {
    .unknownModel(file: file.path, reason: reason)
  }

  private func shape(_ name: String) throws(CheckpointError) -> [Int] {
    guard let shape = file.shape(of: name) else { throw unknown("there is no tensor '\(name)'") }
    return shape
  }

  private func check(_ model: any NeuralOperator) throws(CheckpointError) {
    for (key, found) in model.metadata.sorted(by: { $0.key < $1.key }) {
      guard let said = file.metadata[key], said != found else { continue }
      switch key {
      case "model" where found == "\(said)\(model.dimensions)d": continue
      case "modes" where Self.modes(said, dimensions: model.dimensions) == (model as? FNO)?.modes: continue
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
