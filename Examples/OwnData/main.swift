import FieldMetrics
import Foundation
import NeuralOperators
import Optimizers
import PDEData
import TensorCore
import Training

/// Temperatures on a periodic rod, ∂u/∂t = κ·∂²u/∂x², from four random waves.
struct HeatedRods: FieldDataSet {
  let path = "heated rods"
  let variables = [FieldVariable("temperature", unit: "K")]
  let axes = [FieldAxis("x", coordinates: (0..<64).map { Double($0) / 64 }, isPeriodic: true)]
  let times = (0..<21).map { Double($0) / 20 }
  let samples = 80

  func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) {
    let waves = waves(ofSample: slab.sample)
    let points = stride(from: 0, to: axes[0].coordinates.count, by: slab.pointStride)
    var index = 0
    for frame in slab.frames {
      for point in points {
        target[index] = Float(temperature(axes[0].coordinates[point], times[frame], waves))
        index += 1
      }
    }
  }

  private typealias Waves = [(amplitude: Double, phase: Double)]

  private func waves(ofSample sample: Int) -> Waves {
    var numbers = CounterGenerator(seed: 0, purpose: "rods", index: sample)
    return (1...4).map { _ in (Double(numbers.normal()), 2 * .pi * numbers.uniformDouble()) }
  }

  private func temperature(_ x: Double, _ t: Double, _ waves: Waves) -> Double {
    waves.enumerated().reduce(0) { sum, wave in
      let k = 2 * Double.pi * Double(wave.offset + 1)
      return sum + wave.element.amplitude * exp(-0.002 * k * k * t) * sin(k * x + wave.element.phase)
    }
  }
}

let data = try TrainingData(HeatedRods(), subsampling: Subsampling(testSamples: 16), initialSteps: 1)
let model = FNO(modes: [8], width: 16, initialSteps: 1, variables: 1)
let trainer = try Trainer(model: model, data: data, schedule: CosineSchedule(epochs: 30), epochs: 30)
let summary = try trainer.train()
print("nRMSE on the test samples: \(summary.metrics?.nrmse ?? .nan)")
