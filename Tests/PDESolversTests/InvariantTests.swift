import Foundation
import PDESolvers
import TensorCore
import TestSupport
import Testing

/// What must hold for every flow, whatever its solution.
@Suite struct InvariantTests {
  static let shapes = [[64], [24, 40], [16, 12, 20]]

  /// A lively flow: sound and vorticity, at a Mach number near one.
  static func initial(_ configuration: CompressibleFlow.Configuration) -> Tensor {
    configuration.state { position in
      let phases = position.indices.map { 2 * .pi * position[$0] + Double($0) }
      let wave = phases.reduce(0) { $0 + sin($1) }
      return [1 + 0.2 * wave, 2 - 0.3 * sin(phases[0]) + 0.1 * wave]
        + position.indices.map { 0.3 + cos(phases[($0 + 1) % phases.count]) }
    }
  }

  @Test(arguments: shapes, [0, 0.01])
  func massMomentumAndEnergyAreConservedToRounding(resolution: [Int], viscosity: Double) throws {
    let configuration = CompressibleFlow.Configuration(
      resolution: resolution, domain: resolution.map { _ in 0...1 }, shearViscosity: viscosity,
      bulkViscosity: viscosity, ghostUpdate: .perAxis, finalTime: 0.5, saveInterval: 0.5)
    let initial = Self.initial(configuration)
    let final = try CompressibleFlow(configuration).solve(initial: initial).frames.lastFrame
    #expect(relativeError(final.elements, initial.elements) > 0.05)
    let (before, after) = (configuration.conserved(initial), configuration.conserved(final))
    for (variable, (a, b)) in zip(before, after).enumerated() {
      #expect(abs(b - a) < 3e-7 * max(abs(a), 1), "variable \(variable) went from \(a) to \(b)")
    }
  }

  @Test(arguments: shapes)
  func ghostsOfTheWholeSubStepConserveMassExactlyAndTheRestNearly(resolution: [Int]) throws {
    let configuration = CompressibleFlow.Configuration(
      resolution: resolution, domain: resolution.map { _ in 0...1 }, finalTime: 0.5, saveInterval: 0.5)
    let initial = Self.initial(configuration)
    let final = try CompressibleFlow(configuration).solve(initial: initial).frames.lastFrame
    let (before, after) = (configuration.conserved(initial), configuration.conserved(final))
    #expect(abs(after[0] - before[0]) < 3e-7)
    for (a, b) in zip(before, after) { #expect(abs(b - a) < 1e-3) }
  }

  @Test func aMirroredStateHasAMirroredFlow() throws {
    let configuration = CompressibleFlow.Configuration(
      resolution: [32, 48], shearViscosity: 1e-3, bulkViscosity: 1e-3, boundary: .outgoing, finalTime: 0.2,
      saveInterval: 0.1)
    // Symmetric about the middle of both axes.
    let initial = configuration.state { position in
      let (x, y) = (position[0] - 0.5, position[1] - 0.5)
      let bump = exp(-40 * (x * x + 2 * y * y))
      return [1 + bump, 1 + 3 * bump, 2 * x * bump, -3 * y * bump]
    }
    let final = try CompressibleFlow(configuration).solve(initial: initial).frames.lastFrame
    for variable in 0..<4 {
      let field = final.variable(variable)
      for row in 0..<32 {
        for column in 0..<48 {
          let value = field[row * 48 + column]
          let acrossX = field[(31 - row) * 48 + column] * (variable == 2 ? -1 : 1)
          let acrossY = field[row * 48 + 47 - column] * (variable == 3 ? -1 : 1)
          #expect(abs(value - acrossX) < 1e-5 && abs(value - acrossY) < 1e-5)
        }
      }
    }
  }

  @Test func exchangedAxesExchangeTheFlow() throws {
    func configuration(_ resolution: [Int]) -> CompressibleFlow.Configuration {
      CompressibleFlow.Configuration(
        resolution: resolution, shearViscosity: 0, bulkViscosity: 0, finalTime: 0.2, saveInterval: 0.2)
    }
    let (wide, tall) = (configuration([24, 40]), configuration([40, 24]))
    let initial = Self.initial(wide)
    func transposed(_ state: Tensor) -> Tensor {
      let fields = [0, 1, 3, 2].map { state.variable($0) }
      return Tensor(
        fields.flatMap { field in (0..<40).flatMap { column in (0..<24).map { field[$0 * 40 + column] } } },
        shape: tall.stateShape)
    }
    let direct = try CompressibleFlow(wide).solve(initial: initial).frames.lastFrame
    let exchanged = try CompressibleFlow(tall).solve(initial: transposed(initial)).frames.lastFrame
    #expect(relativeError(exchanged.elements, transposed(direct).elements) < 1e-5)
  }

  @Test(arguments: [2, 3], CompressibleFlow.Boundary.allCases)
  func aFlowThatVariesAlongOneAxisIsTheOneDimensionalOne(
    dimensions: Int, boundary: CompressibleFlow.Boundary
  ) throws {
    let line = CompressibleFlow.Configuration(
      resolution: [48], domain: [0...1], boundary: boundary, finalTime: 0.1, saveInterval: 0.05)
    let initial = Self.initial(line)
    let expected = try CompressibleFlow(line).solve(initial: initial).frames.lastFrame
    for axis in 0..<dimensions {
      var resolution = [Int](repeating: 8, count: dimensions)
      resolution[axis] = 48
      var domain = [ClosedRange<Double>](repeating: 0...10, count: dimensions)
      domain[axis] = 0...1
      let configuration = CompressibleFlow.Configuration(
        resolution: resolution, domain: domain, boundary: boundary, ghostUpdate: .perAxis, finalTime: 0.1,
        saveInterval: 0.05)
      var embedded = Tensor.zeros(configuration.stateShape)
      let cells = resolution.reduce(1, *)
      let stride = resolution[(axis + 1)...].reduce(1, *)
      embedded.withUnsafeMutableElements { target in
        for (from, to) in [(0, 0), (1, 1), (2, 2 + axis)] {
          let values = initial.variable(from)
          for cell in 0..<cells { target[to * cells + cell] = values[cell / stride % 48] }
        }
      }
      let final = try CompressibleFlow(configuration).solve(initial: embedded).frames.lastFrame
      for (from, to) in [(0, 0), (1, 1), (2, 2 + axis)] {
        let values = expected.variable(from)
        let wanted = (0..<cells).map { values[$0 / stride % 48] }
        #expect(largestDifference(final.variable(to), wanted) < 2e-5)
      }
      for other in 0..<dimensions where other != axis {
        #expect(final.variable(2 + other).allSatisfy { abs($0) < 1e-6 })
      }
    }
  }

  @Test func theBitsDoNotDependOnThreadsOrOnTheNumberOfSamples() throws {
    let configuration = CompressibleFlow.Configuration(
      resolution: [16, 24], finalTime: 0.1, saveInterval: 0.05)
    let flow = try CompressibleFlow(configuration)
    func samples(_ count: Int, threads: Int) throws -> [Tensor] {
      try WorkerPool.withThreads(threads) {
        return try parallelMap(count) { index in
          let initial = try InitialState.rand.make(
            for: configuration, machNumber: 0.5, seed: 7, sample: index)
          return try flow.solve(initial: initial).frames
        }
      }
    }
    let alone = try samples(5, threads: 1)
    let together = try samples(8, threads: 2)
    #expect(alone == Array(together.prefix(5)))
    #expect(alone[0] != alone[1])
  }
}
