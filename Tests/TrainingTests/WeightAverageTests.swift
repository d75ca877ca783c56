import Autodiff
import FieldMetrics
import PDEData
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Averaged weights") struct WeightAverageTests {
  @Test("the mean of weights that stay keeps their bits, and that of others follows its equation")
  func mean() {
    let frozen = GradientCheck.random([1000], index: 1)
    func parameters(_ moving: Float) -> Parameters {
      var result = Parameters()
      result.append(frozen, named: "frozen")
      result.append(Tensor(repeating: moving, shape: [1]), named: "moving")
      return result
    }
    func mean(_ average: WeightAverage) -> Double {
      Double(average.parameters.tensor(named: "moving")?.elements[0] ?? .nan)
    }
    var average = WeightAverage(decay: 0.5, parameters: parameters(7))
    average.add(parameters(1), steps: 1)
    var expected = 23.0 / 11
    #expect(abs(mean(average) - expected) < 2e-6, "d = 2/11 after the first step")
    for step in 2...20 {
      average.add(parameters(Float(step)), steps: step)
      let decay = min(0.5, Double(1 + step) / Double(10 + step))
      expected = decay * expected + (1 - decay) * Double(step)
    }
    #expect(average.parameters.tensor(named: "frozen") == frozen)
    #expect(abs(mean(average) - expected) < 1e-5)
  }

  @Test("a layer's count of batches is taken as it is")
  func counts() {
    func parameters(_ count: Float) -> Parameters {
      var result = Parameters()
      result.append(Tensor(count), named: "encoder1.enc1norm1.num_batches_tracked")
      return result
    }
    var average = WeightAverage(decay: 0.9, parameters: parameters(0))
    for step in 1...3 { average.add(parameters(Float(step)), steps: step) }
    #expect(average.parameters == parameters(3))
  }

  @Test("a training that averages takes the same steps, and evaluates and keeps other weights")
  func training() throws {
    let training = try TinyTraining()
    try training.train("plain")
    try training.train("averaged") { $0.optimizer.averageWeights = 0.9 }
    #expect(try training.steps("plain") == training.steps("averaged"))
    let (plain, averaged) = (
      try Checkpoint(reading: training.run("plain").last),
      try Checkpoint(reading: training.run("averaged").last)
    )
    for (name, tensor) in plain.parameters { #expect(averaged.parameters[name] != tensor, "\(name)") }
    let metrics = try ["plain", "averaged"].map { try training.epochs($0).map(\.metrics?.nrmse) }
    #expect(metrics[0] != metrics[1])
    let last = try #require(metrics[1].last)
    let loader = try BatchLoader(PDEBenchFile(path: training.data))
    let evaluator = try Evaluator(averaged, loader: loader, batchSize: 3)
    #expect(try evaluator.evaluate([0], averaged.parameters).metrics.nrmse == last)
  }
}
