import Autodiff
import FieldMetrics
import Foundation
import NeuralOperators
import Options
import PDEData
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Mixtures of data sets") struct MixtureTests {
  /// A training on two sets: the first has the variables of a flow on 32 points, the second others on 16, in other units.
  private static func training(samples: Int = 12) throws -> (TinyTraining, String) {
    let training = try TinyTraining(WaveFile().with { $0.samples = samples })
    let waves = WaveFile(shape: [16]).with {
      $0.samples = 8
      $0.variables = ["density", "temperature"]
      $0.change = { _, _, _, value in 10 * value }
    }
    let other = try waves.write(to: training.folder.file("other.hdf5"))
    return (training, other)
  }

  private static func mix(
    _ other: String, weights: [Double] = [1, 2]
  ) -> (inout TrainingConfiguration) -> Void {
    {
      $0.data.paths = FileNames($0.data.paths.names + [other])
      $0.data.weights = weights
      $0.data.batchSize = 2
      $0.model.description = FNO.Description(modes: [4], width: 6)
    }
  }

  @Test("variables go by name, each set has its own scaling, and what it lacks stays zero")
  func variables() throws {
    let (training, other) = try Self.training()
    let configuration = training.configuration(Self.mix(other))
    let run = try TrainingRun(configuration, in: training.run("mixed"))
    #expect(run.model.variables == 4)
    #expect(
      run.sets.map { $0.loader.variables.map(\.name) }.allSatisfy {
        $0 == ["density", "pressure", "Vx", "temperature"]
      })
    let batch = try run.sets[1].loader.batch([0]).frames
    for place in [1, 2] {
      #expect(batch.sliced(axis: 2, place..<(place + 1)).elements.allSatisfy { $0 == 0 })
    }
    #expect(batch.sliced(axis: 2, 3..<4).elements.contains { $0 != 0 })
    let summary = try run.train()
    #expect(summary.metrics?.nrmse.isFinite == true)
    let checkpoint = try Checkpoint(reading: training.run("mixed").last)
    #expect(checkpoint.model.variables == 4)
  }

  @Test(
    "what a set lacks has no influence on the loss, nor on the weights",
    arguments: LossRegistry.standard.names)
  func masking(name: String) throws {
    let training = try TinyTraining()
    let data = try TrainingData(PDEBenchFile(path: training.data), initialSteps: 4)
    let model = FNO(modes: [4], width: 6, initialSteps: 4, variables: 3)
    var settings = RolloutTask.Settings()
    settings.present = [true, false, true]
    let kind = try #require(LossRegistry.standard[name])
    let task = RolloutTask(
      model: model, data: data, normalization: Normalization(try data.survey()),
      loss: kind.init().loss(for: LossTask(axes: data.loader.axes)), settings: settings)
    var parameters = task.initialParameters(seed: 1)
    let next = task.batches(epoch: 0, from: 0)
    let batch = try #require(try next())
    func loss() -> (Float, Parameters) {
      let tape = Tape()
      let traced = TracedParameters(parameters, watchedBy: tape)
      let loss = task.loss(of: batch, traced)
      return (loss.value.scalar, tape.gradients(of: loss)[traced])
    }
    let (before, gradients) = loss()
    let bias = gradients["fc2.bias"].elements
    #expect(bias[1] == 0 && bias[0] != 0 && bias[2] != 0)
    parameters["fc2.bias"][1] += 3
    #expect(loss().0 == before)
  }

  /// A run on a flow of which one variable lies far from zero, and a set that lacks it.
  private static func pretrained() throws -> (TinyTraining, String) {
    let flow = WaveFile().with {
      $0.variables = ["u", "v", "w"]
      $0.change = { _, _, variable, value in variable == 2 ? value + 100 : value }
    }
    let training = try TinyTraining(flow)
    try training.train("first")
    let waves = WaveFile().with {
      $0.samples = 8
      $0.variables = ["u", "v"]
    }
    return (training, try waves.write(to: training.folder.file("lacking.hdf5")))
  }

  /// A mixture that goes on from that run, with its scaling.
  private static func tuned(_ training: TinyTraining, on paths: [String]) throws -> TrainingConfiguration {
    let choice = training.configuration {
      $0.data.paths = FileNames(paths)
      $0.data.weights = [1, 1]
      $0.fineTuning.checkpoint = training.run("first").last
    }
    return try choice.startingFromCheckpoint(of: choice)
  }

  @Test("what a set lacks stays zero under a checkpoint's scaling too, so that no error counts there")
  func keptScaling() throws {
    let (training, lacking) = try Self.pretrained()
    let configuration = try Self.tuned(training, on: [training.data, lacking])
    _ = try TrainingRun(configuration, in: training.run("tuned")).train()
    // Hundreds of deviations lie between zero and the variable's mean.
    #expect(try training.steps("tuned").allSatisfy { $0.loss < 1000 })
  }

  @Test("a first set that lacks a variable leaves its scaling to the others, and to the run that is resumed")
  func firstSetLacks() throws {
    let (training, lacking) = try Self.pretrained()
    let configuration = try Self.tuned(training, on: [lacking, training.data])
    _ = try TrainingRun(configuration, in: training.run("whole")).train()
    #expect(try training.steps("whole").allSatisfy { $0.loss < 1000 })
    #expect(try training.checkpoint("whole").formulation == training.checkpoint("first").formulation)
    try training.train("stopped", configuration, stoppedAfter: 5)
    #expect(try training.weights("stopped") == training.weights("whole"))
  }

  @Test("records have the mean over the sets that chooses the best checkpoint, and so tell its epoch")
  func score() throws {
    let (training, other) = try Self.training()
    let summary = try training.train("mixed", Self.mix(other, weights: [1, 30]))
    let epochs = try training.epochs("mixed")
    #expect(epochs.allSatisfy { $0.score != nil && $0.score != $0.metrics?.nrmse })
    #expect(epochs.best?.epoch == summary.bestEpoch && epochs.best?.score == summary.bestScore)
    try training.train("alone")
    #expect(try training.epochs("alone").allSatisfy { $0.metrics != nil && $0.score == nil })
  }

  @Test("an epoch has as many steps as all sets have batches")
  func shares() throws {
    let (training, other) = try Self.training()
    let configuration = training.configuration(Self.mix(other, weights: [1, 3]))
    let run = try TrainingRun(configuration, in: training.run("mixed"))
    _ = try run.train()
    let steps = run.sets.reduce(0) { $0 + ($1.split.training.count + 1) / 2 }
    #expect(try training.steps("mixed").count == 3 * steps)
  }

  @Test("a mixture stops and goes on to the same bits, at any number of threads")
  func resuming() throws {
    // Two test samples in the first set and one in the other.
    let (training, other) = try Self.training(samples: 24)
    func configuration(_ threads: Int) -> TrainingConfiguration {
      training.configuration {
        Self.mix(other)(&$0)
        $0.loss.noise = 1e-3
        $0.loss.noiseUnit = .norm
        $0.loss.window = 3
        $0.run.threads = threads
      }
    }
    _ = try TrainingRun(configuration(1), in: training.run("whole")).train()
    for stop in [1, 5, 9, 13] {
      try training.train("stopped\(stop)", configuration(2), stoppedAfter: stop)
      #expect(try training.weights("stopped\(stop)") == training.weights("whole"), "after \(stop)")
    }
  }

  @Test(
    "a parameter that differs between sets is an input that tells them apart, and is zero where it is missing"
  )
  func parameters() throws {
    let (training, _) = try Self.training()
    var paths: [String] = []
    for (name, eta) in [("thin", 0.01), ("thick", 0.03), ("unknown", Double?.none)] {
      let path = training.folder.file("\(name).hdf5")
      let waves = WaveFile().with {
        $0.samples = 6
        $0.attributes = eta.map { ["eta": $0] } ?? ["M": 0.1]
      }
      paths.append(try waves.write(to: path))
    }
    let configuration = training.configuration {
      $0.data.paths = FileNames(paths)
      $0.data.weights = [1, 1, 1]
      $0.data.inputs = ["eta"]
      $0.data.batchSize = 2
    }
    let run = try TrainingRun(configuration, in: training.run("mixed"))
    #expect(run.model.staticInputs == 1)
    let checkpoint = try Checkpoint(reading: training.run("mixed").last)
    let scaling = try #require(checkpoint.formulation.normalization.inputs)
    #expect(abs(scaling.mean[0] - 0.02) < 1e-6 && abs(scaling.standardDeviation[0] - 0.01) < 1e-6)
    #expect(run.sets[0].inputStatistics == scaling && run.sets[1].inputStatistics == scaling)
    let missing = try #require(run.sets[2].inputStatistics)
    #expect(missing.mean == [0] && missing.standardDeviation == [0])
    let inputs = try run.sets.map { try #require(try $0.loader.batch([0]).inputs).elements }
    for (found, eta) in zip(inputs, [0.01, 0.03, 0] as [Float]) { #expect(found.allSatisfy { $0 == eta }) }
    _ = try run.train()
    let wrong = training.configuration {
      $0.data.paths = FileNames(paths)
      $0.data.weights = [1, 1, 1]
      $0.data.inputs = ["zeta"]
    }
    #expect(throws: DataFileError.self) { try TrainingRun(wrong, in: training.run("wrong")) }
  }

  /// A set whose frames are twice as far apart as the first set's.
  private static let slow = WaveFile(shape: [16]).with {
    $0.samples = 8
    $0.time = { Double($0) / 10 }
  }

  @Test("sets whose frames are not equally far apart are told of, with both time steps")
  func timeSteps() throws {
    let (training, other) = try Self.training()
    let path = try Self.slow.write(to: training.folder.file("slow.hdf5"))
    func notes(_ path: String, run: String) throws -> [String] {
      let mixed = try TrainingRun(training.configuration(Self.mix(path)), in: training.run(run))
      return mixed.startingNotes.map { "\($0)" }
    }
    #expect(try notes(other, run: "even").isEmpty)
    let told = try notes(path, run: "uneven")
    #expect(told.count == 1)
    #expect(told[0].contains("\(path) are 0.1 apart") && told[0].contains("\(training.data) are 0.05 apart"))
  }

  @Test("sets of different time steps leave the checkpoint none, so that each is forecast at its own")
  func ownTimeSteps() throws {
    let (training, other) = try Self.training()
    let slow = try Self.slow.write(to: training.folder.file("slow.hdf5"))
    // From the first to the last as long as in the first set.
    let uneven = try Self.slow.with { $0.time = { $0 == 13 ? 0.65 : Double($0) / 40 } }
      .write(to: training.folder.file("uneven.hdf5"))
    for (name, path) in [("slow", slow), ("uneven", uneven)] {
      let run = try TrainingRun(training.configuration(Self.mix(path)), in: training.run(name))
      let checkpoint = try training.checkpoint(name)
      for set in run.sets {
        #expect(checkpoint.times(on: set.loader, from: 0, count: 14) == set.loader.times, "\(name)")
      }
    }
    _ = try TrainingRun(training.configuration(Self.mix(other)), in: training.run("even"))
    #expect(try training.checkpoint("even").frameInterval != nil)
  }

  @Test("sets and weights must be as many, and of as many axes")
  func mistakes() throws {
    let (training, other) = try Self.training()
    #expect {
      try TrainingRun(training.configuration(Self.mix(other, weights: [1])), in: training.run("a"))
    } throws: { "\($0)".contains("weights") }
    let plane = try WaveFile(shape: [8, 8]).write(to: training.folder.file("plane.hdf5"))
    #expect {
      try TrainingRun(training.configuration(Self.mix(plane)), in: training.run("b"))
    } throws: { "\($0)".contains("axes") }
    #expect(throws: DataFileError.givenTwice(file: training.data, other: training.data)) {
      try TrainingRun(training.configuration(Self.mix(training.data)), in: training.run("c"))
    }
    #expect(!FileManager.default.fileExists(atPath: training.run("b").path))
  }
}

