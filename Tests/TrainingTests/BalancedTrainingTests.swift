import Foundation
import NeuralOperators
import Options
import Optimizers
import TempBalance
import TestSupport
import Testing
import Training

@Suite("Training under TempBalance") struct BalancedTrainingTests {
  /// What an option should do to the library's analyzer and schedule.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var kinds = LayerKind.paper
    let change: @Sendable (inout TrainingConfiguration) -> Void
    let expected: @Sendable (inout LayerAnalyzer, inout BalancingSchedule) -> Void

    init(
      _ name: String, kinds: Set<LayerKind> = LayerKind.paper,
      change: @escaping @Sendable (inout TrainingConfiguration) -> Void,
      expected: @escaping @Sendable (inout LayerAnalyzer, inout BalancingSchedule) -> Void
    ) {
      testDescription = name
      self.kinds = kinds
      self.change = change
      self.expected = expected
    }

    static let all = [
      Case("defaults", change: { _ in }, expected: { _, _ in }),
      Case("goodness of fit", change: { $0.tempbalance.fit = .goodnessOfFit }) { analyzer, _ in
        analyzer.fit = .goodnessOfFit
      },
      Case("peak", change: { $0.tempbalance.fit = .peak }) { analyzer, _ in analyzer.fit = .peak },
      Case("the released reading of convolutions", change: { $0.tempbalance.conv1d = .released }) {
        analyzer, _ in
        analyzer.lineConvolution = .released
      },
      Case("beginning of the median fit", change: { $0.tempbalance.xminPos = 1.5 }) { analyzer, _ in
        analyzer.medianDivisor = 1.5
      },
      Case("sub-matrices", change: { $0.tempbalance.farms = 1 }) { analyzer, _ in
        analyzer.submatrices = SubmatrixSampling(aspectRatio: 1)
      },
      Case(
        "spectral weights by a relative threshold", kinds: [.linear, .convolution, .spectral],
        change: {
          $0.tempbalance.kinds = [.linear, .convolution, .spectral]
          $0.tempbalance.relativeThreshold = 0.01
        }
      ) { analyzer, _ in analyzer.threshold = .relative(0.01) },
      Case("scales on both sides of the mean", change: { $0.tempbalance.scaleBelow = 0.3 }) { _, schedule in
        schedule.map = .sigmoid(scaleBelow: 0.3, scaleAbove: 1, steepness: 10)
      },
      Case(
        "linear in the stable rank",
        change: {
          $0.tempbalance.method = .linear
          $0.tempbalance.score = .stableRank
          $0.tempbalance.lowest = 0.25
        }
      ) { _, schedule in
        schedule.map = .linear(lowest: 0.25, slope: 1)
        schedule.score = .stableRank
      },
      Case("mean rate", change: { $0.tempbalance.keepMean = true }) { _, schedule in
        schedule.keepsMeanRate = true
      },
      Case("both ends left out", change: { $0.tempbalance.leaveOut = .both }) { _, schedule in
        schedule.leavesOutFirstLayer = true
        schedule.leavesOutLastLayer = true
      },
      Case("first left out", change: { $0.tempbalance.leaveOut = .first }) { _, schedule in
        schedule.leavesOutFirstLayer = true
      },
      Case("blocks", change: { $0.tempbalance.blocks = "w1" }) { _, schedule in
        schedule.blocks = BlockPattern("w1")
      },
    ]
  }

  @Test("every option reaches the layers' rates", arguments: Case.all)
  func options(of example: Case) throws {
    let training = try TinyTraining()
    let trainer = try TrainingRun(
      training.configuration {
        $0.schedule.epochs = 1
        $0.tempbalance.method = .sigmoid
        $0.tempbalance.minimumEigenvalues = 2
        example.change(&$0)
      }, in: training.run("run"))
    _ = try trainer.train()
    var analyzer = LayerAnalyzer()
    var schedule = BalancingSchedule(minimumEigenvalues: 2)
    example.expected(&analyzer, &schedule)
    let weights = try LayerWeights.layers(
      in: trainer.model.initialParameters(seed: 0).map { (name: $0.name, value: $0.tensor) },
      kinds: example.kinds)
    let analyses = try analyzer.analyze(weights)
    let rates = schedule.rates(for: analyses)
    let records = try training.layers("run")
    #expect(records.map(\.layer.name) == analyses.map(\.name))
    for (record, analysis) in zip(records, analyses) {
      #expect(record.learningRate == rates.rate(ofLayer: analysis.name, base: 1e-3))
      #expect(record.weightDecay == 1e-4)
      let layer = record.layer
      #expect(layer.isBalanced == (rates.factors[analysis.name] != nil))
      #expect(layer.kind == analysis.kind && layer.eigenvalues == analysis.spectrum.keptCount)
      let scores = [
        layer.alpha, layer.distance, layer.stableRank, layer.normalizedStableRank, layer.largestEigenvalue,
        layer.squaredFrobeniusNorm, layer.eigenvalueRatio, layer.alphaHat,
      ]
      #expect(scores == LayerScore.allCases.map { analysis.value(of: $0) })
    }
    #expect(Set(records.map(\.learningRate)).count > 2, "layers have rates of their own")
  }

  @Test(
    "the weight decay can be balanced instead, with every optimizer",
    arguments: OptimizerRegistry.standard.names)
  func weightDecay(optimizer: String) throws {
    let training = try TinyTraining()
    for (name, target) in [("decay", .weightDecay), ("rate", .learningRate)]
      as [(String, TrainingConfiguration.BalancingTarget)]
    {
      try training.train(name) {
        $0.schedule.epochs = 2
        $0.choose(optimizer: optimizer)
        $0.optimizer.weightDecay = 0.5
        $0.tempbalance.method = .sigmoid
        $0.tempbalance.minimumEigenvalues = 2
        $0.tempbalance.target = target
      }
    }
    let (decay, rate) = (try training.layers("decay"), try training.layers("rate"))
    for (balanced, other) in zip(decay, rate).prefix(7) {
      #expect(balanced.learningRate == 1e-3 && other.weightDecay == 0.5)
      #expect(abs(balanced.weightDecay / 0.5 - other.learningRate / 1e-3) < 1e-12)
    }
    #expect(Set(decay.map(\.weightDecay)).count > 3)
    try training.train("none") {
      $0.schedule.epochs = 2
      $0.choose(optimizer: optimizer)
      $0.optimizer.weightDecay = 0.5
    }
    #expect(try training.weights("decay") != training.weights("none"))
    #expect(try training.weights("decay") != training.weights("rate"))
  }

  @Test("shuffled factors are those of other layers, in an order that the seed fixes")
  func shuffledFactors() throws {
    let training = try TinyTraining()
    for (name, shuffles, seed) in [("own", false, 0), ("shuffled", true, 0), ("again", true, 0)] {
      try training.train(name) {
        $0.schedule.epochs = 1
        $0.run.seed = UInt64(seed)
        $0.tempbalance.method = .sigmoid
        $0.tempbalance.minimumEigenvalues = 2
        $0.tempbalance.shuffle = shuffles
      }
    }
    func rates(_ run: String) throws -> [Double] {
      try training.layers(run).filter(\.layer.isBalanced).map(\.learningRate)
    }
    let (own, shuffled) = (try rates("own"), try rates("shuffled"))
    #expect(own.count > 3 && own.sorted() == shuffled.sorted())
    #expect(Set(own).count == own.count && zip(own, shuffled).allSatisfy { $0 != $1 })
    #expect(try rates("again") == shuffled)
  }

  @Test("records of an earlier version are read")
  func earlierRecords() throws {
    let training = try TinyTraining()
    try training.train("run") {
      $0.tempbalance.method = .sigmoid
      $0.schedule.epochs = 1
    }
    let path = training.run("run").layers
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let records = try training.layers("run")
    #expect(text.contains("\"lambda_max\":"))
    let old = text.replacing("\"lambda_max\":", with: "\"spectral_norm\":")
    try old.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try training.layers("run") == records)
  }

  @Test("a scale of 0 records the layers, and trains as without TempBalance")
  func recordingOnly() throws {
    let training = try TinyTraining()
    try training.train("off")
    try training.train("recorded") {
      $0.tempbalance.method = .sigmoid
      $0.tempbalance.scale = 0
    }
    #expect(try training.weights("off") == training.weights("recorded"))
    #expect(try training.layers("off").isEmpty && !training.layers("recorded").isEmpty)
  }

  @Test("layers can be analyzed every so many steps, whatever the epoch")
  func steps() throws {
    let training = try TinyTraining()
    // Four steps an epoch: analyses before the steps 0, 3, 6 and 9.
    try training.train("run") {
      $0.data.validationSamples = 0
      $0.tempbalance.method = .sigmoid
      $0.tempbalance.minimumEigenvalues = 1
      $0.tempbalance.interval = 3
      $0.tempbalance.intervalUnit = .steps
    }
    let layers = try training.layers("run")
    let starts = layers.filter { $0.layer.name == "fc0" }.map { [$0.epoch, $0.step] }
    #expect(starts == [[0, 0], [0, 3], [1, 0], [1, 2], [2, 0], [2, 1]])
    let alphas = layers.filter { $0.layer.name == "fc1" }.compactMap(\.layer.alpha)
    // What holds at the beginning of an epoch is repeated there.
    #expect(alphas[1] == alphas[2] && alphas[3] == alphas[4])
    #expect(Set(alphas).count == 4)
  }

  @Test(
    "every optimizer, with SAM, goes on with the same bits after a stop at each step",
    arguments: OptimizerRegistry.standard.names)
  func resumed(optimizer: String) throws {
    let training = try TinyTraining()
    let change: (inout TrainingConfiguration) -> Void = {
      $0.choose(optimizer: optimizer)
      $0.optimizer.samRho = 0.05
      $0.loss.noise = 0.02
      $0.optimizer.clipGradients = 0.5
      $0.tempbalance.method = .sigmoid
      $0.tempbalance.target = optimizer == "adamw" ? .weightDecay : .learningRate
      $0.tempbalance.kinds = [.linear, .convolution, .spectral]
      $0.tempbalance.minimumEigenvalues = 1
      $0.tempbalance.interval = 3
      $0.tempbalance.intervalUnit = .steps
    }
    try training.train("whole", change)
    var outcome = try TrainingRun(training.configuration(change), in: training.run("parts"))
      .train(shouldStop: { true }).outcome
    var stops = 0
    while outcome == .interrupted, stops < 20 {
      stops += 1
      outcome = try TrainingRun(resuming: training.run("parts")).train(shouldStop: { true }).outcome
    }
    #expect(stops == 11)
    for file in ["checkpoints/last", "checkpoints/best", "checkpoints/resume"].map({ $0 + ".safetensors" })
      + ["steps.jsonl", "layers.jsonl"]
    {
      let contents = try ["whole", "parts"].map {
        try Data(contentsOf: URL(filePath: training.run($0).path + "/" + file))
      }
      #expect(contents[0] == contents[1], "\(file)")
    }
    let losses = try training.steps("whole").map(\.loss)
    #expect(losses.count == 12 && losses[8...].reduce(0, +) < losses[..<4].reduce(0, +), "it learns")
  }
}
