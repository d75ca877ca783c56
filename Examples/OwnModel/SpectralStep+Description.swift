import NeuralOperators
import Options
import SpectralLayers
import SystemFiles

extension SpectralStep {
  var metadata: [String: String] { ["model": Description.name] }

  /// The model as an option: its name, its own options, and how its weights are recognized.
  struct Description: ModelDescription {
    var keptModes = 12

    static let name = "spectral-step"
    static let title = "One spectral convolution"
    static let options: [OptionDeclaration<Description>] = [
      OptionDeclaration("kept-modes", \.keptModes, in: .count, help: "Fourier modes of the convolution.")
    ]

    func model(for task: ModelTask) throws(ModelMismatch) -> any NeuralOperator {
      guard task.variables == 3, task.initialSteps == 1, task.shape.count == 1 else {
        throw ModelMismatch("spectral-step takes one frame of three variables in 1D")
      }
      return SpectralStep(layer: SpectralConvolution(inputs: 3, outputs: 3, modes: [keptModes]))
    }

    static func recognize(_ weights: WeightShapes) throws(ModelMismatch) -> (any NeuralOperator)? {
      guard weights.contains("convolution.weights1") else { return nil }
      let shape = try weights.shape(of: "convolution.weights1")
      guard shape.count == 4, shape[0] == 3, shape[1] == 3, shape[2] > 0 else {
        throw ModelMismatch("convolution.weights1 has shape \(shape)")
      }
      return SpectralStep(layer: SpectralConvolution(inputs: 3, outputs: 3, modes: [shape[2]]))
    }
  }
}
