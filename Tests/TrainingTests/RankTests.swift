import Foundation
import MessagePassing
import NeuralOperators
import Optimizers
import Options
import TestSupport
import Testing
import Training

@Suite("Training on several ranks") struct RankTests {
  /// A change of the tiny training whose bits must not depend on the ranks.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout TrainingConfiguration) -> Void

    init(_ name: String, _ change: @escaping @Sendable (inout TrainingConfiguration) -> Void) {
      testDescription = name
      self.change = change
    }

    static let all = [
      Case("FNO") { _ in },
      Case("unequal shares, and a last batch with fewer samples than ranks") {
        $0.data.batchSize = 10
        $0.data.batchParts = 10
      },
      Case("parts of several samples") { $0.data.batchParts = 4 },
      Case("clipping") { $0.optimizer.clipGradients = 0.01 },
      Case("sharpness-aware minimization") { $0.optimizer.samRho = 0.05 },
      Case("TempBalance") {
        $0.tempbalance.method = .sigmoid
        $0.tempbalance.minimumEigenvalues = 2
      },
      Case("a loss that leaves fields out") { configuration in
        configuration.loss.kind = LossRegistry.standard["relative-l2"]?.init() ?? configuration.loss.kind
      },
      Case("noise, windows and unrolling") {
        $0.loss.noise = 0.01
        $0.loss.window = 2
        $0.loss.unroll = 1
      },
      Case("activation checkpointing") { $0.loss.activationCheckpointing = true },
      Case("validation samples") { $0.data.validationSamples = 2 },
      Case("patience that ends") {
        ($0.schedule.epochs, $0.evaluation.patience) = (4, 1)
        // Too small to change a weight.
        $0.optimizer.learningRate = 1e-30
      },
    ]
  }

  private func configuration(_ training: TinyTraining, _ change: (inout TrainingConfiguration) -> Void)
    -> TrainingConfiguration
  {
    training.configuration {
      ($0.data.batchSize, $0.data.batchParts, $0.schedule.epochs) = (6, 6, 2)
      change(&$0)
    }
  }

  /// What a run leaves, but for times.
  private func results(_ run: RunFolder) throws -> [Data] {
    func withoutTimes(_ path: String) throws -> Data {
      let text = try String(contentsOfFile: path, encoding: .utf8)
      return Data(text.replacing(#/"seconds":[^,}]*/#, with: "").utf8)
    }
    return try [run.last, run.best].map { try Data(contentsOf: URL(filePath: $0)) }
      + [run.steps, run.metrics].map(withoutTimes)
  }

  private func expectSameBits(_ change: @escaping @Sendable (inout TrainingConfiguration) -> Void) throws {
    let training = try TinyTraining()
    let configuration = configuration(training, change)
    _ = try TrainingRun(configuration, in: training.run("alone")).train()
    let expected = try results(training.run("alone"))
    for size in 2...4 {
      let folder = training.run("ranks\(size)")
      _ = try LocalRanks.run(size) { try TrainingRun(configuration, in: folder).train() }
      let found = try results(folder)
      #expect(zip(found, expected).map(==) == [true, true, true, true], "\(size) ranks")
    }
  }

  @Test("weights, losses and metrics are those of one process, byte for byte", arguments: Case.all)
  func sameBits(_ variant: Case) throws { try expectSameBits(variant.change) }

  @Test("all ranks know the best score, which rank 0 alone has measured") func best() throws {
    let training = try TinyTraining()
    let configuration = configuration(training) { _ in }
    let folder = training.run("ranks")
    let summaries = try LocalRanks.run(3) { try TrainingRun(configuration, in: folder).train() }
    let best = summaries.map(\.bestScore)
    #expect(best[0] != nil && best == [best[0], best[0], best[0]])
    #expect(Set(summaries.map(\.bestEpoch)).count == 1)
  }

  @Test("a U-Net's batch statistics are those of the whole batch", arguments: [1, 2, 6])
  func batchStatistics(parts: Int) throws {
    let training = try TinyTraining()
    // A long rollout of a U-Net without training multiplies rounding errors, and Adam makes steps of their own size of
    // gradients that are rounding errors.
    func change(_ configuration: inout TrainingConfiguration) {
      configuration.model.description = UNet.Description(initialFeatures: 2)
      configuration.optimizer.kind = StochasticGradientDescent.Description(momentum: 0)
      configuration.optimizer.learningRate = 1e-4
      configuration.loss.unroll = 1
    }
    let configuration = configuration(training) {
      change(&$0)
      $0.data.batchParts = parts
    }
    let sizes = (1...4).filter { $0 <= parts }
    let results = try sizes.map { size in
      let folder = training.run("ranks\(size)")
      _ = try LocalRanks.run(size) { try TrainingRun(configuration, in: folder).train() }
      return try self.results(folder)
    }
    for result in results { #expect(result == results[0]) }
    // The parts change the last bits alone.
    let whole = self.configuration(training) {
      change(&$0)
      $0.data.batchParts = 1
    }
    _ = try TrainingRun(whole, in: training.run("whole")).train()
    let losses = try ["ranks1", "whole"].map { try training.steps($0).map(\.loss) }
    for (loss, expected) in zip(losses[0], losses[1]) {
      #expect(abs(loss - expected) < 1e-4 * abs(expected), "\(parts) parts")
    }
  }

  @Test("the sum of parts is the gradient of the whole batch") func parts() throws {
    let training = try TinyTraining()
    for loss in ["mse", "relative-l2", "nrmse"] {
      for parts in [1, 2, 5] {
        let configuration = configuration(training) {
          $0.loss.kind = LossRegistry.standard[loss]?.init() ?? $0.loss.kind
          $0.data.batchParts = parts
        }
        _ = try TrainingRun(configuration, in: training.run("\(loss)\(parts)")).train()
      }
      let losses = try [1, 2, 5].map { try training.steps("\(loss)\($0)").map(\.loss) }
      for other in losses {
        for (loss, expected) in zip(other, losses[0]) { #expect(abs(loss - expected) < 1e-4 * abs(expected)) }
      }
    }
  }

  @Test("bits in parts do not depend on threads") func threads() throws {
    let training = try TinyTraining()
    let weights = try [1, 3, 16].map { threads in
      let configuration = configuration(training) {
        $0.model.description = UNet.Description(initialFeatures: 2)
        $0.run.threads = threads
      }
      _ = try TrainingRun(configuration, in: training.run("t\(threads)")).train()
      return try training.weights("t\(threads)")
    }
    #expect(weights[1] == weights[0] && weights[2] == weights[0])
  }

  @Test("a run is resumed on another number of ranks with the same bits") func resuming() throws {
    let training = try TinyTraining()
    let configuration = configuration(training) { _ in }
    _ = try TrainingRun(configuration, in: training.run("alone")).train()
    let folder = training.run("moved")
    _ = try LocalRanks.run(3) {
      var steps = 0
      return try TrainingRun(configuration, in: folder).train(shouldStop: {
        steps += 1
        // One rank is told.
        return RankGroup.current.rank == 2 && steps == 2
      })
    }
    _ = try LocalRanks.run(2) { try TrainingRun(resuming: folder).train() }
    #expect(try results(folder) == results(training.run("alone")))
  }

  @Test("more ranks than parts or samples are refused with what fits") func tooManyRanks() throws {
    let training = try TinyTraining()
    let configuration = configuration(training) { $0.data.batchParts = 2 }
    let folder = training.run("refused")
    #expect(throws: RankAgreementError.tooManyRanks(ranks: 3, parts: 2, samples: 6)) {
      try LocalRanks.run(3) { _ = try TrainingRun(configuration, in: folder) }
    }
    #expect(throws: RankAgreementError.tooManyRanks(ranks: 7, parts: 2, samples: 6)) {
      try LocalRanks.run(7) { _ = try TrainingRun(configuration, in: folder) }
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }

  @Test("ranks with different configurations or data are refused") func disagreement() throws {
    let training = try TinyTraining()
    let other = try TinyTraining(WaveFile().with { $0.samples = 17 })
    let configuration = configuration(training) { _ in }
    let folder = training.run("refused")
    func expect(_ what: String, _ change: @escaping @Sendable (inout TrainingConfiguration) -> Void) {
      #expect {
        try LocalRanks.run(2) {
          var own = configuration
          if RankGroup.current.rank == 1 { change(&own) }
          _ = try TrainingRun(own, in: folder)
        }
      } throws: {
        guard case RankAgreementError.differs(what, rank: 1, here: _, there: _) = $0 else { return false }
        return true
      }
    }
    expect("configuration") { $0.optimizer.learningRate = 0.5 }
    let path = other.data
    expect("configuration") { $0.data.path = path }
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }
}
