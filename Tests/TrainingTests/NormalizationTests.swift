import FieldMetrics
import Foundation
import PDEData
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Normalization") struct NormalizationTests {
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
    let scaling = Normalization(statistics)
    let frames = try loader.batch([0, 1, 2]).frames
    let scaled = scaling.normalized(frames)
    for variable in 0..<4 {
      let values = scaled.sliced(axis: 2, variable..<variable + 1).elements.map(Double.init)
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      #expect(abs(mean) < 1e-5)
      #expect(abs(variance - (variable == 3 ? 0 : 1)) < 1e-4)
    }
    let restored = scaling.restored(scaled)
    for (value, expected) in zip(restored.elements, frames.elements) {
      #expect(abs(value - expected) <= 1e-6 * max(abs(expected), 1e-3))
    }
    #expect(Normalization(nil).normalized(frames) == frames)
    #expect(Normalization(nil).restored(frames) == frames)
  }

  @Test("frames that are different quantities are scaled apart, inputs by their own numbers")
  func quantities() throws {
    let statistics = VariableStatistics(
      variables: ["a"], mean: [1, 100], standardDeviation: [0.5, 10], frames: ["coefficient", "pressure"])
    let scaling = Normalization(
      statistics, inputs: VariableStatistics(variables: ["b"], mean: [2], standardDeviation: [4]))
    let frames = Tensor([1.5, 0.5, 110, 90], shape: [1, 2, 1, 2])
    #expect(scaling.normalized(frames).elements == [1, -1, 1, -1])
    #expect(scaling.restored(scaling.normalized(frames)) == frames)
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
