import Autodiff
import Foundation
import NeuralOperators
import Performance
import Safetensors
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Speed benchmark") struct SpeedBenchmarkTests {
  let benchmark = SpeedBenchmark(
    model: FNO(modes: [3, 3], width: 4, initialSteps: 2, variables: 3), shape: [8, 10], batchSize: 3,
    frames: 5, unroll: 2, seed: 4)

  @Test("the first loss is the rollout's on the benchmark's inputs, and training lowers it")
  func losses() throws {
    let measurement = try benchmark.run(repeats: 3)
    let inputs = benchmark.inputs
    let expected = Rollout(model: benchmark.model, grid: inputs.grid).loss(
      on: inputs.frames, unroll: 2, TracedParameters(constants: inputs.parameters))
    #expect(measurement.loss == expected.value.scalar)
    #expect(measurement.losses.count == 4)
    #expect(zip(measurement.losses, measurement.losses.dropFirst()).allSatisfy { $0 > $1 })
    #expect(try benchmark.run(repeats: 1).losses == Array(measurement.losses.prefix(2)))
  }

  @Test("the parts of a step are timed, and no part takes longer than the step")
  func times() throws {
    let measurement = try benchmark.run(repeats: 1)
    #expect(measurement.allStepSeconds == [measurement.stepSeconds])
    let parts = [measurement.forwardSeconds, measurement.backwardSeconds, measurement.updateSeconds]
    #expect(parts.allSatisfy { $0 > 0 })
    #expect(abs(parts.reduce(0, +) - measurement.stepSeconds) < 1e-9)
    #expect(measurement.inferenceSeconds > 0)
    #expect(measurement.analysisSeconds > 0)
    #expect(measurement.peakMemoryBytes > 1_000_000)
  }

  @Test(
    "the arithmetic of a step is that of its forward passes and twice that of those that are differentiated")
  func operations() throws {
    let measurement = try benchmark.run(repeats: 1)
    let lifting = 2.0 * 8 * 4 * 80
    let padded = 10.0 * 12
    let block = 2.0 * 16 * padded + 8 * 2.5 * padded * log2(padded) + 8 * 16 * 2 * 9
    let projection = 2.0 * (4 * 128 + 128 * 3) * 80
    let frame = lifting + 4 * block + projection
    #expect(abs(benchmark.model.operations(onShape: [8, 10]) / frame - 1) < 1e-12)
    #expect(abs(measurement.operations / (3 * 7 * frame) - 1) < 1e-12)
    #expect(measurement.operationsPerSecond == measurement.operations / measurement.stepSeconds)
    #expect(measurement.bytesPerSecond > 0)
    #expect((0..<1).contains(measurement.shareOfPeak.operations))
  }

  @Test("a U-Net's arithmetic counts every weight of a convolution at every point of its level")
  func unetOperations() {
    let model = UNet(dimensions: 1, initialFeatures: 1, initialSteps: 2, variables: 1)
    let encoders = (3 * 2 + 3) * 32 + (3 * 2 + 3 * 4) * 16 + (3 * 8 + 3 * 16) * 8 + (3 * 32 + 3 * 64) * 4
    let bottom = (3 * 8 * 16 + 3 * 16 * 16) * 2
    let upward = 16 * 8 * 2 * 2 + 8 * 4 * 2 * 4 + 4 * 2 * 2 * 8 + 2 * 1 * 2 * 16
    let decoders =
      (3 * 16 * 8 + 3 * 64) * 4 + (3 * 8 * 4 + 3 * 16) * 8 + (3 * 4 * 2 + 3 * 4) * 16 + (3 * 2 + 3) * 32
    #expect(model.operations(onShape: [32]) == Double(2 * (encoders + bottom + upward + decoders + 32)))
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
