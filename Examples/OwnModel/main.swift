import Autodiff
import FieldMetrics
import NeuralOperators
import PDEData
import SpectralLayers
import TensorCore
import Training

/// The next frame is the last one and a spectral convolution of it.
struct SpectralStep: NeuralOperator {
  let initialSteps = 1, variables = 3, dimensions = 1
  var layer = SpectralConvolution(inputs: 3, outputs: 3, modes: [12])
  var complexParameters: Set<String> { Set(layer.weightNames) }
  func initialParameters(seed: UInt64) -> Parameters { layer.initialParameters }
  func nextFrame(after frames: [Variable], grid: Tensor, _ parameters: TracedParameters) -> Variable {
    frames[0] + layer(frames[0], parameters)
  }
}

let file = try DataFile.open("pde-data/1D_CFD_Rand_Eta0.01_Zeta0.01_periodic_nx32.hdf5")
let trainer = try Trainer(model: SpectralStep(), data: TrainingData(file, initialSteps: 1), epochs: 5)
print(try trainer.train().metrics?.nrmse ?? .nan)
