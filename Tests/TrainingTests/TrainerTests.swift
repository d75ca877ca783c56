import Autodiff
import FieldMetrics
import Foundation
import NeuralOperators
import Options
import Optimizers
import PDEData
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Trainer") struct TrainerTests {
  @Test("a run that stops after every step and is resumed ends with the same bits")
  func resumed() throws {
    let training = try TinyTraining()
    let change: (inout TrainingConfiguration) -> Void = {
      $0.loss.noise = 0.02
      $0.tempbalance.method = .sigmoid
      $0.tempbalance.minimumEigenvalues = 1
      $0.data.validationSamples = 2
    }
    try training.train("whole", change)
    var outcomes = [
      try TrainingRun(training.configuration(change), in: training.run("parts")).train(shouldStop: { true })
        .outcome
    ]
    while outcomes.last == .interrupted, outcomes.count < 20 {
      outcomes.append(try TrainingRun(resuming: training.run("parts")).train(shouldStop: { true }).outcome)
    }
    // Nine samples in batches of three: two stops within each of three epochs, and one after each but the last.
    #expect(outcomes == Array(repeating: .interrupted, count: 8) + [.finished])
    for name in ["last", "best", "state", "steps", "layers"] {
      let files = ["whole", "parts"].map { (run: String) -> String in
        let folder = training.run(run)
        return switch name {
        case "last": folder.last
        case "best": folder.best
        case "state": folder.path + "/checkpoints/resume.safetensors"
        case "steps": folder.steps
        default: folder.layers
        }
      }
      let contents = try files.map { try Data(contentsOf: URL(filePath: $0)) }
      #expect(contents[0] == contents[1], "\(name)")
    }
    let epochs = try ["whole", "parts"].map { try training.epochs($0) }
    #expect(epochs[0].map(\.metrics) == epochs[1].map(\.metrics))
    #expect(epochs[0].map(\.loss) == epochs[1].map(\.loss))
  }

  @Test("a run is trained by one trainer at a time")
  func oneAtATime() throws {
    let training = try TinyTraining()
    let run = training.run("run")
    let first = try TrainingRun(training.configuration(), in: run)
    #expect(throws: RunFolderError.inUse(folder: run.path)) { try TrainingRun(resuming: run) }
    _ = try first.train(shouldStop: { true })
    _ = consume first
    #expect(try TrainingRun(resuming: run).train().outcome == .finished)
  }

  @Test("a finished run can be made longer, as if it had been so from the beginning")
  func longer() throws {
    let training = try TinyTraining()
    try training.train("short")
    try training.train("long") { $0.schedule.epochs = 5 }
    let resumed = try TrainingRun(resuming: training.run("short"), changing: { $0.schedule.epochs = 5 })
      .train()
    #expect(resumed.outcome == .finished)
    #expect(try training.weights("short") == training.weights("long"))
    #expect(try training.steps("short") == training.steps("long"))
    #expect(throws: ConfigurationError.self) {
      try TrainingRun(resuming: training.run("short"), changing: { $0.schedule.epochs = 4 })
    }
  }

  @Test("training stops early where the error does not become lower, and has nothing left to do when resumed")
  func patience() throws {
    let training = try TinyTraining()
    let summary = try training.train("run") {
      ($0.schedule.epochs, $0.evaluation.every, $0.evaluation.patience) = (20, 2, 2)
      // Too small to change a weight.
      $0.optimizer.learningRate = 1e-30
    }
    #expect(summary.outcome == .stoppedEarly && summary.bestEpoch == 1 && summary.epochs == 6)
    let weights = try training.weights("run")
    let resumed = try TrainingRun(resuming: training.run("run")).train()
    #expect(resumed.outcome == .stoppedEarly && resumed.epochs == 6)
    #expect(try training.weights("run") == weights && training.epochs("run").count == 6)
  }

  @Test("training goes on while the error becomes lower, however short the patience")
  func impatience() throws {
    let training = try TinyTraining()
    let summary = try training.train("run") {
      ($0.schedule.epochs, $0.evaluation.patience) = (8, 1)
      $0.optimizer.learningRate = 1.5e-3
    }
    let errors = try training.epochs("run").compactMap(\.metrics?.nrmse)
    #expect(errors.count == 8 && zip(errors, errors.dropFirst()).allSatisfy { $0 > $1 }, "\(errors)")
    #expect(summary.outcome == .finished && summary.bestEpoch == 7)
  }

  @Test("a resumed run does not need the weights that it began with")
  func initialWeights() throws {
    let training = try TinyTraining()
    try training.train("first")
    let copy = training.folder.file("start.safetensors")
    try FileManager.default.copyItem(atPath: training.run("first").last, toPath: copy)
    let configuration = training.configuration { $0.model.initialWeights = copy }
    _ = try TrainingRun(configuration, in: training.run("second")).train(shouldStop: { true })
    try FileManager.default.removeItem(atPath: copy)
    #expect(try TrainingRun(resuming: training.run("second")).train().outcome == .finished)
  }

  @Test("the order of the samples is another in every epoch, unless it is to be the file's")
  func order() throws {
    let training = try TinyTraining()
    // With a rate that moves nothing, a step's loss tells which samples are in it.
    for shuffle in [true, false] {
      try training.train("\(shuffle)") {
        $0.optimizer.learningRate = 1e-30
        $0.data.shuffle = shuffle
      }
    }
    let epochs = { (run: String) throws in
      let steps = try training.steps(run)
      return (0..<3).map { epoch in steps.filter { $0.epoch == epoch }.map(\.loss) }
    }
    let (shuffled, asInFile) = (try epochs("true"), try epochs("false"))
    #expect(asInFile[0] == asInFile[1] && asInFile[1] == asInFile[2])
    #expect(shuffled[0] != shuffled[1] && shuffled[1] != shuffled[2] && shuffled[0] != shuffled[2])
  }

  @Test("the best checkpoint is chosen by the validation samples where there are some")
  func best() throws {
    // The last two samples turn over where the prediction begins: what is learnt from the others makes them worse.
    let file = WaveFile().with {
      $0.change = { sample, frame, variable, value in
        sample >= 10 && frame >= 4 ? 2 * (variable < 2 ? 2 : 0) - value : value
      }
    }
    let training = try TinyTraining(file)
    let change: (inout TrainingConfiguration) -> Void = {
      $0.schedule.epochs = 20
      $0.optimizer.learningRate = 1e-2
      $0.data.testSamples = 3
    }
    try training.train("by-test", change)
    let byValidation = try training.train("by-validation") {
      change(&$0)
      $0.data.validationSamples = 2
    }
    let epochs = try training.epochs("by-validation")
    let validation = epochs.compactMap(\.validationNRMSE)
    #expect(validation.count == 20)
    let lowest = try #require(validation.indices.min { validation[$0] < validation[$1] })
    let test = epochs.compactMap(\.metrics?.nrmse)
    let ofTest = try #require(test.indices.min { test[$0] < test[$1] })
    #expect(lowest != ofTest, "the two choices differ, so that this test can tell them apart")
    #expect(byValidation.bestEpoch == lowest)
    #expect(byValidation.bestScore == validation[lowest])

    // The file is that epoch's: its error on the validation samples is the one that was noted.
    let checkpoint = try Checkpoint(reading: training.run("by-validation").best)
    let loader = try BatchLoader(PDEBenchFile(path: training.data))
    let evaluator = try Evaluator(checkpoint, loader: loader, batchSize: 3)
    #expect(try evaluator.evaluate([10, 11], checkpoint.parameters).metrics.nrmse == validation[lowest])
    #expect(try training.epochs("by-test").allSatisfy { $0.validationNRMSE == nil })
  }

  @Test("evaluation takes place every so many epochs, and after the last")
  func evaluateEvery() throws {
    let training = try TinyTraining()
    let summary = try training.train("run") {
      $0.schedule.epochs = 8
      $0.evaluation.every = 3
    }
    let epochs = try training.epochs("run")
    #expect(epochs.map(\.epoch) == Array(0..<8))
    #expect(epochs.filter { $0.metrics != nil }.map(\.epoch) == [2, 5, 7])
    #expect([2, 5, 7].contains(summary.bestEpoch))
    #expect(summary.metrics == epochs[7].metrics)
  }

  @Test("each epoch trains at its schedule's rate")
  func schedule() throws {
    let training = try TinyTraining()
    let schedules: [(any ScheduleDescription, any LearningRateSchedule)] = [
      (.constant, WarmUp(epochs: 3, then: ConstantSchedule())),
      (.step(epochs: 2, factor: 0.1), WarmUp(epochs: 3, then: StepSchedule(epochs: 2, factor: 0.1))),
      (.cosine, WarmUp(epochs: 3, then: CosineSchedule(epochs: 6))),
    ]
    for (kind, schedule) in schedules {
      let name = type(of: kind).name
      try training.train(name) {
        $0.schedule.epochs = 6
        $0.schedule.kind = kind
        $0.schedule.warmUpEpochs = 3
        $0.optimizer.learningRate = 0.004
      }
      let rates = try training.epochs(name).map(\.learningRate)
      #expect(rates == (0..<6).map { 0.004 * schedule.factor(epoch: $0) }, "\(kind)")
    }
  }

  @Test(
    "the rate is what moves the weights: none of it, and they stay",
    arguments: OptimizerRegistry.standard.names)
  func rateIsUsed(optimizer: String) throws {
    let training = try TinyTraining()
    for epochs in [1, 3] {
      try training.train("\(epochs)") {
        $0.choose(optimizer: optimizer)
        $0.schedule.epochs = epochs
        $0.schedule.kind = .step(epochs: 1, factor: 1e-30)
      }
    }
    // After the first epoch the steps are too small for any weight to notice.
    let (one, three) = (
      try Checkpoint(reading: training.run("1").last).parameters,
      try Checkpoint(reading: training.run("3").last).parameters
    )
    for (name, tensor) in one { #expect(three[name] == tensor, "\(name)") }
    let start = try TrainingRun(training.configuration(), in: training.run("start")).model.initialParameters(
      seed: 0)
    for (name, tensor) in one { #expect(start[name] != tensor, "\(name)") }
  }

  @Test("between two analyses of the layers their factors stay, while the schedule goes on")
  func balancingInterval() throws {
    let training = try TinyTraining()
    try training.train("run") {
      $0.schedule.epochs = 5
      $0.optimizer.learningRate = 0.01
      $0.schedule.kind = .cosine
      $0.tempbalance.method = .sigmoid
      $0.tempbalance.minimumEigenvalues = 1
      $0.tempbalance.interval = 2
    }
    let layers = try training.layers("run")
    let rates = try training.epochs("run").map(\.learningRate)
    #expect(Set(rates).count == 5)
    func state(_ epoch: Int) -> [[Double]] {
      layers.filter { $0.epoch == epoch }.map {
        [$0.layer.alpha ?? 0, ($0.learningRate / rates[epoch] * 1e9).rounded()]
      }
    }
    #expect(state(0) == state(1) && state(2) == state(3))
    #expect(state(0) != state(2) && state(2) != state(4))
    #expect(Set(state(0).map { $0[1] }).count > 3, "layers have factors of their own")
  }

  @Test("what can be learnt is learnt: far better than that nothing changes")
  func learning() throws {
    let training = try TinyTraining(WaveFile().with { $0.samples = 24 })
    let summary = try training.train("run") {
      $0.schedule.epochs = 60
      $0.optimizer.learningRate = 5e-3
      $0.model.description = FNO.Description(modes: [4], width: 8)
      $0.data.batchSize = 4
      $0.schedule.kind = .cosine
      $0.data.testSamples = 4
      $0.evaluation.every = 60
    }
    let loader = try BatchLoader(PDEBenchFile(path: training.data))
    var persistence = MetricsAccumulator(shape: loader.sampleShape, initialSteps: 4)
    let frames = try loader.batch([0, 1, 2, 3]).frames
    let last = frames.sliced(axis: 1, 3..<4)
    persistence.add(
      prediction: .concatenated(
        [frames.sliced(axis: 1, 0..<4)] + Array(repeating: last, count: 10), axis: 1), target: frames)
    let learnt = try #require(summary.metrics).predictedNRMSE
    #expect(learnt < 0.2 * persistence.metrics.predictedNRMSE, "\(learnt)")
  }
}
