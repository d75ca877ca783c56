import Foundation
import PDESolvers
import TensorCore
import TestSupport
import Testing

/// Flows whose solution is known in closed form.
@Suite struct ExactSolutionTests {
  @Test func sodShockTubeConvergesAtFirstOrder() throws {
    let exact = ExactRiemannSolution(
      left: .init(density: 1, velocity: 0, pressure: 1),
      right: .init(density: 0.125, velocity: 0, pressure: 0.1),
      gamma: 1.4)
    // Toro, table 4.3.
    #expect(abs(exact.starPressure - 0.30313) < 1e-5)
    #expect(abs(exact.starVelocity - 0.92745) < 1e-5)

    let errors = try [128, 256, 512].map { resolution in
      let configuration = CompressibleFlow.Configuration(
        resolution: [resolution], domain: [0...1], shearViscosity: 0, bulkViscosity: 0,
        heatCapacityRatio: 1.4,
        boundary: .outgoing, finalTime: 0.2, saveInterval: 0.2)
      let final = try CompressibleFlow(configuration).solve(
        initial: configuration.state { $0[0] < 0.5 ? [1, 1, 0] : [0.125, 0.1, 0] }
      ).frames.lastFrame
      let states = configuration.coordinates[0].map { exact.state(at: ($0 - 0.5) / 0.2) }
      return [
        meanError(final.variable(0), states.map(\.density)),
        meanError(final.variable(1), states.map(\.pressure)),
        meanError(final.variable(2), states.map(\.velocity)),
      ]
    }
    for (variable, bound) in [0.004, 0.003, 0.006].enumerated() {
      let order = log2(errors[0][variable] / errors[2][variable]) / 2
      print("Sod, variable \(variable): errors \(errors.map { $0[variable] }), order \(order)")
      #expect(errors[1][variable] < bound)
      #expect(order > 0.75)
    }
  }

  @Test(arguments: 1...3) func smoothAdvectedWaveConvergesAtSecondOrder(dimensions: Int) throws {
    let resolutions = dimensions == 3 ? [24, 48] : [64, 128]
    let errors = try resolutions.map { resolution in
      let configuration = CompressibleFlow.Configuration(
        resolution: Array(repeating: resolution, count: dimensions),
        domain: Array(repeating: 0...1, count: dimensions), shearViscosity: 0, bulkViscosity: 0,
        finalTime: 0.25, saveInterval: 0.25)
      func density(_ position: [Double], _ time: Double) -> Double {
        1 + 0.2 * sin(2 * .pi * position.reduce(0) { $0 + $1 - time })
      }
      func state(_ time: Double) -> Tensor {
        configuration.state { [density($0, time), 1] + Array(repeating: 1, count: dimensions) }
      }
      let final = try CompressibleFlow(configuration).solve(initial: state(0)).frames.lastFrame
      #expect(largestDifference(final.variable(1), state(0.25).variable(1)) < 1e-4)
      return meanError(final.variable(0), state(0.25).variable(0).map(Double.init))
    }
    let order = log2(errors[0] / errors[1])
    print("Advected wave in \(dimensions)D: errors \(errors), order \(order)")
    // In 3D the grids are coarse, and the limiter flattens the crests.
    #expect(order > (dimensions == 3 ? 1.6 : 1.75))
  }

  @Test func shearWaveDecaysWithTheShearViscosity() throws {
    // Two waves of transverse velocity, one along each axis: amplitude exp(-ηk²t).
    let viscosity = 0.05
    let configuration = CompressibleFlow.Configuration(
      resolution: [64, 64], shearViscosity: viscosity, bulkViscosity: 0.3, finalTime: 0.2, saveInterval: 0.2)
    let initial = configuration.state {
      [1, 10, 1e-2 * sin(2 * .pi * $0[1]), 1e-2 * sin(2 * .pi * $0[0])]
    }
    let final = try CompressibleFlow(configuration).solve(initial: initial).frames.lastFrame
    let decay = exp(-viscosity * 4 * .pi * .pi * 0.2)
    for component in 2...3 {
      let exact = initial.variable(component).map { Float(decay) * $0 }
      #expect(relativeError(final.variable(component), exact) < 0.01)
    }
  }

  @Test(arguments: [(0.01, 0.0), (0.0, 0.02), (0.01, 0.02)])
  func soundIsDampedByBothViscosities(shear: Double, bulk: Double) throws {
    // A standing wave of wavenumber k: its velocity goes as exp(-½(4η/3 + ζ)k²t) cos(ωt), ω² = (ck)² - (damping)².
    let sound = (5.0 / 3).squareRoot()
    let wavenumber = 2 * Double.pi
    let damping = 0.5 * (4 * shear / 3 + bulk) * wavenumber * wavenumber
    let frequency = ((sound * wavenumber) * (sound * wavenumber) - damping * damping).squareRoot()
    let period = 2 * Double.pi / frequency
    let configuration = CompressibleFlow.Configuration(
      resolution: [256], domain: [0...1], shearViscosity: shear, bulkViscosity: bulk, finalTime: period,
      saveInterval: period)
    let initial = configuration.state { [1, 1, 1e-3 * sin(wavenumber * $0[0])] }
    let final = try CompressibleFlow(configuration).solve(initial: initial).frames.lastFrame
    let amplitude =
      zip(final.variable(2), initial.variable(2)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      / initial.variable(2).reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(log(amplitude) / (-damping * period) - 1) < 0.03)
  }
}
