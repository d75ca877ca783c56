import FieldMetrics
import NeuralOperators
import PDEData
import Training

let file = try DataFile.open("pde-data/1D_CFD_Rand_Eta0.01_Zeta0.01_periodic_nx32.hdf5")
let data = try TrainingData(file, subsampling: Subsampling(reducedBatch: 10), initialSteps: 10)
let model = FNO(modes: [12], width: 20, initialSteps: 10, variables: file.variables.count)
let trainer = try Trainer(model: model, data: data, epochs: 20, run: RunFolder("runs/program"))
let summary = try trainer.train()  // Run it again to resume.
print("nRMSE on the test samples: \(summary.metrics?.nrmse ?? .nan)")
