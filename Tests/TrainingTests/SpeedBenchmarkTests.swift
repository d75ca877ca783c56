import Autodiff
import Foundation
import NeuralOperators
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Speed benchmark") struct SpeedBenchmarkTests {
  let benchmark = SpeedBenchmark(
    model: FNO(modes: [3, 3], width: 4, initialSteps: 2, variables: 3), shape: [8, 10], batchSize: 3,
    frames: 5, unroll: 2, seed: 4)

  @Test("the first loss is the rollout's on the benchmark's inputs, and training lowers it")
  func losses() {
    let measurement = benchmark.run(repeats: 3)
    let inputs = benchmark.inputs
    let expected = Rollout(model: benchmark.model, grid: inputs.grid).loss(
      on: inputs.frames, unroll: 2, TracedParameters(constants: inputs.parameters))
    #expect(measurement.loss == expected.value.scalar)
    #expect(measurement.losses.count == 4)
    #expect(zip(measurement.losses, measurement.losses.dropFirst()).allSatisfy { $0 > $1 })
    #expect(benchmark.run(repeats: 1).losses == Array(measurement.losses.prefix(2)))
  }

  @Test("the parts of a step are timed, and no part takes longer than the step")
  func times() {
    let measurement = benchmark.run(repeats: 1)
    #expect(measurement.allStepSeconds == [measurement.stepSeconds])
    let parts = [measurement.forwardSeconds, measurement.backwardSeconds, measurement.updateSeconds]
    #expect(parts.allSatisfy { $0 > 0 })
    #expect(abs(parts.reduce(0, +) - measurement.stepSeconds) < 1e-9)
    #expect(measurement.inferenceSeconds > 0)
    #expect(measurement.peakMemoryBytes > 1_000_000)
  }

  @Test("what it trains from can be handed to another program")
  func inputs() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("inputs.safetensors")
    try benchmark.writeInputs(to: path)
    let file = try SafetensorsFile(reading: path)
    let inputs = benchmark.inputs
    for (name, tensor) in inputs.parameters { #expect(try file.tensor(named: name) == tensor) }
    #expect(try file.tensor(named: "grid") == inputs.grid)
    #expect(try file.tensor(named: "frames") == inputs.frames)
    #expect(inputs.grid[0, 7, 3] == 7.5 / 8)
    #expect(inputs.grid[1, 7, 3] == 3.5 / 10)
    #expect(file.metadata["model"] == "fno2d")
    #expect(file.metadata["unroll"] == "2")
  }
}
