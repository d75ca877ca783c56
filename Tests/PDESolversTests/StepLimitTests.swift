import Foundation
import PDESolvers
import TensorCore
import Testing

/// Samples of so many time steps that they would never be done are refused.
@Suite struct StepLimitTests {
  /// What is out of range.
  private func quantity(_ error: SolverError?) -> String? {
    guard case .outOfRange(let quantity, _, _)? = error else { return nil }
    return quantity
  }

  @Test(arguments: [1e12, 1e30]) func longFramesOfBurgersEquationAreRefused(time: Double) throws {
    let grid = try LineGrid(resolution: 8, finalTime: time, saveInterval: time)
    let flow = try BurgersFlow(viscosity: 0.01, grid: grid)
    let error = #expect(throws: SolverError.self) { try flow.solve { sin(2 * .pi * $0) } }
    #expect(quantity(error) == "number of time steps")
  }

  @Test(arguments: [1e12, 1e30]) func longFramesOfIncompressibleFlowAreRefused(time: Double) throws {
    let grid = try LineGrid(resolution: 8, finalTime: time, saveInterval: time)
    let flow = try IncompressibleFlow(viscosity: 0.01, grid: grid)
    let initial = flow.randomInitial(seed: 1, sample: 0)
    let error = #expect(throws: SolverError.self) { try flow.solve(initial) }
    #expect(quantity(error) == "number of time steps")
  }

  @Test(arguments: [1e12, 1e30]) func longFramesOfCompressibleFlowAreRefused(time: Double) throws {
    let configuration = CompressibleFlow.Configuration(
      resolution: [16], shearViscosity: 0, bulkViscosity: 0, finalTime: time, saveInterval: time)
    let state = Tensor(repeating: 1, shape: configuration.stateShape)
    let flow = try CompressibleFlow(configuration)
    let error = #expect(throws: SolverError.self) { try flow.solve(initial: state) }
    #expect(quantity(error) == "number of time steps")
  }
}
