import Foundation
import FourierTransforms
import SpectralSolvers
import TensorCore
import Testing

@Suite("Incompressible flow") struct VorticityTests {
  /// Some large eddies without any symmetry, on a square of side 2π.
  func eddies(_ x: Double, _ y: Double) -> Double {
    sin(x + 2 * y) + 0.7 * cos(3 * x - y + 0.4) + 0.5 * sin(2 * x + 0.9) + 0.6 * cos(2 * y - 1)
  }

  func square(_ points: Int) -> SpectralGrid {
    SpectralGrid(shape: [points, points], lengths: [2 * .pi, 2 * .pi])
  }

  /// The error of drifting Taylor-Green vortices at time 2.
  func taylorGreenError(
    shape: [Int], lengths: [Double], viscosity: Double, pairs: (x: Int, y: Int), steps: Int
  ) throws -> Double {
    let grid = SpectralGrid(shape: shape, lengths: lengths)
    let equation = VorticityEquation(grid: grid, viscosity: viscosity, meanVelocity: (1, 0.5))
    let vortices = TaylorGreenVortices(equation: equation, amplitude: 2, pairs: pairs)
    let found = try equation.evolve(
      grid.spectrum(of: vortices.vorticity(time: 0)), to: 2, steps: steps)
    return FieldError(of: found.field, from: vortices.vorticity(time: 2)).relative
  }

  @Test(
    "Taylor-Green vortices drift and decay as they should",
    arguments: [
      (shape: [32, 32], lengths: [6.0, 6.0]), ([33, 40], [3, 7]), ([24, 45], [4, 9]),
    ])
  func taylorGreen(shape: [Int], lengths: [Double]) throws {
    for pairs in [(x: 1, y: 1), (x: 2, y: 1)] {
      let error = try taylorGreenError(
        shape: shape, lengths: lengths, viscosity: 0.03, pairs: pairs, steps: 150)
      #expect(error < 2e-6)
    }
  }

  @Test("errors fall with the fourth power of the time step")
  func orderInTime() throws {
    let errors = try [10, 20, 40].map {
      try taylorGreenError(
        shape: [24, 24], lengths: [2 * .pi, 2 * .pi], viscosity: 0.02, pairs: (3, 2), steps: $0)
    }
    let orders = zip(errors, errors.dropFirst()).map { log2($0 / $1) }
    #expect(orders.allSatisfy { $0 > 3.75 && $0 < 5 }, "errors \(errors), orders \(orders)")
  }

  @Test("waves of one length and many directions only decay")
  func oneWavelength() throws {
    // With ∇²ψ = −25ψ vorticity is constant along streamlines: the nonlinear term vanishes, though each of its two
    // parts does not.
    let grid = square(32)
    let viscosity = 0.01
    let equation = VorticityEquation(grid: grid, viscosity: viscosity)
    let start = grid.field { p in
      let (x, y) = (p[0], p[1])
      return cos(3 * x + 4 * y) + 0.8 * sin(4 * x - 3 * y + 0.3) + 0.6 * cos(5 * x + 1) - 0.9 * sin(5 * y)
        + 0.5 * cos(4 * x + 3 * y - 2)
    }
    let end = try equation.evolve(grid.spectrum(of: start), to: 1, steps: 60).field
    let decay = Float(exp(-25 * viscosity))
    #expect(FieldError(of: end, from: start.map { decay * $0 }).relative < 2e-6)
  }

  @Test("velocity and vorticity belong together", arguments: [[24, 24], [15, 32]])
  func velocity(shape: [Int]) {
    let grid = SpectralGrid(shape: shape, lengths: [2 * .pi, 2 * .pi])
    let equation = VorticityEquation(grid: grid, viscosity: 0, meanVelocity: (0.3, -0.2))
    let vorticity = grid.spectrum(of: grid.field { eddies($0[0], $0[1]) })
    let (x, y) = equation.velocity(of: vorticity)
    let points = Double(x.count)
    #expect(abs(x.sum / points - 0.3) < 1e-6 && abs(y.sum / points + 0.2) < 1e-6)
    #expect(FieldError(of: equation.vorticity(x: x, y: y).field, from: vorticity.field).relative < 2e-6)
    let divergence = grid.spectrum(of: x).derivative(axis: 0) + grid.spectrum(of: y).derivative(axis: 1)
    #expect(divergence.field.elements.allSatisfy { abs($0) < 1e-5 })
    // u = ∂ψ/∂y of one wave: ω = cos(x + 2y) has ψ = ω/5, so u = −2/5·sin(x + 2y), v = 1/5·sin(x + 2y).
    let wave = equation.velocity(of: grid.spectrum(of: grid.field { cos($0[0] + 2 * $0[1]) }))
    let exactX = grid.field { 0.3 - 0.4 * sin($0[0] + 2 * $0[1]) }
    let exactY = grid.field { -0.2 + 0.2 * sin($0[0] + 2 * $0[1]) }
    #expect(FieldError(of: wave.x, from: exactX).relative < 2e-6)
    #expect(FieldError(of: wave.y, from: exactY).relative < 2e-6)
  }

