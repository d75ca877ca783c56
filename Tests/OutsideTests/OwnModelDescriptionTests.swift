import Autodiff
import Foundation
import HDF5
import NeuralOperators
import Options
import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing
import Training

/// A model of another package: the next frame is a mixture of the last ones, alike at every point.
private struct Mixture: NeuralOperator {
  let initialSteps, variables, dimensions: Int
  let gain: Float

  private var layer: Linear { Linear(name: "mix", inputs: initialSteps * variables, outputs: variables) }

  func initialParameters(seed: UInt64) -> Parameters {
    Parameters([
      (name: "mix.weight", tensor: Tensor.zeros([variables, initialSteps * variables]).map { _ in gain }),
      (name: "mix.bias", tensor: Tensor.zeros([variables])),
    ])
  }

  var complexParameters: Set<String> { [] }
  var parameterCount: Int { (layer.inputs + 1) * layer.outputs }
  var metadata: [String: String] { ["model": "mixture", "channels": "\(variables)"] }
  func objection(toShape shape: [Int]) -> Message? { nil }
  func operations(onShape shape: [Int]) -> Double { Double(2 * parameterCount * shape.reduce(1, *)) }

  func nextFrame(after frames: [Variable], grid: Tensor, _ parameters: TracedParameters) -> Variable {
    layer(Variable.concatenated(frames, axis: 1), parameters)
  }

  struct Description: ModelDescription {
    var gain = 0.1

    static let name = "mixture"
    static let title = "Mixture of the last frames"
    static let options: [OptionDeclaration<Description>] = [
      OptionDeclaration("gain", \.gain, in: .positive, help: "The first weight of every frame.")
    ]

    func model(for task: ModelTask) -> any NeuralOperator {
      Mixture(
        initialSteps: task.initialSteps, variables: task.variables, dimensions: task.dimensions,
        gain: Float(gain))
    }

    static func recognize(_ weights: WeightShapes) throws(ModelMismatch) -> (any NeuralOperator)? {
      guard weights.contains("mix.weight") else { return nil }
      let shape = try weights.shape(of: "mix.weight")
      guard shape.count == 2 else { throw ModelMismatch("mix.weight has the shape \(shape)") }
      let steps = try WeightShapes.initialSteps(inputs: shape[1], of: "mix", variables: shape[0])
      return Mixture(initialSteps: steps, variables: shape[0], dimensions: 1, gain: 1)
    }
  }
}

@Suite("A model from outside of the package")
struct OwnModelDescriptionTests {
  private let models = ModelRegistry.standard.adding(Mixture.Description.self)
  private var kinds: TrainingKinds { TrainingKinds(models: models) }

  private func configuration(_ data: String) throws -> TrainingConfiguration {
    let values: [String: OptionText] = [
      "data": .word(data), "model": .word("mixture"), "gain": .word("0.25"), "initial-steps": .word("4"),
      "batch-size": .word("3"), "epochs": .word("2"), "threads": .word("1"),
    ]
    return try TrainingConfiguration(layers: [.init(values: values)], kinds: kinds)
  }

  @Test("is chosen by name, trains, is gone on with, and is recognized in its checkpoint")
  func train() throws {
    let folder = try TemporaryFolder()
    let configuration = try configuration(WaveFile().write(to: folder.file("line.hdf5")))
    #expect((configuration.model.description as? Mixture.Description)?.gain == 0.25)
    let run = RunFolder(folder.file("run"))
    _ = try TrainingRun(configuration, in: run).train()
    let longer = try TrainingRun(resuming: run, kinds: kinds, changing: { $0.schedule.epochs = 3 })
    #expect(longer.firstEpoch == 2 && longer.model is Mixture)
    _ = try longer.train()
    let checkpoint = try Checkpoint(reading: run.last, models: models)
    #expect(checkpoint.model is Mixture && checkpoint.model.initialSteps == 4)
    #expect(throws: CheckpointError.unknownModel(file: run.last, names: ["fno", "unet", "dpot"])) {
      try Checkpoint(reading: run.last)
    }
  }

  @Test("its options are checked as all are, and are those of no other model")
  func options() throws {
    var configuration = try configuration("line.hdf5")
    configuration.model.description = Mixture.Description(gain: -1)
    #expect(
      throws: ConfigurationError.outOfRange(key: "gain", value: "-1", expected: "above 0")
    ) { try configuration.validate() }
    let layer = TrainingConfiguration.Layer(values: ["gain": .word("1")])
    let other = try TrainingConfiguration(layers: [layer], kinds: kinds)
    #expect(
      throws: ConfigurationError.otherKind(key: "gain", choice: "model", kinds: ["mixture"], chosen: "fno")
    ) {
      try other.requireOwnOptions(in: layer, kinds: kinds)
    }
    #expect(try ConfigurationSchema.text(kinds: kinds).contains("\"gain\""))
    #expect(throws: ConfigurationError.self) {
      try TrainingConfiguration(layers: [.init(values: ["model": .word("mixture")])])
    }
  }
}
