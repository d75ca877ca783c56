import Autodiff
import Foundation
import Optimizers
import Options
import SystemFiles
import TensorCore
import TestSupport
import Testing
import Training

// Kinds that another package would register: each chosen by name, with an option of its own.

private struct PowerLoss: Loss {
  let exponent: Int

  /// Σ |p − t|ⁿ of an even n.
  func callAsFunction(_ prediction: Variable, target: Tensor) -> Variable {
    let difference = prediction - Variable(target)
    return (1..<exponent).reduce(difference) { power, _ in power * difference }.sum()
  }

  struct Description: LossDescription {
    var exponent = 4
    static let name = "power"
    static let title = "sum of even powers of the errors"
    static let options: [OptionDeclaration<Description>] = [
      OptionDeclaration(
        "loss-exponent", \.exponent, in: .from(2, to: 8), where: { $0.isMultiple(of: 2) },
        expecting: "an even number", help: "The power of the errors.")
    ]
    func loss(for task: LossTask) -> any Loss { PowerLoss(exponent: exponent) }
  }
}

extension SignDescent {
  struct Description: OptimizerDescription {
    static let name = "sign"
    static let title = "A step along the sign of the gradient's running mean"
    func optimizer(for task: OptimizerTask) -> any Optimizer { SignDescent() }
  }
}

private struct GeometricRate: LearningRateSchedule {
  let ratio: Double

  func factor(at time: TrainingTime) -> Double { (0..<time.steps).reduce(1) { factor, _ in factor * ratio } }

  struct Description: ScheduleDescription {
    var ratio = 0.9
    static let name = "geometric"
    static let title = "A factor after every step"
    static let options: [OptionDeclaration<Description>] = [
      OptionDeclaration(
        "schedule-ratio", \.ratio, in: .above(0, to: 1), help: "What a step leaves of the rate.")
    ]
    func schedule(epochs: Int) -> any LearningRateSchedule { GeometricRate(ratio: ratio) }
  }
}

@Suite("A loss, an optimizer and a schedule from outside of the package")
struct OwnKindTests {
  private let kinds = TrainingKinds(
    losses: .standard.adding(PowerLoss.Description.self),
    optimizers: .standard.adding(SignDescent.Description.self),
    schedules: .standard.adding(GeometricRate.Description.self))

  @Test("are chosen by name in a file, train, and are gone on with")
  func train() throws {
    let folder = try TemporaryFolder()
    let text = """
      data: {data: \(try WaveFile().write(to: folder.file("line.hdf5"))), batch-size: 3}
      model: {width: 4, modes: 3, initial-steps: 4}
      loss: {loss: power, loss-exponent: 2}
      optimizer: {optimizer: sign, learning-rate: 0.001}
      schedule: {schedule: geometric, schedule-ratio: 0.5, epochs: 2}
      run: {threads: 1}
      """
    try text.write(toFile: folder.file("c.yaml"), atomically: true, encoding: .utf8)
    let layer = try TrainingConfiguration.Layer(reading: folder.file("c.yaml"))
    let configuration = try TrainingConfiguration(layers: [layer], kinds: kinds)
    try configuration.requireOwnOptions(in: layer, kinds: kinds)
    #expect((configuration.loss.kind as? PowerLoss.Description)?.exponent == 2)
    #expect((configuration.schedule.kind as? GeometricRate.Description)?.ratio == 0.5)
    let run = RunFolder(folder.file("run"))
    _ = try TrainingRun(configuration, in: run).train()

    // The sum of squares is the mean times the number of elements: the same losses as the package's own, so scaled.
    var other = configuration
    other.loss.kind = MeanSquaredError.Description()
    let mean = RunFolder(folder.file("mean"))
    _ = try TrainingRun(other, in: mean).train()
    let losses = try [run, mean].map { try RunFolder.lines(StepRecord.self, in: $0.steps).map(\.loss) }
    let ratio = try losses[0][0] / #require(losses[1].first)
    #expect(ratio > 10 && abs(ratio - ratio.rounded()) < 1e-3 * ratio)
    // Steps of half the length each: they soon stand still.
    let rates = try RunFolder.lines(EpochRecord.self, in: run.metrics).map(\.learningRate)
    #expect(rates.count == 2 && rates[1] < 0.2 * rates[0])

    let longer = try TrainingRun(resuming: run, kinds: kinds, changing: { $0.schedule.epochs = 3 })
    #expect(longer.firstEpoch == 2 && longer.configuration.optimizer.name == "sign")
    _ = try longer.train()
    #expect(throws: ConfigurationError.self, "without the registry the names mean nothing") {
      try TrainingConfiguration(layers: [layer])
    }
  }

  @Test("their options are checked as all are, and are in the schema")
  func options() throws {
    let layer = TrainingConfiguration.Layer(values: ["loss": .word("power"), "loss-exponent": .word("3")])
    let odd = try TrainingConfiguration(layers: [layer], kinds: kinds)
    #expect(
      throws: ConfigurationError.outOfRange(key: "loss-exponent", value: "'3'", expected: "an even number")
    ) { try odd.validateValues() }
    let ratio = TrainingConfiguration.Layer(values: ["schedule-ratio": .word("0.5")])
    let step = try TrainingConfiguration(layers: [ratio], kinds: kinds)
    #expect(
      throws: ConfigurationError.otherKind(
        key: "schedule-ratio", choice: "schedule", kinds: ["geometric"], chosen: "step")
    ) { try step.requireOwnOptions(in: ratio, kinds: kinds) }
    let schema = try ConfigurationSchema.text(kinds: kinds)
    for name in ["loss-exponent", "schedule-ratio", "\"sign\""] { #expect(schema.contains(name), "\(name)") }
  }
}
