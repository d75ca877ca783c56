import Foundation
import PDESolvers
import TensorCore
import TestSupport
import Testing

/// The two viscous stresses: how they damp flows whose decay is known, and what they must leave alone.
@Suite struct StressTests {
  typealias Stress = CompressibleFlow.Stress

  private static let shear = 0.02
  private static let bulk = 0.02

  private static func configuration(
    _ resolution: [Int], _ stress: Stress, finalTime: Double
  ) -> CompressibleFlow.Configuration {
    CompressibleFlow.Configuration(
      resolution: resolution, domain: resolution.map { _ in 0...1 }, shearViscosity: shear,
      bulkViscosity: bulk, stress: stress, finalTime: finalTime, saveInterval: finalTime)
  }

  /// How much of a component of the initial velocity is left.
  private static func amplitude(_ final: Tensor, _ initial: Tensor, component: Int) -> Double {
    zip(final.variable(2 + component), initial.variable(2 + component)).reduce(0) {
      $0 + Double($1.0) * Double($1.1)
    } / initial.variable(2 + component).reduce(0) { $0 + Double($1) * Double($1) }
  }

  @Test(
    "Taylor and Green's vortices decay at 2ηk² in a Newtonian fluid, and 1.67 times as fast with PDEBench's stress"
  )
  func taylorGreen() throws {
    let k = 2 * Double.pi
    let speed = 0.05
    for (stress, factor) in [
      (Stress.newtonian, 1), (.pdebench, (7 * Self.shear / 3 + Self.bulk) / (2 * Self.shear)),
    ] {
      let configuration = Self.configuration([32, 32], stress, finalTime: 0.4)
      // Density and pressure of a Mach number of 0.04, with the pressure that turns the flow.
      let initial = configuration.state { position in
        let (x, y) = (k * position[0], k * position[1])
        return [
          1, 1 + speed * speed / 4 * (cos(2 * x) + cos(2 * y)), speed * sin(x) * cos(y),
          -speed * cos(x) * sin(y),
        ]
      }
      let solution = try CompressibleFlow(configuration).solve(initial: initial)
      for component in 0..<2 {
        let left = Self.amplitude(solution.frames.lastFrame, initial, component: component)
        let rate = -log(left) / 0.4 / (2 * Self.shear * k * k)
        print("Taylor-Green, \(stress), component \(component): decay \(rate) of the incompressible rate")
        #expect(abs(rate / factor - 1) < 0.02)
      }
      #expect(solution.flooredCells == 0)
    }
  }

  @Test("a shear wave oblique to the axes decays as it should, in second order")
  func obliqueShearWave() throws {
    let k = 2 * Double.pi
    let errors = try [16, 32, 64].map { resolution in
      let configuration = Self.configuration([resolution, resolution], .newtonian, finalTime: 0.2)
      let initial = configuration.state { position in
        let wave = 1e-2 * sin(k * (position[0] + 2 * position[1]))
        return [1, 1, 2 * wave, -wave]
      }
      let final = try CompressibleFlow(configuration).solve(initial: initial).frames.lastFrame
      let decay = Float(exp(-Self.shear * 5 * k * k * 0.2))
      return relativeError(
        final.variable(2) + final.variable(3),
        (initial.variable(2) + initial.variable(3)).map { decay * $0 })
    }
    let orders = [log2(errors[0] / errors[1]), log2(errors[1] / errors[2])]
    print("Oblique shear wave: errors \(errors), orders \(orders)")
    #expect(errors[2] < 0.02 && orders.allSatisfy { $0 > 1.7 })
  }

  @Test("sound oblique to the axes is damped at ½(4η/3 + ζ)k²", arguments: [[48, 48], [24, 24, 24]])
  func obliqueSound(resolution: [Int]) throws {
    let dimensions = Double(resolution.count)
    let wavenumber = 2 * Double.pi * dimensions.squareRoot()
    let damping = 0.5 * (4 * Self.shear / 3 + Self.bulk) * wavenumber * wavenumber
    let frequency = (5.0 / 3 * wavenumber * wavenumber - damping * damping).squareRoot()
    let period = 2 * Double.pi / frequency
    let configuration = Self.configuration(resolution, .newtonian, finalTime: period)
    let initial = configuration.state { position in
      let wave = 1e-3 * sin(2 * .pi * position.reduce(0, +))
      return [1, 1] + position.map { _ in wave }
    }
    let final = try CompressibleFlow(configuration).solve(initial: initial).frames.lastFrame
    for component in resolution.indices {
      let rate = -log(Self.amplitude(final, initial, component: component)) / period / damping
      print("Oblique sound in \(resolution.count)D, component \(component): \(rate) of the exact damping")
      #expect(abs(rate - 1) < 0.05)
    }
  }

  @Test("a Newtonian fluid conserves mass, momentum and energy to rounding", arguments: InvariantTests.shapes)
  func conservation(resolution: [Int]) throws {
    let configuration = Self.configuration(resolution, .newtonian, finalTime: 0.25)
    let initial = InvariantTests.initial(configuration)
    let solution = try CompressibleFlow(configuration).solve(initial: initial)
    let (before, after) = (
      configuration.conserved(initial), configuration.conserved(solution.frames.lastFrame)
    )
    #expect(relativeError(solution.frames.lastFrame.elements, initial.elements) > 0.05)
    for (variable, (a, b)) in zip(before, after).enumerated() {
      #expect(abs(b - a) < 3e-7 * max(abs(a), 1), "variable \(variable) went from \(a) to \(b)")
    }
  }

