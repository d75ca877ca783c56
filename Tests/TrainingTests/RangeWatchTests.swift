import Autodiff
import NeuralOperators
import PDEData
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Predictions beyond the range of the training data") struct RangeWatchTests {
  /// Adds a number of its own to each variable from a frame to the next.
  private struct Drift: NeuralOperator {
    let additions: [Float]
    let initialSteps = 4
    let variables = 3
    let dimensions = 1

    func initialParameters(seed: UInt64) -> Parameters {
      Parameters([(name: "unused", tensor: .zeros([1]))])
    }

    func nextFrame(after frames: [Variable], grid: Tensor, _ parameters: TracedParameters) -> Variable {
      let last = frames[frames.count - 1].value
      let elements = last.elements.enumerated().map { index, value in
        value + additions[index / last.shape[2] % variables]
      }
      return Variable(Tensor(elements, shape: last.shape))
    }
  }

  /// What is noted of the rollouts of three samples. In the given frames their density is 0, their pressures are 1,
  /// 1.25 and 1.5, and their velocity is 2.
  private func watch(
    _ additions: [Float], batchSize: Int = 3, range: (minimum: [Float], maximum: [Float])? = Self.range
  ) throws -> RangeWatch {
    let folder = try TemporaryFolder()
    let file = WaveFile().with {
      $0.samples = 3
      $0.time = { Double($0) / 4 }
      $0.change = { sample, _, variable, _ in Float(variable) + (variable == 1 ? 0.25 * Float(sample) : 0) }
    }
    let statistics = VariableStatistics(
      variables: ["density", "pressure", "Vx"], mean: [0, 0, 0], standardDeviation: [1, 1, 1], range: range)
    let model = Drift(additions: additions)
    let checkpoint = Checkpoint(
      model: model, parameters: model.initialParameters(seed: 0),
      formulation: Formulation(Normalization(nil), initialSteps: 4), statistics: statistics)
    let loader = try BatchLoader(PDEBenchFile(path: file.write(to: folder.file("data.hdf5"))))
    return try PredictionFile.write(
      to: folder.file("predictions.hdf5"), checkpoint, loader: loader, samples: [0, 1, 2],
      batchSize: batchSize, progress: { _ in })
  }

  private static let range: (minimum: [Float], maximum: [Float]) = ([-0.5, 0, 1], [0.5, 3.5, 2.5])

  @Test(
    "are noted with the variable, its first frame beyond, the value there that is farthest, and the range",
    arguments: [3, 1])
  func departures(batchSize: Int) throws {
    // Pressures are 3, 3.25 and 3.5 at frame 5, which is the end of the range, and the velocity is 0.5.
    let watch = try watch([0, 1, -0.75], batchSize: batchSize)
    #expect(watch.isKnown && watch.departures.map(\.variable).sorted() == ["Vx", "pressure"])
    let pressure = try #require(watch.departures.first { $0.variable == "pressure" })
    #expect(pressure.frame == 6 && pressure.time == 1.5 && pressure.value == 4.5)
    #expect(pressure.minimum == 0 && pressure.maximum == 3.5)
    let velocity = try #require(watch.departures.first { $0.variable == "Vx" })
    #expect(velocity.frame == 5 && velocity.time == 1.25 && velocity.value == 0.5)
    #expect(velocity.minimum == 1 && velocity.maximum == 2.5)
  }

  @Test("are not noted of rollouts that stay in it, nor where it is not known")
  func staying() throws {
    let still = try watch([0, 0, 0])
    #expect(still.isKnown && still.departures.isEmpty)
    let unknown = try watch([0, 1, -0.75], range: nil)
    #expect(!unknown.isKnown && unknown.departures.isEmpty)
  }
}
