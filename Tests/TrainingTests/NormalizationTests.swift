import FieldMetrics
import Foundation
import NeuralOperators
import PDEData
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Normalization") struct NormalizationTests {
  /// Frames and inputs as a model sees them, and the frames brought back from there.
  private static func seen(
    _ frames: Tensor, inputs: Tensor? = nil, _ scaling: Normalization
  ) -> (scaled: Tensor, restored: Tensor, inputs: Tensor?) {
    let count = frames.shape[1]
    let formulated = FormulatedFrames(
      Formulation(scaling, initialSteps: 1), frames, first: 1, times: (0..<count).map { Double($0) },
      inputs: inputs)
    let scaled = (0..<count).map { formulated.frame($0) }
    let restored = scaled.indices.map { formulated.restored(scaled[$0], $0) }
    return (
      Tensor.concatenated(scaled.map(\.addingTimeAxis), axis: 1),
      Tensor.concatenated(restored.map(\.addingTimeAxis), axis: 1), formulated.inputs
    )
  }

  @Test("scaled variables have mean 0 and deviation 1, and come back")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let flow = WaveFile(shape: [6, 5]).with {
      ($0.samples, $0.frames) = (3, 4)
      // Very different sizes, and a variable that never changes.
      $0.change = { _, _, variable, value in variable == 3 ? 7 : value * [1, 1e4, 1e-3][variable] }
    }
    let loader = try BatchLoader(PDEBenchFile(path: flow.write(to: folder.file("flow.hdf5"))))
    let statistics = try loader.statistics(of: [0, 1, 2])
    let frames = try loader.batch([0, 1, 2]).frames
    let (scaled, restored, _) = Self.seen(frames, Normalization(statistics))
    for variable in 0..<4 {
      let values = scaled.sliced(axis: 2, variable..<variable + 1).elements.map(Double.init)
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      #expect(abs(mean) < 1e-5)
      #expect(abs(variance - (variable == 3 ? 0 : 1)) < 1e-4)
    }
    for (value, expected) in zip(restored.elements, frames.elements) {
      #expect(abs(value - expected) <= 1e-6 * max(abs(expected), 1e-3))
    }
    let plain = Self.seen(frames, Normalization(nil))
    #expect(plain.scaled == frames && plain.restored == frames)
  }

  @Test("a summary has the numbers of all frames that are different quantities")
  func summary() {
    let statistics = VariableStatistics(
      variables: ["a"], mean: [1, 100], standardDeviation: [0.5, 10], frames: ["coefficient", "pressure"])
    let model = FNO(modes: [2], width: 2, initialSteps: 1, variables: 1)
    let checkpoint = Checkpoint(
      model: model, parameters: model.initialParameters(seed: 0),
      formulation: Formulation(Normalization(statistics), initialSteps: 1))
    let text = CheckpointSummary(of: checkpoint, path: "a.safetensors").description
    #expect(text.contains("a (coefficient) 1.0 ± 0.5, a (pressure) 100.0 ± 10.0"))
  }

  @Test("frames that are different quantities are scaled apart, inputs by their own numbers")
  func quantities() throws {
    let statistics = VariableStatistics(
      variables: ["a"], mean: [1, 100], standardDeviation: [0.5, 10], frames: ["coefficient", "pressure"])
    let scaling = Normalization(
      statistics, inputs: VariableStatistics(variables: ["b"], mean: [2], standardDeviation: [4]))
    let frames = Tensor([1.5, 0.5, 110, 90], shape: [1, 2, 1, 2])
    let seen = Self.seen(frames, inputs: Tensor([2, 6], shape: [1, 1, 2]), scaling)
    #expect(seen.scaled.elements == [1, -1, 1, -1])
    #expect(seen.restored == frames)
    #expect(seen.inputs?.elements == [0, 1])
    let data = try JSONEncoder().encode(statistics)
    #expect(try JSONDecoder().decode(VariableStatistics.self, from: data) == statistics)
  }

  @Test("a checkpoint keeps the statistics of the samples that were trained on, and no others")
  func checkpoint() throws {
    // Test and left-out samples are far off; if they counted, the mean would show it.
    let file = WaveFile().with {
      $0.change = { sample, _, _, value in [1, 4, 7].contains(sample) ? value : value + 50 }
    }
    let training = try TinyTraining(file)
    try training.train("run") {
      $0.data.testSamples = 1
      $0.data.validationSamples = 3
      $0.data.reducedBatch = 3
    }
    let statistics = try #require(
      try Checkpoint(reading: training.run("run").best).formulation.normalization.statistics)
    #expect(statistics.variables == ["density", "pressure", "Vx"])
    var (sums, squares, count) = ([0.0, 0, 0], [0.0, 0, 0], 0.0)
    for sample in [1, 4, 7] {
      let values = file.sample(sample)
      for variable in 0..<3 {
        for value in values.sliced(axis: 1, variable..<variable + 1).elements {
          sums[variable] += Double(value)
          squares[variable] += Double(value) * Double(value)
        }
      }
      count += 14 * 32
    }
    for variable in 0..<3 {
      let mean = sums[variable] / count
      #expect(abs(statistics.mean[variable] - mean) < 1e-6)
      let deviation = (squares[variable] / count - mean * mean).squareRoot()
      #expect(abs(statistics.standardDeviation[variable] - deviation) < 1e-6)
    }
    try training.train("as-is") { $0.data.normalize = .none }
    #expect(try Checkpoint(reading: training.run("as-is").best).formulation.normalization.statistics == nil)
  }
}
