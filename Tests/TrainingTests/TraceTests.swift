import FieldMetrics
import Foundation
import NeuralOperators
import Optimizers
import TestSupport
import Testing
import Training

/// A training run made with PyTorch, as its JSON tells it.
private struct Trace: Decodable {
  struct Steps: Decodable {
    let step_size: Int
    let gamma: Double
  }
  struct Balance: Decodable {
    let s: Double
    let tau: Double
    let min_eigenvalues: Int
  }
  struct Scores: Decodable {
    let RMSE, nRMSE, CSV, Max, BD: Double
    let F: [Double]
  }
  let modes, width, initial_steps, reduced_resolution, reduced_resolution_t: Int
  let test_samples, batch_size, epochs: Int
  let data: String
  let learning_rate, weight_decay: Double
  let step_lr: Steps
  let tempbalance: Balance?
  let loss_per_step: [Double]
  let test_metrics_per_epoch: [Scores]?
  let learning_rates_before_epoch: [[String: Double]]?
}

@Suite("Training runs made with PyTorch are followed")
struct TraceTests {
  @Test("in one dimension", arguments: Reference.sets)
  func line(set: Reference) throws { try follow("trace_fno1d", in: set) }

  @Test(
    "in two, with and without TempBalance", .enabled(if: Reference.larger != nil, "\(Reference.absence)"),
    arguments: ["trace_fno2d", "trace_tempbalance_fno2d"])
  func plane(name: String) throws { try follow(name, in: #require(Reference.larger)) }

  private func follow(_ name: String, in set: Reference) throws {
    let trace = try JSONDecoder().decode(
      Trace.self, from: Data(contentsOf: URL(fileURLWithPath: set.path("\(name).json"))))
    var configuration = TrainingConfiguration()
    configuration.data.path = set.path("pdebench/\(trace.data)")
    configuration.model.description = FNO.Description(modes: [trace.modes], width: trace.width)
    configuration.model.initialSteps = trace.initial_steps
    configuration.data.reducedResolution = trace.reduced_resolution
    configuration.data.reducedResolutionTime = trace.reduced_resolution_t
    configuration.data.testSamples = trace.test_samples
    configuration.data.batchSize = trace.batch_size
    configuration.schedule.epochs = trace.epochs
    configuration.optimizer.learningRate = trace.learning_rate
    configuration.optimizer.weightDecay = trace.weight_decay
    configuration.schedule.kind = .step(epochs: trace.step_lr.step_size, factor: trace.step_lr.gamma)
    configuration.data.shuffle = false
    configuration.data.normalize = .none
    configuration.model.initialWeights = set.path("\(name).init.safetensors")
    if let balance = trace.tempbalance {
      configuration.tempbalance.method = .sigmoid
      configuration.tempbalance.scale = balance.s
      configuration.tempbalance.steepness = balance.tau
      configuration.tempbalance.minimumEigenvalues = balance.min_eigenvalues
    }
    let folder = try TemporaryFolder()
    let run = RunFolder(folder.file("run"))
    let summary = try TrainingRun(configuration, in: run).train()
    #expect(summary.outcome == .finished)

    let steps = try RunFolder.lines(StepRecord.self, in: run.steps)
    #expect(steps.count == trace.loss_per_step.count)
    for (index, (step, expected)) in zip(steps, trace.loss_per_step).enumerated() {
      #expect(abs(step.loss / expected - 1) < (index < 3 ? 1e-4 : 1e-2), "step \(index)")
    }
    let epochs = try RunFolder.lines(EpochRecord.self, in: run.metrics)
    for (epoch, expected) in zip(epochs, trace.test_metrics_per_epoch ?? []) {
      let metrics = try #require(epoch.metrics)
      #expect(abs(metrics.nrmse / expected.nRMSE - 1) < 0.02, "epoch \(epoch.epoch)")
      #expect(abs(metrics.rmse / expected.RMSE - 1) < 0.02)
      #expect(abs(metrics.conserved / expected.CSV - 1) < 0.02)
      #expect(abs(metrics.maximum / expected.Max - 1) < 0.02)
      #expect(abs(metrics.boundary / expected.BD - 1) < 0.02)
      for (found, expected) in zip(metrics.fourier, expected.F) { #expect(abs(found / expected - 1) < 0.02) }
    }
    let layers = try RunFolder.lines(LayerRecord.self, in: run.layers)
    for (epoch, rates) in (trace.learning_rates_before_epoch ?? []).prefix(trace.epochs).enumerated() {
      let found = layers.filter { $0.epoch == epoch }
      #expect(found.count >= rates.count - 1)
      for layer in found {
        let expected = try #require(rates[layer.layer.name] ?? rates["(rest)"])
        #expect(abs(layer.learningRate / expected - 1) < 0.02, "\(layer.layer.name) in epoch \(epoch)")
      }
    }
  }
}
