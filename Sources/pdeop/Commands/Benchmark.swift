import ArgumentParser
import Autodiff
import Foundation
import NeuralOperators
import TensorCore
import Training

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Time.", subcommands: [Speed.self])
  struct Speed: ParsableCommand {
    @Option var dimensions = 2
    @Option var resolution = 64
    @Option var batchSize = 20
    @Option var modes = 12
    @Option var width = 20
    @Option var initialSteps = 10
    @Option var frames = 21
    @Option var repeats = 3
    @Option var threads: Int?
    func run() throws {
      if let threads { WorkerPool.threads = threads }
      let model = FNO(
        modes: Array(repeating: modes, count: dimensions), width: width, initialSteps: initialSteps,
        variables: dimensions + 2)
      let parameters = model.initialParameters(seed: 1)
      var g = CounterGenerator(seed: 1, purpose: .test)
      let shape = Array(repeating: resolution, count: dimensions)
      let grid = Tensor.zeros([dimensions] + shape).map { _ in g.uniform() }
      let data = Tensor.zeros([batchSize, frames, dimensions + 2] + shape).map { _ in g.uniform() }
      let rollout = Rollout(model: model, grid: grid)
      for _ in 0..<repeats {
        let a = ContinuousClock.now
        let tape = Tape()
        let traced = TracedParameters(parameters, watchedBy: tape)
        let loss = rollout.loss(on: data, traced)
        let b = ContinuousClock.now
        let gradients = tape.gradients(of: loss)[traced]
        let c = ContinuousClock.now
        print(loss.value.scalar, gradients.count, "forward", b - a, "backward", c - b)
      }
      var usage = rusage()
      getrusage(0, &usage)
      print("peak", usage.ru_maxrss / 1024, "MB")
    }
  }
}
