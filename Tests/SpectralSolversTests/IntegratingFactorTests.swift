import Foundation
import FourierTransforms
import SpectralSolvers
import TensorCore
import Testing

/// ∂u/∂t = L·u + u², on a single mode: u = const solves an ordinary differential equation.
private struct Growth: SemilinearEquation {
  let grid: SpectralGrid
  let linear: FourierMultiplier

  func nonlinear(_ state: FourierSpectrum) -> FourierSpectrum {
    let field = state.field
    return grid.spectrum(of: field * field).dealiased()
  }

  func advectionRate(of state: FourierSpectrum) -> Double { 0 }
}

@Suite("Runge-Kutta method with an integrating factor") struct IntegratingFactorTests {
  @Test("a single long step is exact where the equation is linear")
  func linear() {
    // ∂u/∂t = 0.3·∂²u/∂x² − 2·∂u/∂x, with the nonlinear part too small to be seen.
    let grid = SpectralGrid(shape: [16], lengths: [2 * .pi])
    let equation = Growth(
      grid: grid, linear: 0.3 * grid.laplacian + -2 * grid.derivative(axis: 0))
    let step = IntegratingFactorRungeKutta(equation, timeStep: 1.7)
    let found = step(grid.spectrum(of: grid.field { 1e-12 * sin(3 * $0[0]) })).field
    let exact = grid.field { 1e-12 * exp(-0.3 * 9 * 1.7) * sin(3 * ($0[0] - 2 * 1.7)) }
    #expect(FieldError(of: found, from: exact).relative < 1e-5)
  }

  @Test("errors fall with the fourth power of the step where linear and nonlinear parts compete")
  func order() throws {
    // A constant u obeys du/dt = −2u + u², u = 2/(1 + (2/u₀ − 1)·e^(2t)).
    let grid = SpectralGrid(shape: [4], lengths: [1])
    let decay = grid.isotropic { _ in -2 }
    let equation = Growth(grid: grid, linear: decay)
    let initial = grid.spectrum(of: Tensor(repeating: 1.5, shape: [4]))
    let exact = Tensor(repeating: Float(2 / (1 + (2 / 1.5 - 1) * exp(2.0))), shape: [4])
    for steps in [6, 8] {
      let coarse = FieldError(of: try equation.evolve(initial, to: 1, steps: steps).field, from: exact)
        .relative
      let fine = FieldError(of: try equation.evolve(initial, to: 1, steps: 2 * steps).field, from: exact)
        .relative
      #expect(log2(coarse / fine) > 3.7 && log2(coarse / fine) < 5, "\(coarse) falls to \(fine)")
    }
  }
}
