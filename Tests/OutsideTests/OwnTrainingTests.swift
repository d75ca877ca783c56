import FieldMetrics
import Foundation
import NeuralOperators
import Optimizers
import PDEData
import TempBalance
import TensorCore
import Testing
import Training

@Suite("Training from outside the package") struct OwnTrainingTests {
  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "outside-\(UUID().uuidString)").path

  private func trainer(_ run: RunFolder? = nil, epochs: Int = 30, _ counter: Counter = Counter()) throws
    -> Trainer
  {
    try Trainer(
      model: FrameMixture(), data: TrainingData(TravellingWaves(), initialSteps: 2), loss: FourthPower(),
      metrics: [MeanAbsoluteError.self], optimizer: SignDescent(), schedule: FallingRate(), learningRate: 0.1,
      epochs: epochs, batchSize: 4, seed: 3, observers: [counter], run: run)
  }

  @Test("an own data set, model, loss, metric, optimizer and schedule train together")
  func ownParts() throws {
    let counter = Counter()
    let trainer = try trainer(epochs: 30, counter)
    let summary = try trainer.train()
    #expect(summary.outcome == .finished && summary.run == nil)
    // Ten training samples in batches of four.
    #expect(counter.steps == 90 && counter.epochs == 30)
    let factors: [Double] = (0..<90).map { step -> Double in 1 / (1 + 0.05 * Double(step)) }
    #expect(counter.rates == factors.map { 0.1 * $0 })
    let metrics = try #require(summary.metrics)
    #expect(metrics.samples == 2, "the data set's own test samples")
    #expect(metrics.predictedNRMSE < 0.7, "it learns: \(metrics.predictedNRMSE)")
    let error = metrics["MAE"]
    #expect(error > 0 && error < metrics.maximum)
    #expect(
      trainer.history.compactMap(\.validationNRMSE).count == 30, "the data set's own validation samples")
    #expect(trainer.history.first?.loss ?? 0 > 4 * (trainer.history.last?.loss ?? 1))
  }

  @Test(
    "a run that is stopped after every step and begun again goes on with the same bits, its metric in its records"
  )
  func resumed() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (whole, parts) = (RunFolder(folder + "/whole"), RunFolder(folder + "/parts"))
    try trainer(whole, epochs: 4).train()
    var outcomes: [TrainingSummary.Outcome] = []
    while outcomes.last != .finished, outcomes.count < 20 {
      outcomes.append(try trainer(parts, epochs: 4).train(shouldStop: { true }).outcome)
    }
    #expect(outcomes.count == 12)
    for file in ["checkpoints/last.safetensors", "checkpoints/best.safetensors", "steps.jsonl"] {
      let contents = try [whole, parts].map { try Data(contentsOf: URL(filePath: "\($0.path)/\(file)")) }
      #expect(contents[0] == contents[1], "\(file)")
    }
    let epochs = try RunFolder.lines(EpochRecord.self, in: parts.metrics)
    #expect(epochs.count == 4 && epochs.allSatisfy { $0.metrics?["MAE"].isFinite == true })
    #expect(try epochs.map(\.metrics) == RunFolder.lines(EpochRecord.self, in: whole.metrics).map(\.metrics))
  }

  @Test("a sample that fits into memory is read once, by the survey, for all epochs and evaluations")
  func readOnce() throws {
    let data = CountedWaves()
    let trainer = try Trainer(
      model: FrameMixture(), data: TrainingData(data, initialSteps: 2), epochs: 3, batchSize: 4)
    #expect(data.reads == 14, "ten training, two test and two validation samples")
    try trainer.train()
    #expect(data.reads == 14)
    // Without memory for them they are read again.
    let large = CountedWaves()
    try Trainer(
      model: FrameMixture(), data: TrainingData(large, initialSteps: 2, cacheMemory: 0), epochs: 1,
      batchSize: 4
    ).train()
    #expect(large.reads == 28)
  }

  @Test("an own data set is read at strides, without its constants, and summed up")
  func ownDataSet() throws {
    let waves = TravellingWaves()
    let subsampling = Subsampling(reducedResolution: 4, reducedResolutionTime: 3, reducedBatch: 3)
    let loader = try BatchLoader(waves, subsampling: subsampling)
    #expect(loader.sampleShape == [4, 1, 8] && loader.variables == ["u"])
    let batch = try loader.batch([7, 3]).frames
    #expect(batch.shape == [2, 4, 1, 8])
    #expect(batch[1, 2, 0, 5] == Float(sin(2 * Double.pi * (20.0 / 32 - 6.0 / 20) + 3)))
    let split = try subsampling.split(waves)
    #expect(split.test == [0, 5] && split.training == [6, 9, 12, 15] && split.validation == [1, 2])
    #expect(try Subsampling(testSamples: 1).split(waves).test == [0])
    let summary = try FileSummary(of: waves)
    #expect(summary.kind == "waves" && summary.variables.map(\.name) == ["u", "c"])
    #expect(summary.variables[1].minimum == 1 && summary.variables[1].maximum == 1)
    #expect(!summary.description.contains("storage"))
  }

  @Test("TempBalance gives the layers of a trainer's model rates of their own")
  func balanced() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try TrainingData(TravellingWaves(), initialSteps: 2)
    let model = FNO(modes: [8], width: 16, initialSteps: 2, variables: 1)
    let run = RunFolder(folder)
    let balancing = LayerBalancing(schedule: BalancingSchedule(minimumEigenvalues: 2))
    let trainer = try Trainer(model: model, data: data, epochs: 2, batchSize: 5, rates: balancing, run: run)
    try trainer.train()
    let rates = trainer.learningRates
    #expect(rates.lowerBound < 1e-3 && rates.upperBound > 1e-3)
    let layers = try RunFolder.lines(LayerRecord.self, in: run.layers)
    #expect(Set(layers.map(\.epoch)) == [0, 1] && Set(layers.map(\.learningRate)).count > 2)
    #expect(try Checkpoint(reading: run.last).parameters == trainer.parameters)
  }
}
