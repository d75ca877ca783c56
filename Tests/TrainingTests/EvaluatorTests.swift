import NeuralOperators
import PDEData
import Symmetries
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Predictions of a trained model") struct EvaluatorTests {
  private static func formulated(_ configuration: inout TrainingConfiguration) {
    FormulationTests.lowData(&configuration)
    configuration.schedule.epochs = 1
  }

  private static func evaluator(_ checkpoint: Checkpoint, _ path: String) throws -> Evaluator {
    try Evaluator(checkpoint, loader: BatchLoader(PDEBenchFile(path: path)), batchSize: 3)
  }

  @Test("the mean over reflections conserves what each prediction does")
  func conservation() throws {
    let training = try TinyTraining()
    try training.train("run", Self.formulated)
    let checkpoint = try training.checkpoint("run")
    let conservation = try #require(checkpoint.formulation.conservation)
    #expect(checkpoint.formulation.symmetries != nil)
    try Self.evaluator(checkpoint, training.data).forEachPrediction(of: [0, 1], checkpoint.parameters) {
      prediction, batch in
      let start = conservation.totals(of: batch.frames.frame(3))
      for time in 4..<prediction.shape[1] {
        let totals = conservation.totals(of: prediction.frame(time))
        for sample in 0..<2 {
          #expect(abs(totals.momenta[sample][0] - start.momenta[sample][0]) < 1e-5)
          #expect(abs(totals.energies[sample] / start.energies[sample] - 1) < 1e-5)
        }
      }
    }
  }

  @Test(
    "a forecast moves a flow by the time step of the training, from a single frame and from frames at other distances",
    arguments: ["single", "slow", "uneven"])
  func forecastSteps(kind: String) throws {
    let flow = WaveFile().with {
      $0.change = { _, _, variable, value in variable == 2 ? value + 0.3 : value }
    }
    let training = try TinyTraining(flow)
    try training.train("run") {
      Self.formulated(&$0)
      $0.model.initialSteps = 1
      $0.formulation.history = 1
    }
    let checkpoint = try training.checkpoint("run")
    #expect(checkpoint.formulation.canonical?.galilean == true)
    let other = flow.with {
      switch kind {
      case "single": $0.frames = 1
      case "slow": $0.time = { Double($0) / 10 }
      default: $0.time = { Double($0 * $0) / 100 }
      }
    }
    func forecast(_ path: String) throws -> Tensor {
      let evaluator = try Evaluator(
        checkpoint, loader: BatchLoader(PDEBenchFile(path: path)), batchSize: 2)
      var result: Tensor?
      try evaluator.forEachForecast(of: [0, 1], from: 0, frames: 5, checkpoint.parameters) { prediction, _ in
        result = prediction
      }
      return try #require(result)
    }
    let path = try other.write(to: training.folder.file("other.hdf5"))
    #expect(try largestDifference(forecast(path), forecast(training.data)) < 1e-4)
  }

  @Test("a model that moves with periodic flows is not asked about a domain with open ends")
  func openEnds() throws {
    let training = try TinyTraining()
    try training.train("run", Self.formulated)
    let checkpoint = try training.checkpoint("run")
    let open = try WaveFile().with { $0.isPeriodic = false }.write(to: training.folder.file("open.hdf5"))
    #expect {
      try Self.evaluator(checkpoint, open)
    } throws: { "\($0)".contains("not periodic") }
  }

  @Test("a pressure that is not positive is named, in training, in fine-tuning and in prediction")
  func notPositive() throws {
    let training = try TinyTraining()
    try training.train("run", Self.formulated)
    let checkpoint = try training.checkpoint("run")
    let hollow = WaveFile().with {
      $0.change = { sample, frame, variable, value in
        (sample, variable) == (11, 1) && frame == 2 && value > 2 ? -0.5 : value
      }
    }
    let other = try TinyTraining(hollow)
    let words = "'pressure' comes to -0.5 in sample 11"
    #expect {
      try other.train("run", Self.formulated)
    } throws: { "\($0)".contains(words) }
    var choice = other.configuration()
    choice.fineTuning.checkpoint = training.run("run").last
    let settings = try choice.startingFromCheckpoint(of: choice)
    #expect {
      _ = try TrainingRun(settings, in: other.run("tuned"))
    } throws: { "\($0)".contains(words) }
    let evaluator = try Self.evaluator(checkpoint, other.data)
    _ = try evaluator.evaluate([10], checkpoint.parameters)
    #expect {
      try evaluator.evaluate([11], checkpoint.parameters)
    } throws: { "\($0)".contains(words) }
    // A sample's own scale is a mean, which a cell may lie below.
    try other.train("scaled") {
      Self.formulated(&$0)
      $0.formulation.canonical = .list([.scales])
    }
  }
}
