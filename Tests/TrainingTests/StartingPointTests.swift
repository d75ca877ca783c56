import FieldMetrics
import NeuralOperators
import Options
import PDEData
import TestSupport
import Testing
import Training

@Suite("What a run from a checkpoint begins with") struct StartingPointTests {
  private let training: TinyTraining

  /// A run whose rollouts start from 4 of 14 frames.
  init() throws {
    training = try TinyTraining()
    try training.train("first") { $0.schedule.epochs = 1 }
  }

  /// A run that starts from the first one's checkpoint.
  private func second(_ change: (inout TrainingConfiguration) -> Void) throws -> TrainingRun {
    let choice = training.configuration {
      $0.fineTuning.checkpoint = training.run("first").last
      change(&$0)
    }
    return try TrainingRun(choice.startingFromCheckpoint(of: choice), in: training.run("second"))
  }

  @Test("the recipe counts with as many given frames as the checkpoint's, so that shorter data will do too")
  func recipe() throws {
    var choice = TrainingConfiguration()
    choice.data.path = training.data
    choice.fineTuning.checkpoint = training.run("first").last
    let recipe = try LowDataRecipe(for: choice.readingAsCheckpoint()).configuration
    // The usual 10 would leave a window of 4.
    #expect(recipe.model.initialSteps == 4)
    #expect(recipe.loss.window == 8)
    choice.data.path = try WaveFile().with { $0.frames = 8 }.write(to: training.folder.file("short.hdf5"))
    let short = try LowDataRecipe(for: choice.readingAsCheckpoint()).configuration
    #expect(short.loss.window == 4)
  }

  @Test("models of other variables start from as many frames as well, unless others are given")
  func otherVariables() throws {
    var choice = training.configuration { $0.fineTuning.checkpoint = training.run("first").last }
    choice.data.targets = ["density"]
    choice.fineTuning.reset = ["fc0", "fc2"]
    choice.model.initialSteps = TrainingConfiguration().model.initialSteps
    let settings = try choice.startingFromCheckpoint(of: choice)
    #expect(settings.model.initialSteps == 4)
    let given = try choice.startingFromCheckpoint(of: choice, givesInitialSteps: true)
    #expect(given.model.initialSteps == 10)
    choice.model.initialSteps = 6
    #expect(try choice.startingFromCheckpoint(of: choice).model.initialSteps == 6)
    let run = try TrainingRun(settings, in: training.run("second"))
    #expect(run.model.initialSteps == 4)
  }

  @Test("the checkpoint is measured as it is before the first step, which changes no bit of the training")
  func startingError() throws {
    let before = try #require(try training.epochs("first").last?.metrics?.nrmse)
    func configuration() throws -> TrainingConfiguration {
      let choice = training.configuration {
        $0.fineTuning.checkpoint = training.run("first").last
        $0.loss.noise = 1e-3
      }
      return try choice.startingFromCheckpoint(of: choice)
    }
    let run = try TrainingRun(configuration(), in: training.run("measured"))
    let error = try #require(try run.evaluateStart())
    #expect(abs(error / before - 1) < 1e-6)
    _ = try run.train()
    #expect(try run.evaluateStart() == nil)
    _ = try TrainingRun(configuration(), in: training.run("plain")).train()
    #expect(try training.weights("measured") == training.weights("plain"))
    let new = try TrainingRun(training.configuration(), in: training.run("new"))
    #expect(try new.evaluateStart() == nil)
  }

  @Test("to measure the checkpoint ends at the first batch after a stop is asked for")
  func stopped() throws {
    let run = try second { $0.data.testSamples = 6 }
    var measured: [Int] = []
    let error = try run.evaluateStart(shouldStop: { true }, progress: { done, _ in measured.append(done) })
    #expect(error == nil && measured == [3])
    #expect(try run.evaluateStart() != nil)
    #expect(try run.train(shouldStop: { true }).outcome == .interrupted)
  }

  @Test("the error before the first step is that of the samples that choose the best epoch")
  func choosingSamples() throws {
    let run = try second { $0.data.validationSamples = 2 }
    let checkpoint = try training.checkpoint("first")
    let evaluator = try Evaluator(checkpoint, loader: run.data.loader, batchSize: 3)
    let expected = try evaluator.evaluate(run.data.split.validation, checkpoint.parameters).metrics.nrmse
    #expect(try run.evaluateStart() == expected)
  }
}
