import Foundation
import NeuralOperators
import Optimizers
import PDEData
import Symmetries
import TestSupport
import Testing
import Training

@Suite("The low-data recipe") struct LowDataRecipeTests {
  @Test("a flow on a periodic line gets everything, which its three reasons say")
  func flow() throws {
    let training = try TinyTraining()
    let choice = training.configuration { $0.formulation.periodic = .yes }
    let recipe = try LowDataRecipe(for: choice)
    let settings = recipe.configuration
    #expect(settings.formulation.predict == .increment && settings.formulation.history == 2)
    #expect(
      settings.loss.window == 8 && settings.loss.name == "nrmse" && settings.schedule.name == "one-cycle")
    #expect(settings.formulation.canonical == .auto && settings.formulation.conserve == .auto)
    #expect((settings.model.description as? FNO.Description)?.hasResidualBlocks == true)
    let reasons = recipe.reasons(for: settings)
    #expect(reasons.count == 3)
    #expect(reasons[1].contains("Galilean boosts") && reasons[2].contains("mass, momentum, energy"))
    var other = settings
    other.schedule.epochs = 7
    #expect(recipe.reasons(for: other)[0].contains("7 epochs"))
  }

  @Test("unknown fields get what needs no knowledge of the equations, and can be trained")
  func unknownFields() throws {
    let training = try TinyTraining(WaveFile().with { $0.variables = ["h", "u"] })
    let choice = training.configuration()
    let recipe = try LowDataRecipe(for: choice)
    #expect(recipe.configuration.formulation.predict == .increment)
    #expect(recipe.reasons(for: recipe.configuration)[1].contains("No symmetry is known of h, u"))
    var settings = recipe.configuration
    settings.data = choice.data
    settings.model.description = FNO.Description(modes: [4], width: 6, hasResidualBlocks: true, edgePoints: 3)
    settings.schedule.epochs = 2
    let summary = try TrainingRun(settings, in: training.run("run")).train()
    #expect(summary.outcome == .finished)
    let checkpoint = try Checkpoint(reading: training.run("run").last)
    #expect(checkpoint.formulation.canonical == nil && checkpoint.formulation.increments?.count == 2)
    #expect((checkpoint.model as? FNO)?.boundary == .open(points: 3))
  }

  @Test("what it chooses for unknown fields, unevenly in time, is read again as it was written")
  func unevenUnknownFields() throws {
    let file = WaveFile().with {
      $0.variables = ["h", "u"]
      $0.time = { Double($0 * $0) / 100 }
    }
    let training = try TinyTraining(file)
    let settings = try LowDataRecipe(for: training.configuration()).configuration
    #expect(settings.formulation.canonical == .none)
    let written = training.folder.file("written.yaml")
    try settings.yaml().write(toFile: written, atomically: true, encoding: .utf8)
    let again = try TrainingConfiguration(layers: [TrainingConfiguration.Layer(reading: written)])
    #expect(again.formulation.canonical == settings.formulation.canonical)
  }

  @Test("a coarse grid gets no more modes than it has")
  func coarseGrid() throws {
    let training = try TinyTraining(WaveFile(shape: [12, 12]))
    let choice = training.configuration { $0.model.description = FNO.Description() }
    let settings = try LowDataRecipe(for: choice).configuration
    #expect((settings.model.description as? FNO.Description)?.modes == [6])
  }

  @Test("fewer samples are seen more often, and every training is evaluated about twelve times")
  func epochs() throws {
    func recipe(
      _ training: TinyTraining, _ change: (inout TrainingConfiguration) -> Void = { _ in }
    ) throws -> TrainingConfiguration {
      let choice = training.configuration {
        $0.schedule = ScheduleConfiguration()
        change(&$0)
      }
      return try LowDataRecipe(for: choice).configuration
    }
    // Twelve of them are for the test.
    let training = try TinyTraining(WaveFile().with { $0.samples = 120 })
    let all = try recipe(training)
    #expect(all.schedule.epochs == 340 && all.evaluation.every == 28)
    #expect(try recipe(training) { $0.data.reducedBatch = 2 }.schedule.epochs == 480)
    #expect(try recipe(training) { $0.schedule.epochs = 24 }.evaluation.every == 2)
    #expect(try recipe(TinyTraining()).schedule.epochs == 900, "eleven samples get no more than that")
    // The plain number of epochs may have been asked for as well.
    let usual = training.configuration { $0.schedule = ScheduleConfiguration() }
    #expect(try LowDataRecipe(for: usual, givesEpochs: true).configuration.evaluation.every == 500 / 12)
  }
}