  @Test("a flow in a mean wind is the flow at rest, carried along")
  func galilean() throws {
    let grid = square(48)
    let start = grid.spectrum(of: grid.field { eddies($0[0], $0[1]) })
    // In one unit of time the wind blows over five points along x and back over three along y.
    let spacing = grid.spacings[0]
    let calm = VorticityEquation(grid: grid, viscosity: 0.02)
    let windy = VorticityEquation(grid: grid, viscosity: 0.02, meanVelocity: (5 * spacing, -3 * spacing))
    let (a, b) = (try calm.evolve(start, to: 1, steps: 150), try windy.evolve(start, to: 1, steps: 150))
    let resting = a.field
    let carried = grid.field { p in
      let (i, j) = (Int((p[0] / spacing).rounded()), Int((p[1] / spacing).rounded()))
      return Double(resting[(i + 43) % 48, (j + 3) % 48])
    }
    #expect(FieldError(of: b.field, from: carried).relative < 3e-6)
    #expect(FieldError(of: a.field, from: start.field).relative > 0.2)
  }

  @Test("a flow that is turned by a quarter flows the same, turned")
  func quarterTurn() throws {
    let grid = square(48)
    let equation = VorticityEquation(grid: grid, viscosity: 0.02)
    // The turned field at (x, y) is the field at (y, −x).
    let start = grid.spectrum(of: grid.field { eddies($0[0], $0[1]) })
    let turnedStart = grid.spectrum(of: grid.field { eddies($0[1], -$0[0]) })
    let end = try equation.evolve(start, to: 1, steps: 100).field
    let turnedEnd = try equation.evolve(turnedStart, to: 1, steps: 100).field
    let expected = grid.field { p in
      let (i, j) = (Int((p[0] / grid.spacings[0]).rounded()), Int((p[1] / grid.spacings[1]).rounded()))
      return Double(end[j, (48 - i) % 48])
    }
    #expect(FieldError(of: turnedEnd, from: expected).relative < 3e-6)
  }

  @Test("without viscosity energy and enstrophy are conserved, and with it what is lost is what it takes")
  func budgets() throws {
    // The shear layers roll up in this time; truncated flows conserve both exactly, aliased ones do not.
    let grid = SpectralGrid(shape: [64, 64], lengths: [1, 1])
    for viscosity in [0, 1e-3] {
      let equation = VorticityEquation(grid: grid, viscosity: viscosity)
      let initial = equation.doubleShearLayer(thickness: 1 / 15).dealiased()
      var budget = FlowBudget(initial: equation.averages(of: initial), viscosity: viscosity)
      let end = try equation.evolve(initial, to: 0.8, steps: 200) { time, state in
        budget.advance(to: time, equation.averages(of: state))
      }
      #expect(abs(budget.energyImbalance) < 5e-6 && abs(budget.enstrophyImbalance) < 2e-5)
      #expect(abs(end.field.sum / Double(end.field.count)) < 1e-6)
      #expect((budget.current.energy < 0.95 * budget.initial.energy) == (viscosity > 0))
      #expect(FieldError(of: end.field, from: initial.field).relative > 0.2)
    }
  }

  @Test(
    "an unresolved flow without viscosity keeps its energy and enstrophy", arguments: [[24, 24], [27, 20]])
  func unresolved(shape: [Int]) throws {
    // Eddies up to the highest kept frequencies, whose products reach beyond the grid: aliased, they would make or take
    // enstrophy.
    let grid = SpectralGrid(shape: shape, lengths: [2 * .pi, 2 * .pi])
    let equation = VorticityEquation(grid: grid, viscosity: 0)
    let initial = grid.spectrum(of: grid.field { eddies($0[0], $0[1]) + eddies(2 * $0[0], 2 * $0[1]) })
    var budget = FlowBudget(initial: equation.averages(of: initial.dealiased()), viscosity: 0)
    let end = try equation.evolve(initial, to: 4, steps: 400) { time, state in
      budget.advance(to: time, equation.averages(of: state))
    }
    #expect(abs(budget.energyImbalance) < 2e-5 && abs(budget.enstrophyImbalance) < 2e-5)
    #expect(FieldError(of: end.field, from: initial.field).relative > 0.5)
  }
}
