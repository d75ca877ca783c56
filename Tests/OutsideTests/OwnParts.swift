import Autodiff
import FieldMetrics
import Foundation
import NeuralOperators
import Optimizers
import PDEData
import Synchronization
import SystemFiles
import TensorCore
import Training

// Parts of training as another package would write them: this target sees the public interface alone.

/// Waves that travel along a periodic line, computed when they are asked for; the first variable is carried along at speed 1
/// in every sample, the second is a coefficient that no model predicts.
struct TravellingWaves: FieldDataSet {
  let path = "travelling waves"
  let layout = "waves"
  let variables: [FieldVariable] = ["u", FieldVariable("c", unit: "m/s", role: .constant)]
  let axes = [FieldAxis("x", coordinates: (0..<32).map { Double($0) / 32 }, isPeriodic: true)]
  let times = (0..<12).map { Double($0) / 20 }
  let samples = 16
  let splits: SampleSplit? = SampleSplit(test: [0, 5], training: Array(6..<16), validation: [1, 2])

  func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) {
    var place = 0
    for frame in slab.frames {
      for variable in slab.variables {
        for point in stride(from: 0, to: axes[0].coordinates.count, by: slab.pointStride) {
          let angle = 2 * Double.pi * (axes[0].coordinates[point] - times[frame]) + Double(slab.sample)
          target[place] = variable == 0 ? Float(sin(angle)) : 1
          place += 1
        }
      }
    }
  }
}

/// The same, which counts how often its state is read.
final class CountedWaves: FieldDataSet {
  private let waves = TravellingWaves()
  private let count = Mutex(0)

  var reads: Int { count.withLock { $0 } }
  var path: String { waves.path }
  var variables: [FieldVariable] { waves.variables }
  var axes: [FieldAxis] { waves.axes }
  var times: [Double] { waves.times }
  var samples: Int { waves.samples }
  var splits: SampleSplit? { waves.splits }

  func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) {
    if slab.variables.contains(0) { count.withLock { $0 += 1 } }
    waves.read(slab, into: &target)
  }
}

/// The next frame as a pointwise mixture of the last ones: enough for a wave of one wavelength.
struct FrameMixture: NeuralOperator {
  let initialSteps = 2
  let variables = 1
  let dimensions = 1

  func initialParameters(seed: UInt64) -> Parameters {
    Parameters([
      (name: "mix.weight", tensor: Tensor(repeating: 0.1, shape: [1, 2])),
      (name: "mix.bias", tensor: .zeros([1])),
    ])
  }

  func nextFrame(after frames: [Variable], grid: Tensor, _ parameters: TracedParameters) -> Variable {
    Variable.concatenated(frames, axis: 1)
      .mixingChannels(weight: parameters["mix.weight"], bias: parameters["mix.bias"])
  }
}

/// The sum of the fourth powers of the errors, as a primitive with a pullback of its own.
struct FourthPower: Loss {
  func callAsFunction(_ prediction: Variable, target: Tensor) -> Variable {
    let difference = prediction.value.map(with: target, -)
    let value = difference.elements.reduce(0) { $0 + $1 * $1 * $1 * $1 }
    return .primitive(Tensor(value), inputs: [prediction]) { gradient in
      [difference.map { 4 * $0 * $0 * $0 * gradient.scalar }]
    }
  }
}

/// ⟨Σ |d| / N⟩.
struct MeanAbsoluteError: FieldMetric {
  static let key = "MAE"
  static let rows = [MetricRow("MAE", "all frames")]

  init(shape: [Int]) {}

  func add(
    _ moments: ErrorMoments, difference: Span<Float>, target: Span<Float>, to sums: inout MutableSpan<Double>
  ) {
    var total = 0.0
    for index in difference.indices { total += Double(abs(difference[index])) }
    sums[0] += total / Double(moments.points)
  }

  func values(of sums: ArraySlice<Double>, samples: Int) -> [Double?] { sums.map { $0 / Double(samples) } }
}

/// A step of the size of the learning rate along the sign of the gradient's running mean.
struct SignDescent: Optimizer {
  private(set) var steps = 0
  private(set) var state = Parameters()

  mutating func update(
    _ parameters: inout Parameters, gradients: Parameters, weightDecayFactor: (_ name: String) -> Double,
    learningRate: (_ name: String) -> Double
  ) {
    steps += 1
    var means = Parameters()
    for (name, gradient) in gradients {
      let old = state.tensor(named: "mean.\(name)") ?? .zeros(gradient.shape)
      let mean = old.map(with: gradient) { 0.5 * $0 + 0.5 * $1 }
      means.append(mean, named: "mean.\(name)")
      parameters[name].add(mean.map { $0 == 0 ? 0 : ($0 > 0 ? -1 : 1) }, scaledBy: Float(learningRate(name)))
    }
    state = means
  }

  mutating func restore(
    _ state: Parameters, steps: Int, for parameters: Parameters, file: String
  ) throws(OptimizerStateError) {
    for name in parameters.names where state.tensor(named: "mean.\(name)") == nil {
      throw .missingTensor(file: file, tensor: "mean.\(name)")
    }
    self.state = state
    self.steps = steps
  }
}

/// A rate that falls with every step.
struct FallingRate: LearningRateSchedule {
  func factor(at time: TrainingTime) -> Double { 1 / (1 + 0.05 * Double(time.steps)) }
}

/// Counts what happens.
final class Counter: TrainingObserver {
  var steps = 0
  var epochs = 0
  var rates: [Double] = []

  func stepDone(_ trainer: Trainer, loss: Double) { steps += 1 }
  func stepBegins(_ trainer: Trainer) { rates.append(trainer.learningRate) }
  func epochDone(_ trainer: Trainer, _ record: EpochRecord, isBest: Bool) { epochs += 1 }
}
