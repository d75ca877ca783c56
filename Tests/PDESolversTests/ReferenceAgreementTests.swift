import PDEData
import PDESolvers
import TensorCore
import TestSupport
import Testing

/// Trajectories of PDEBench's own solver, followed from their first frame.
@Suite
struct ReferenceAgreementTests {
  struct Case: Sendable {
    let file: String
    let boundary: CompressibleFlow.Boundary
    /// How many frames after the first are compared; all of them if `nil`.
    var frames: Int?
    let tolerance: Double
  }

  @Test(
    arguments: [
      Case(file: "1D_CFD_Rand_Eta0.01_Zeta0.01_periodic_nx128", boundary: .periodic, tolerance: 1e-3),
      Case(file: "1D_CFD_Shock_Eta1e-08_Zeta1e-08_trans_nx128", boundary: .outgoing, tolerance: 1e-4),
      Case(file: "2D_CFD_Rand_M0.1_Eta0.01_Zeta0.01_periodic_64", boundary: .periodic, tolerance: 1e-3),
      Case(
        file: "2D_CFD_Turb_M1.0_Eta1e-08_Zeta1e-08_periodic_64", boundary: .periodic, frames: 5,
        tolerance: 1e-3
      ),
    ], Reference.sets)
  func trajectoriesAgree(reference: Case, set: Reference) throws {
    let file = try PDEBenchFile(path: set.path("pdebench/\(reference.file).hdf5"))
    let loader = try BatchLoader(file: file)
    let interval = file.times[1] - file.times[0]
    let frames = min(reference.frames.map { $0 + 1 } ?? file.frames, file.frames)
    let configuration = CompressibleFlow.Configuration(
      resolution: file.spatialShape, shearViscosity: try #require(file.parameters["eta"]),
      bulkViscosity: try #require(file.parameters["zeta"]), boundary: reference.boundary,
      finalTime: Double(frames - 1) * interval, saveInterval: interval)
    for (computed, stored) in zip(configuration.coordinates, file.coordinates) {
      #expect(zip(computed, stored).allSatisfy { abs($0 - $1) < 1e-6 })
    }
    let flow = try CompressibleFlow(configuration)
    #expect(flow.variables == file.variables)

    var computed = [[Float]](repeating: [], count: flow.variables.count)
    var wanted = computed
    for sample in 0..<file.samples {
      let batch = try loader.batch([sample]).frames
      let reference = batch.reshaped(Array(batch.shape[1...]))
      let initial = Tensor(
        reference.elements.prefix(configuration.stateShape.reduce(1, *)), shape: configuration.stateShape)
      let solution = try flow.solve(initial: initial).frames
      for variable in flow.variables.indices {
        for frame in 0..<frames {
          computed[variable] += solution.field(frame: frame, variable: variable)
          wanted[variable] += reference.field(frame: frame, variable: variable)
        }
      }
    }
    for (variable, name) in flow.variables.enumerated() {
      let error = relativeError(computed[variable], wanted[variable])
      print("\(reference.file), \(name): relative L2 error \(error) over \(frames) frames")
      #expect(error < reference.tolerance, "\(name)")
    }
  }
}