@Suite("The order of a mixture") struct MixtureScheduleTests {
  @Test(
    "weights are met to the step",
    arguments: [([1.0, 1], [5, 5]), ([1, 3], [3, 7]), ([1, 1e-9], [9, 1]), ([3, 3, 4], [3, 3, 4])])
  func counts(weights: [Double], expected: [Int]) {
    let counts = MixtureSchedule(steps: 10, weights: weights, seed: 1).counts
    #expect(counts.reduce(0, +) == 10)
    #expect(zip(counts, expected).allSatisfy { abs($0 - $1) <= 1 }, "\(counts)")
  }

  @Test("epochs go on where the last one was in a set, and a pass has every sample once")
  func passes() {
    let schedule = MixtureSchedule(steps: 7, weights: [1, 2], seed: 4)
    let samples = Array(10..<19)
    var batches: [(pass: Int, samples: [Int])] = []
    for epoch in 0..<12 {
      #expect(schedule.sets(epoch: epoch).count == 7)
      batches += schedule.batches(of: 1, epoch: epoch, samples: samples, batchSize: 2, shuffles: true)
    }
    let passes = batches.count / 5
    var orders: Set<[Int]> = []
    for pass in 0..<passes {
      let own = batches.filter { $0.pass == pass }.flatMap(\.samples)
      #expect(own.sorted() == samples)
      orders.insert(own)
    }
    #expect(orders.count > 1)
    #expect(
      schedule.sets(epoch: 0) != schedule.sets(epoch: 1) || schedule.sets(epoch: 1) != schedule.sets(epoch: 2)
    )
  }
}
