import Autodiff
import NeuralOperators
import PDEData
import Symmetries
import Synchronization
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Random changes of the training samples") struct RandomChangeTests {
  /// A way to change samples at random.
  enum Change: String, CaseIterable, CustomTestStringConvertible {
    case noise = "noise"
    case noiseOfNorm = "noise in units of the norm"
    case windows = "windows"
    case augmentation = "augmentation"

    var testDescription: String { rawValue }

    func apply(to configuration: inout TrainingConfiguration) {
      switch self {
      case .noise: configuration.loss.noise = 0.1
      case .noiseOfNorm: (configuration.loss.noise, configuration.loss.noiseUnit) = (0.02, .norm)
      case .windows: configuration.loss.window = 3
      case .augmentation: configuration.formulation.augment = .auto
      }
    }
  }

  /// The losses of the steps of two epochs, for each seed: all begin with the same weights, which move too little to be
  /// noticed, and take the samples in the file's order, so that losses tell what was done to the samples.
  private func losses(_ change: Change?, seeds: [UInt64]) throws -> [[[Double]]] {
    let training = try TinyTraining()
    try training.train("start") {
      $0.formulation.periodic = .yes
      $0.schedule.epochs = 1
    }
    return try seeds.enumerated().map { index, seed in
      try training.train("run-\(index)") {
        $0.formulation.periodic = .yes
        $0.model.initialWeights = training.run("start").last
        $0.optimizer.learningRate = 1e-30
        $0.schedule.epochs = 2
        $0.data.shuffle = false
        $0.run.seed = seed
        change?.apply(to: &$0)
      }
      let steps = try training.steps("run-\(index)")
      return (0..<2).map { epoch in steps.filter { $0.epoch == epoch }.map(\.loss) }
    }
  }

  @Test(
    "are the same for the same seed, and others for another and in every epoch", arguments: Change.allCases)
  func seeds(change: Change) throws {
    let found = try losses(change, seeds: [1, 1, 2])
    #expect(found[0] == found[1])
    #expect(found[0] != found[2])
    for epochs in found { #expect(epochs[0] != epochs[1]) }
    // Without it, neither the seed nor the epoch makes a difference.
    let plain = try losses(nil, seeds: [1, 2])
    #expect(Set(plain.joined()).count == 1)
    #expect(found[0][0] != plain[0][0])
  }

  /// Keeps the first frames that it is given, and predicts that the last one stays.
  private struct Witness: NeuralOperator {
    final class Frames: Sendable {
      let first = Mutex<[Tensor]>([])
    }

    let initialSteps = 4
    let variables = 3
    let dimensions = 1
    let frames = Frames()

    func initialParameters(seed: UInt64) -> Parameters {
      Parameters([(name: "unused", tensor: .zeros([1]))])
    }

    func nextFrame(after given: [Variable], grid: Tensor, _ parameters: TracedParameters) -> Variable {
      let values = given.map(\.value)
      frames.first.withLock { if $0.isEmpty { $0 = values } }
      return given[given.count - 1]
    }
  }

  /// What a model sees of the given frames of all training samples, `[sample, variable, x]` each.
  private func given(
    _ training: TinyTraining, noise: Double, unit: NoiseUnit = .deviation, present: [Bool]? = nil
  ) throws -> [Tensor] {
    var settings = RolloutTask.Settings()
    (settings.noise, settings.noiseUnit, settings.present) = (noise, unit, present)
    let data = try TrainingData(PDEBenchFile(path: training.data), initialSteps: 4)
    let witness = Witness()
    let task = RolloutTask(
      model: witness, data: data, normalization: Normalization(try data.survey()), settings: settings)
    let next = task.batches(epoch: 0, from: 0)
    let batch = try #require(try next())
    _ = task.loss(of: batch, TracedParameters(constants: task.initialParameters(seed: 0)))
    return witness.frames.first.withLock { $0 }
  }

  @Test(
    "noise has its deviation in the model's units, or times the norm of a sample's given frames of a variable"
  )
  func amount() throws {
    let training = try TinyTraining()
    let frames = try given(training, noise: 0)
    func added(_ unit: NoiseUnit, present: [Bool]? = nil) throws -> [Float] {
      let still = try given(training, noise: 0, present: present)
      let noisy = try given(training, noise: 0.5, unit: unit, present: present)
      return zip(noisy, still).flatMap { $0.map(with: $1) { $0 - $1 }.elements }
    }
    let (samples, variables, points) = (11, 3, 32)
    #expect(frames.map(\.shape) == Array(repeating: [samples, variables, points], count: 4))
    let noise = try added(.deviation)
    let deviation = (noise.reduce(0) { $0 + Double($1) * Double($1) } / Double(noise.count)).squareRoot()
    #expect(abs(deviation - 0.5) < 0.02)

    let norms = (0..<samples * variables).map { field in
      let squares = frames.map { frame in
        frame.elements[field * points..<(field + 1) * points].reduce(0) { $0 + Double($1) * Double($1) }
      }
      return Float(squares.reduce(0, +).squareRoot())
    }
    let expected = noise.indices.map { noise[$0] * norms[$0 / points % norms.count] }
    #expect(relativeError(try added(.norm), expected) < 1e-5)
    // What data lack has none.
    let masked = try added(.deviation, present: [true, false, true])
    #expect(masked == noise.indices.map { $0 / points % variables == 1 ? 0 : noise[$0] })
  }
}
