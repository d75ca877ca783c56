import FieldMetrics
import NeuralOperators
import Options
import PDEData
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Data that lack variables of a mixture") struct LackedVariableTests {
  private let training: TinyTraining
  /// A set of density and temperature, on a grid and in units of its own.
  private let other: String

  init() throws {
    training = try TinyTraining()
    let waves = WaveFile(shape: [16]).with {
      $0.samples = 8
      $0.variables = ["density", "temperature"]
      $0.change = { _, _, _, value in 10 * value }
    }
    other = try waves.write(to: training.folder.file("other.hdf5"))
  }

  /// A run on a flow and that set, of which each lacks something.
  private func mixed(_ change: (inout TrainingConfiguration) -> Void = { _ in }) throws -> TrainingRun {
    let configuration = training.configuration {
      $0.data.paths = FileNames([training.data, other])
      $0.data.weights = [1, 1]
      $0.data.batchSize = 2
      $0.formulation.predict = .increment
      change(&$0)
    }
    return try TrainingRun(configuration, in: training.run("mixed"))
  }

  private func opened(_ checkpoint: Checkpoint, _ data: any FieldDataSet) throws -> BatchLoader {
    try checkpoint.loader(of: "mixed", for: data, checkpoint.subsampling, cacheMemory: 0)
  }

  @Test("the first set alone has the errors that training reported, over its own variables")
  func measuring() throws {
    let summary = try mixed().train()
    let checkpoint = try training.checkpoint("mixed")
    let data = try DataFile.open(training.data)
    let loader = try opened(checkpoint, data)
    #expect(loader.variables.map(\.name) == ["density", "pressure", "Vx", "temperature"])
    try checkpoint.requireOwnData(of: "mixed", loader.dataSet)
    let evaluator = try Evaluator(checkpoint, loader: loader, batchSize: 2)
    #expect(evaluator.variables == ["density", "pressure", "Vx"])
    let samples = try checkpoint.subsampling.testSamples(of: data)
    let metrics = try evaluator.evaluate(samples, checkpoint.parameters).metrics
    #expect(metrics.nrmse == summary.metrics?.nrmse)
    let persistence = try PersistenceForecast.evaluate(
      samples, of: loader, initialSteps: 4, batchSize: 2, variables: evaluator.measured)
    #expect(persistence.metrics.nrmse.isFinite && persistence.metrics.nrmse > 0)
    #expect(checkpoint.notes(of: "mixed", on: loader).contains { "\($0)".contains("has no temperature") })
  }

  @Test("predictions have the variables of the file, and what it lacks leaves no range")
  func writing() throws {
    _ = try mixed().train()
    let checkpoint = try training.checkpoint("mixed")
    let loader = try opened(checkpoint, DataFile.open(other))
    let path = training.folder.file("predictions.hdf5")
    let watch = try PredictionFile.write(
      to: path, checkpoint, loader: loader, samples: [0, 1], batchSize: 2, progress: { _ in })
    #expect(watch.isKnown)
    #expect(!watch.departures.contains { ["pressure", "Vx"].contains($0.variable) })
    let written = try DataFile.open(path)
    #expect(written.variables.map(\.name) == ["density", "temperature"])
    let (found, given) = (try BatchLoader(written).batch([1]).frames, try BatchLoader(DataFile.open(other)))
    let truth = try given.batch([1]).frames
    #expect(found.sliced(axis: 1, 0..<4) == truth.sliced(axis: 1, 0..<4))
    #expect(found.sliced(axis: 1, 4..<5) != truth.sliced(axis: 1, 4..<5))
  }

  @Test("what the first set lacks is scaled as in the set that has it")
  func scaling() throws {
    let run = try mixed()
    let checkpoint = try training.checkpoint("mixed")
    let scaling = try #require(checkpoint.formulation.normalization.statistics)
    let own = try #require(run.sets[1].statistics)
    #expect(scaling.mean[3] == own.mean[3] && scaling.standardDeviation[3] == own.standardDeviation[3])
    #expect(scaling.standardDeviation[3] > 0 && scaling.mean[0] != own.mean[0])
    #expect(scaling.maximum?[3] == own.maximum?[3])
    let increments = try #require(checkpoint.formulation.increments)
    #expect(increments[3] > 0 && increments[3] != 1)
  }

  @Test("a set that was scaled by its own samples is noted to be scaled as the first, which is not")
  func otherScaling() throws {
    _ = try mixed()
    let checkpoint = try training.checkpoint("mixed")
    func notes(_ path: String) throws -> [String] {
      let loader = try opened(checkpoint, DataFile.open(path))
      return checkpoint.notes(of: "mixed", on: loader).map { "\($0)" }
    }
    let words = "scaled as those of the first set of the mixture in mixed"
    #expect(try notes(other).contains { $0.contains(words) })
    #expect(try notes(training.data).allSatisfy { !$0.contains(words) })
  }

  @Test("a run of an earlier version gets a scaling of what its first set lacks when it goes on")
  func earlierScaling() throws {
    _ = try mixed().train()
    let folder = training.run("mixed")
    let checkpoint = try training.checkpoint("mixed")
    let scaling = try #require(checkpoint.formulation.normalization.statistics)
    var earlier = checkpoint.formulation
    earlier.normalization = Normalization(
      VariableStatistics(
        variables: scaling.variables, mean: Array(scaling.mean.dropLast()) + [0],
        standardDeviation: Array(scaling.standardDeviation.dropLast()) + [0]))
    earlier.increments?[3] = 1
    try Checkpoint(
      model: checkpoint.model, parameters: checkpoint.parameters, formulation: earlier,
      subsampling: checkpoint.subsampling, fingerprint: checkpoint.fingerprint
    ).write(to: folder.last)
    _ = try TrainingRun(resuming: folder, changing: { $0.schedule.epochs = 4 }).train()
    #expect(try training.checkpoint("mixed").formulation == checkpoint.formulation)
  }

  @Test("a set is not said to be constant in what it lacks")
  func notes() throws {
    let run = try mixed()
    for set in run.sets {
      #expect(!set.warnings.contains { "\($0)".contains("the same at every point") }, "\(set.warnings)")
    }
  }

  @Test("variables that the model lacks are refused, and so is less than all where there was no mixture")
  func refusals() throws {
    _ = try mixed()
    let checkpoint = try training.checkpoint("mixed")
    let humid = try WaveFile().with { $0.variables = ["density", "humidity"] }
      .write(to: training.folder.file("humid.hdf5"))
    #expect {
      _ = try opened(checkpoint, DataFile.open(humid))
    } throws: { "\($0)".contains("humidity") }
    try training.train("alone") { $0.schedule.epochs = 1 }
    let alone = try training.checkpoint("alone")
    let part = try WaveFile().with { $0.variables = ["pressure"] }
      .write(to: training.folder.file("part.hdf5"))
    #expect {
      _ = try opened(alone, DataFile.open(part))
    } throws: { "\($0)".contains("the model has 3 variables (density, pressure, Vx)") }
  }
}
