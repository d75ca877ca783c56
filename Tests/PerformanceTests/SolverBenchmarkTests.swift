import DataGeneration
import PDEData
import PDESolvers
import Performance
import TensorCore
import TestSupport
import Testing

@Suite("Benchmarks of the solver") struct SolverBenchmarkTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.file(name) }

  private func flows() throws -> RandomFlow {
    let configuration = CompressibleFlow.Configuration(resolution: [32], finalTime: 0.1, saveInterval: 0.05)
    return try RandomFlow(
      flow: CompressibleFlow(configuration), initialState: .rand, machNumber: 0.2, seed: 5)
  }

  /// All samples, `[sample, time, variable, x…]`.
  private func samples(_ name: String) throws -> Tensor {
    let file = try PDEBenchFile(path: path(name))
    return try BatchLoader(file).batch(Array(0..<file.samples)).frames
  }

  @Test func agreementIsTheRelativeDistanceFromTheStoredFlows() throws {
    let source = FlowSource.random(try flows())
    _ = try GeneratedDataSet(source: source, path: path("flow.hdf5"), count: 2).make(
      isInterrupted: { false }, progress: { _ in })
    let same = try SolverAgreement(with: path("flow.hdf5"), earlyFrames: 1)
    #expect(same.variables == ["density", "pressure", "Vx"] && same.samples == 2 && same.frames == 2)
    #expect((same.relativeError + same.earlyError).allSatisfy { $0 < 1e-4 })

    let writer = try PDEBenchWriter(
      path: path("other.hdf5"), layout: PDEBenchLayout(of: PDEBenchFile(path: path("flow.hdf5"))))
    for sample in 0..<2 {
      let content = try source.sample(sample).content
      var frames = content.frames
      // The last frame's density is a quarter too high: off by a fifth of itself.
      for cell in 0..<32 { frames[2, 0, cell] *= 1.25 }
      try writer.append(PDEBenchSample(frames: frames, extras: content.extras))
    }
    try writer.finish()
    let other = try SolverAgreement(with: path("other.hdf5"), earlyFrames: 1)
    #expect(other.earlyError[0] < 1e-4 && other.relativeError[1] < 1e-4)
    let stored = try samples("other.hdf5")
    let squares = (1...2).map { frame in
      (0..<64).reduce(0.0) {
        let value = Double(stored[$1 / 32, frame, 0, $1 % 32])
        return $0 + value * value
      }
    }
    #expect(abs(other.relativeError[0] - (0.04 * squares[1] / (squares[0] + squares[1])).squareRoot()) < 1e-3)
  }

  @Test func agreementTakesTheStressFromTheFile() throws {
    let configuration = CompressibleFlow.Configuration(
      resolution: [12, 8], stress: .newtonian, finalTime: 0.1, saveInterval: 0.05)
    let random = try RandomFlow(
      flow: CompressibleFlow(configuration), initialState: .rand, machNumber: 0.2, seed: 5)
    _ = try GeneratedDataSet(source: FlowSource.random(random), path: path("flow.hdf5"), count: 1).make(
      isInterrupted: { false }, progress: { _ in })
    let agreement = try SolverAgreement(with: path("flow.hdf5"), earlyFrames: 1)
    #expect(agreement.relativeError.allSatisfy { $0 < 1e-4 })
  }

  @Test func framesAtUnevenTimesAreNotComparedWithEvenOnes() throws {
    let source = FlowSource.random(try flows())
    _ = try GeneratedDataSet(source: source, path: path("flow.hdf5"), count: 1).make(
      isInterrupted: { false }, progress: { _ in })
    let file = try PDEBenchFile(path: path("flow.hdf5"))
    var layout = PDEBenchLayout(of: file)
    layout.times = layout.times.map { $0 * $0 }
    let writer = try PDEBenchWriter(path: path("uneven.hdf5"), layout: layout)
    try writer.append(contentsOf: file)
    try writer.finish()
    #expect(throws: GenerationError.unevenTimes(file: path("uneven.hdf5"))) {
      try SolverAgreement(with: path("uneven.hdf5"), earlyFrames: 1)
    }
  }

  @Test func theCostOfAFlowIsCountedFromItsSteps() throws {
    let random = try flows()
    let solution = try random.sample(0).solution
    #expect(solution.viscousSteps >= solution.steps && solution.steps > 1)
    let speed = try SolverSpeed(of: random, samples: 1, threads: 1, repeats: 1)
    let cost = FlowCost(dimensions: 1)
    #expect(cost.operationsPerStep == 166 && cost.operationsPerViscousStep == 28)
    #expect(speed.steps == Double(solution.steps) && speed.viscousSteps == Double(solution.viscousSteps))
    #expect(speed.operationsPerSample == Double(32 * (166 * solution.steps + 28 * solution.viscousSteps)))
    #expect(speed.secondsPerSample > 0 && speed.shareOfPeak > 0)
  }
}
