import Autodiff
import Foundation
import NeuralOperators
import Optimizers
import PDEData
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Sharpness-aware minimization") struct SharpnessAwareMinimizationTests {
  // L = Σ −cos(1.7 wᵢ)/1.7 + 0.3 wᵢ wᵢ₊₁ of four numbers in a ring, from wᵢ = cos(i), with ρ = 0.05: three steps of
  // PyTorch 2.13.0 in double precision, each of them
  //
  //     loss(w).backward();  e = 0.05 * w.grad / w.grad.norm();  w += e
  //     zero_grad();  loss(w).backward();  w -= e;  optimizer.step()
  //
  // with torch.optim.SGD(lr=0.1, momentum=0.9) and torch.optim.Adam(lr=0.1).
  private static let golden: [String: [[Float]]] = [
    "SGD": [
      [0.914826291, 0.440438036, -0.334901284, -0.90873332],
      [0.752235698, 0.26170093, -0.190876521, -0.753179959],
      [0.523759426, 0.0372407379, -0.0116736557, -0.533294268],
    ],
    "Adam": [
      [0.900000001, 0.440302307, -0.316146838, -0.889992498],
      [0.799961729, 0.340765301, -0.217043798, -0.789962156],
      [0.6999679, 0.242297649, -0.120041252, -0.689999809],
    ],
  ]

  @Test("takes the steps of a few lines of PyTorch, on top of any optimizer", arguments: ["SGD", "Adam"])
  func goldenSteps(name: String) throws {
    // Two tensors, so that the norm is that of both together.
    func parameters(_ w: [Float]) -> Parameters {
      Parameters([("a", Tensor([w[0]], shape: [1])), ("b", Tensor(Array(w[1...]), shape: [3]))])
    }
    func gradients(_ parameters: Parameters) -> Parameters {
      let w = parameters.flatMap(\.tensor.elements)
      return self.parameters(
        w.indices.map { sin(1.7 * w[$0]) + 0.3 * (w[($0 + 1) % 4] + w[($0 + 3) % 4]) }, parameters)
    }
    var optimizer: any Optimizer = name == "SGD" ? StochasticGradientDescent(momentum: 0.9) : Adam()
    var w = parameters((0..<4).map { Float(cos(Double($0))) })
    for row in try #require(Self.golden[name]) {
      let neighbor = w.ascended(along: gradients(w), radius: 0.05)
      optimizer.update(&w, gradients: gradients(neighbor)) { _ in 0.1 }
      for (found, wanted) in zip(w.flatMap(\.tensor.elements), row) {
        #expect(abs(found - wanted) < 2e-6, "\(found) instead of \(wanted)")
      }
    }
  }

  private func parameters(_ values: [Float], _ like: Parameters) -> Parameters {
    var start = 0
    return Parameters(
      like.map { name, tensor in
        defer { start += tensor.count }
        return (name: name, tensor: Tensor(Array(values[start..<start + tensor.count]), shape: tensor.shape))
      })
  }

  @Test("goes as far as it should, and nowhere without a gradient")
  func ascent() {
    let w = Parameters([("a", Tensor([1, 2], shape: [2])), ("b", Tensor([5], shape: [1]))])
    let up = w.ascended(
      along: Parameters([("a", Tensor([3, 0], shape: [2])), ("b", Tensor([-4], shape: [1]))]), radius: 0.1)
    for (found, wanted) in zip(up.flatMap(\.tensor.elements), [1.06, 2, 4.92] as [Float]) {
      #expect(abs(found - wanted) < 1e-6)
    }
    let still = Parameters([("a", Tensor.zeros([2])), ("b", Tensor.zeros([1]))])
    #expect(w.ascended(along: still, radius: 0.1) == w)
  }

  @Test("a training step moves the weights against the gradient at the worst neighbor")
  func trainingStep() throws {
    let training = try TinyTraining()
    let change: (inout TrainingConfiguration) -> Void = {
      $0.schedule.epochs = 1
      $0.data.batchSize = 100
      $0.data.shuffle = false
      $0.data.normalize = .none
      $0.optimizer.kind = StochasticGradientDescent.Description(momentum: 0)
      $0.optimizer.weightDecay = 0
      $0.optimizer.samRho = 0.3
    }
    let trainer = try TrainingRun(training.configuration(change), in: training.run("run"))
    _ = try trainer.train()

    let loader = try BatchLoader(PDEBenchFile(path: training.data))
    let frames = try loader.batch(Array(1..<12)).frames
    let rollout = Rollout(model: trainer.model, grid: loader.grid)
    func gradients(_ parameters: Parameters) -> (loss: Float, of: Parameters) {
      let tape = Tape()
      let traced = TracedParameters(parameters, watchedBy: tape)
      let loss = rollout.loss(on: frames, traced)
      return (loss.value.scalar, tape.gradients(of: loss)[traced])
    }
    var expected = trainer.model.initialParameters(seed: 0)
    let here = gradients(expected)
    let there = gradients(expected.ascended(along: here.of, radius: 0.3))
    #expect(here.of != there.of)
    var descent = StochasticGradientDescent()
    descent.update(&expected, gradients: there.of) { _ in 1e-3 }
    #expect(
      try training.steps("run").map(\.loss) == [Double(here.loss)], "the loss is the one at the weights")
    let found = try Checkpoint(reading: training.run("run").last).parameters
    for (name, tensor) in expected { #expect(found[name] == tensor, "\(name)") }
  }
}