  @Test("exchanged axes exchange a Newtonian flow", arguments: [[24, 40], [12, 16, 20]])
  func exchangedAxes(resolution: [Int]) throws {
    let count = resolution.count
    // Axis a of the turned grid is axis a + 1 of the other.
    let order = resolution.indices.map { ($0 + 1) % count }
    let direct = Self.configuration(resolution, .newtonian, finalTime: 0.1)
    let turned = Self.configuration(order.map { resolution[$0] }, .newtonian, finalTime: 0.1)
    let strides = resolution.indices.map { resolution[($0 + 1)...].reduce(1, *) }
    func turn(_ state: Tensor) -> Tensor {
      let cells = order.reduce([0]) { starts, axis in
        starts.flatMap { start in (0..<resolution[axis]).map { start + $0 * strides[axis] } }
      }
      let fields = ([0, 1] + order.map { 2 + $0 }).map { state.variable($0) }
      return Tensor(fields.flatMap { field in cells.map { field[$0] } }, shape: turned.stateShape)
    }
    let initial = InvariantTests.initial(direct)
    let expected = turn(try CompressibleFlow(direct).solve(initial: initial).frames.lastFrame)
    let found = try CompressibleFlow(turned).solve(initial: turn(initial)).frames.lastFrame
    #expect(relativeError(found.elements, expected.elements) < 1e-5)
    #expect(relativeError(found.elements, turn(initial).elements) > 0.02)
  }

  @Test(
    "a state turned by 90° has a flow turned by 90°",
    arguments: [CompressibleFlow.Boundary.periodic, .outgoing])
  func quarterTurn(boundary: CompressibleFlow.Boundary) throws {
    let count = 28
    var configuration = Self.configuration([count, count], .newtonian, finalTime: 0.1)
    configuration.boundary = boundary
    /// (x, y) goes to (−y, x), and the velocity with it.
    func turn(_ state: Tensor) -> Tensor {
      let fields = [
        state.variable(0), state.variable(1), state.variable(3).map { -$0 }, state.variable(2),
      ]
      return Tensor(
        fields.flatMap { field in
          (0..<count * count).map { field[$0 % count * count + count - 1 - $0 / count] }
        }, shape: configuration.stateShape)
    }
    let flow = try CompressibleFlow(configuration)
    let initial = InvariantTests.initial(configuration)
    let expected = turn(try flow.solve(initial: initial).frames.lastFrame)
    let found = try flow.solve(initial: turn(initial)).frames.lastFrame
    #expect(relativeError(found.elements, expected.elements) < 1e-5)
    #expect(relativeError(found.elements, turn(initial).elements) > 0.02)
  }

  @Test("in one dimension the two stresses are the same")
  func line() throws {
    let finals = try Stress.allCases.map { stress in
      let configuration = Self.configuration([64], stress, finalTime: 0.2)
      return try CompressibleFlow(configuration).solve(initial: InvariantTests.initial(configuration)).frames
    }
    #expect(relativeError(finals[0].elements, finals[1].elements) < 1e-6)
  }

  @Test("a Newtonian flow that varies along one axis is the one-dimensional one", arguments: [2, 3])
  func embeddedLine(dimensions: Int) throws {
    let line = Self.configuration([48], .newtonian, finalTime: 0.1)
    let initial = InvariantTests.initial(line)
    let expected = try CompressibleFlow(line).solve(initial: initial).frames.lastFrame
    for axis in 0..<dimensions {
      var resolution = [Int](repeating: 8, count: dimensions)
      resolution[axis] = 48
      var configuration = Self.configuration(resolution, .newtonian, finalTime: 0.1)
      for other in 0..<dimensions where other != axis { configuration.domain[other] = 0...10 }
      let cells = resolution.reduce(1, *)
      let stride = resolution[(axis + 1)...].reduce(1, *)
      func embedded(_ state: Tensor) -> [[Float]] {
        var fields = [[Float]](repeating: Array(repeating: 0, count: cells), count: 2 + dimensions)
        for (from, to) in [(0, 0), (1, 1), (2, 2 + axis)] {
          let values = state.variable(from)
          for cell in 0..<cells { fields[to][cell] = values[cell / stride % 48] }
        }
        return fields
      }
      let final = try CompressibleFlow(configuration).solve(
        initial: Tensor(embedded(initial).flatMap { $0 }, shape: configuration.stateShape)
      ).frames.lastFrame
      for (variable, wanted) in embedded(expected).enumerated() {
        #expect(largestDifference(final.variable(variable), wanted) < 2e-5)
      }
    }
  }

  @Test("cells whose pressure is raised to the floor are counted, and add energy", arguments: Stress.allCases)
  func pressureFloor(stress: Stress) throws {
    // Two streams that part leave next to nothing between them.
    var configuration = Self.configuration([32, 8], stress, finalTime: 0.1)
    (configuration.shearViscosity, configuration.bulkViscosity) = (1e-8, 1e-8)
    configuration.ghostUpdate = .perAxis
    func solve(_ speed: Double, _ pressure: Double) throws -> (energyGain: Double, flooredCells: Int) {
      let initial = configuration.state { [1, pressure, $0[0] < 0.5 ? -speed : speed, 0] }
      let solution = try CompressibleFlow(configuration).solve(initial: initial)
      let energies = [initial, solution.frames.lastFrame].map { configuration.conserved($0)[1] }
      return (energies[1] / energies[0] - 1, solution.flooredCells)
    }
    let parting = try solve(10, 1e-3)
    print("Parting streams, \(stress): energy \(parting.energyGain), floored \(parting.flooredCells)")
    #expect(parting.flooredCells > 0 && parting.energyGain > 1e-6)
    let gentle = try solve(0.2, 1)
    #expect(gentle.flooredCells == 0 && abs(gentle.energyGain) < 1e-6)
  }
}
