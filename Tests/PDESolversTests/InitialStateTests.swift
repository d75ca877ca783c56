import Foundation
import PDEData
import PDESolvers
import SystemFiles
import TensorCore
import TestSupport
import Testing

/// The random initial states are in the ranges that they promise.
@Suite struct InitialStateTests {
  typealias Configuration = CompressibleFlow.Configuration

  static let line = Configuration(resolution: [128])

  static func speeds(_ state: Tensor) -> [Double] {
    let components = (2..<state.shape[0]).map { state.variable($0) }
    return components[0].indices.map { cell in
      components.reduce(0) { $0 + Double($1[cell]) * Double($1[cell]) }.squareRoot()
    }
  }

  @Test func wavesOnALineKeepToTheirScales() throws {
    var windowed = 0
    for sample in 0..<200 {
      let state = try InitialState.rand.make(for: Self.line, machNumber: 0, seed: 1, sample: sample)
      let (density, pressure) = (state.variable(0), state.variable(1))
      for (field, least) in [(density, Float(1)), (pressure, 10)] {
        let (lowest, highest) = (field.reduce(.infinity, min), field.reduce(-.infinity, max))
        #expect(lowest >= least && lowest <= 10 * least * 1.0001)
        #expect(highest - lowest >= least * 0.999 && highest - lowest <= 10 * least * 1.001)
      }
      let velocity = state.variable(2)
      #expect(velocity.allSatisfy { abs($0) <= 3 })
      // Outside of a window there is nothing, and the lower half of the axis is always outside.
      if velocity.prefix(64).allSatisfy({ abs($0) < 1e-6 }) { windowed += 1 }
    }
    #expect((70...130).contains(windowed))
  }

  @Test func jumpsKeepToTheirRanges() throws {
    for sample in 0..<100 {
      let state = try InitialState.shock.make(for: Self.line, machNumber: 0, seed: 1, sample: sample)
      let ranges: [ClosedRange<Float>] = [
        1...10, 10...100, Float(exp(-0.5)) * 0.9999...Float(exp(0.5)) * 1.0001,
      ]
      for (variable, range) in ranges.enumerated() {
        let field = state.variable(variable)
        #expect(field.allSatisfy(range.contains))
        let jumps = (1..<128).filter { field[$0] != field[$0 - 1] }
        #expect(jumps.count == 1 && (32...96).contains(jumps[0]))
      }
    }
  }

  @Test(arguments: [[32, 48], [12, 16, 20]]) func wavesHaveTheirMachNumber(resolution: [Int]) throws {
    let configuration = Configuration(resolution: resolution)
    var windowed = 0
    for sample in 0..<40 {
      let state = try InitialState.rand.make(for: configuration, machNumber: 0.3, seed: 2, sample: sample)
      let (density, pressure) = (state.variable(0), state.variable(1))
      let temperatures = zip(pressure, density).map { Double($0) / Double($1) }
      let speeds = Self.speeds(state)
      let corner = speeds[0]
      let mean = speeds.reduce(0, +) / Double(speeds.count)
      if corner < 1e-6 {
        windowed += 1
      } else {
        let temperature = temperatures.reduce(0, +) / Double(speeds.count)
        #expect(abs(mean / (5 / 3 * temperature).squareRoot() - 0.3) < 0.04)
      }
      #expect(mean > 0)
    }
    #expect((8...32).contains(windowed))
  }

  /// The amplitudes times |k|^½ of all waves that a field of `[n, n]` cells may have, over their mean.
  private static func amplitudes(_ field: [Float], _ count: Int) -> [Double] {
    let all = (1...4).flatMap { i in (-4...4).filter { $0 != 0 }.map { (i, $0) } }.map { i, j in
      var (real, imaginary) = (0.0, 0.0)
      for row in 0..<count {
        for column in 0..<count {
          let angle = 2 * Double.pi * Double(i * row + j * column) / Double(count)
          real += Double(field[row * count + column]) * cos(angle)
          imaginary += Double(field[row * count + column]) * sin(angle)
        }
      }
      return (real * real + imaginary * imaginary).squareRoot() * pow(Double(i * i + j * j), 0.25)
    }
    let mean = all.reduce(0, +) / Double(all.count)
    return all.map { $0 / mean }
  }

  @Test("waves of equal wavelength are as unequal as in the released data, or equal")
  func amplitudesOfWaves() throws {
    let configuration = Configuration(resolution: [16, 16])
    for (state, wanted) in [(InitialState.rand, 0.46), (.randEqual, 0)] {
      var found: [Double] = []
      for sample in 0..<40 {
        let fields = try state.make(for: configuration, machNumber: 0.3, seed: 4, sample: sample)
        // Seen through a window, a wave is many.
        if Self.speeds(fields)[0] > 1e-6 { found += Self.amplitudes(fields.variable(3), 16) }
      }
      #expect(found.count > 10 * 32)
      let variation = (found.reduce(0) { $0 + ($1 - 1) * ($1 - 1) } / Double(found.count)).squareRoot()
      print("\(state): coefficient of variation \(variation) over \(found.count) amplitudes")
      #expect(abs(variation - wanted) < 0.04)
    }
  }

  @Test("in space the waves' amplitudes fall in proportion to their wavenumber")
  func amplitudesInSpace() throws {
    let (count, waves) = (16, [[1, 1, 1], [2, 1, -1], [1, -4, 2], [4, 4, 4]])
    let configuration = Configuration(resolution: [count, count, count])
    func amplitude(_ field: [Float], _ wave: [Int]) -> Double {
      var (real, imaginary) = (0.0, 0.0)
      for (cell, value) in field.enumerated() {
        let place = [cell / (count * count), cell / count % count, cell % count]
        let angle = 2 * Double.pi * Double(zip(wave, place).reduce(0) { $0 + $1.0 * $1.1 }) / Double(count)
        real += Double(value) * cos(angle)
        imaginary += Double(value) * sin(angle)
      }
      return (real * real + imaginary * imaginary).squareRoot()
    }
    // The first sample that is not seen through a window.
    let states = try (0..<8).map {
      try InitialState.randEqual.make(for: configuration, machNumber: 0.3, seed: 4, sample: $0)
    }
    let state = try #require(states.first { Self.speeds($0)[0] > 1e-6 })
    let found = waves.map { wave in
      amplitude(state.variable(2), wave) * Double(wave.reduce(0) { $0 + $1 * $1 }).squareRoot()
    }
    #expect(found.allSatisfy { abs($0 / found[0] - 1) < 1e-3 }, "\(found)")
  }

  @Test("the plane flows that come with the package start from equal waves")
  func shippedStates() throws {
    let file = try PDEBenchFile(
      path: Repository.path("pde-data/2D_CFD_Rand_M0.1_Eta0.01_Zeta0.01_periodic_nx32.hdf5"))
    let stored = try BatchLoader(file).batch([0, 3]).frames
    let size = stored.count / 2
    for (place, sample) in [0, 3].enumerated() {
      let state = try InitialState.randEqual.make(
        for: Configuration(resolution: [32, 32]), machNumber: 0.1, seed: 1, sample: sample)
      let first = stored.withUnsafeElements { Array($0[(place * size)..<(place * size + state.count)]) }
      #expect(relativeError(state.elements, first) < 1e-5)
    }
  }

  @Test(arguments: [[64, 64], [32, 32, 32]]) func turbulenceIsFreeOfDivergence(resolution: [Int]) throws {
    let configuration = Configuration(resolution: resolution)
    let state = try InitialState.turbulence.make(for: configuration, machNumber: 0.5, seed: 3, sample: 0)
    #expect(state.variable(0).allSatisfy { $0 == 1 })
    #expect(state.variable(1).allSatisfy { abs($0 - 2.4) < 1e-6 })
    let speeds = Self.speeds(state)
    #expect(abs(speeds.reduce(0, +) / Double(speeds.count) - 1) < 1e-5)

    // Central differences of fourth order: small against the gradients.
    let strides = resolution.indices.map { resolution[($0 + 1)...].reduce(1, *) }
    func derivative(_ field: [Float], _ axis: Int, at cell: Int) -> Double {
      let index = cell / strides[axis] % resolution[axis]
      func value(_ offset: Int) -> Double {
        let moved = (index + offset + resolution[axis]) % resolution[axis]
        return Double(field[cell + (moved - index) * strides[axis]])
      }
      return (8 * (value(1) - value(-1)) - value(2) + value(-2)) / (12 / Double(resolution[axis]))
    }
    let components = resolution.indices.map { state.variable(2 + $0) }
    var (divergence, gradient) = (0.0, 0.0)
    for cell in speeds.indices {
      let diagonal = resolution.indices.map { derivative(components[$0], $0, at: cell) }
      let total = diagonal.reduce(0, +)
      divergence += total * total
      gradient += diagonal.reduce(0) { $0 + $1 * $1 }
    }
    #expect((divergence / gradient).squareRoot() < 0.03)
  }

  @Test func shearLayersRollUp() throws {
    let configuration = Configuration(
      resolution: [64, 64], shearViscosity: 1e-4, bulkViscosity: 1e-4, finalTime: 1, saveInterval: 0.5)
    let initial = try InitialState.shear.make(for: configuration, machNumber: 0.3, seed: 4, sample: 0)
    let frames = try CompressibleFlow(configuration).solve(initial: initial).frames
    func energyAcross(_ frame: Int) -> Float {
      frames.field(frame: frame, variable: 3).reduce(0) { $0 + $1 * $1 }
    }
    #expect(energyAcross(2) > 2 * energyAcross(0))
  }

  @Test(arguments: InitialState.allCases) func aStateDependsOnSeedSampleAndAttemptAlone(state: InitialState)
    throws
  {
    let configuration = Configuration(resolution: Array(repeating: 16, count: state.dimensions.lowerBound))
    func make(_ seed: UInt64, _ sample: Int, _ attempt: Int) throws -> Tensor {
      try state.make(for: configuration, machNumber: 0.2, seed: seed, sample: sample, attempt: attempt)
    }
    let one = try make(1, 1, 0)
    #expect(try make(1, 1, 0) == one)
    #expect(try make(2, 1, 0) != one)
    #expect(try make(1, 2, 0) != one)
    #expect(try make(1, 1, 1) != one)
  }

  @Test func statesThatDoNotExistAreRefused() {
    let refusal = SolverError.unsupportedInitialState(
      "shock", dimensions: 2, supported: ["rand", "rand-equal", "turbulence", "shear"])
    #expect(throws: refusal) {
      try InitialState.shock.make(
        for: Configuration(resolution: [16, 16]), machNumber: 1, seed: 0, sample: 0)
    }
    #expect(
      refusal.description
        == "There is no 'shock' initial state in 2D; choose rand or rand-equal or turbulence or shear.")
    #expect(
      throws: SolverError.outOfRange(
        quantity: "Mach number", value: 0, allowed: "positive and at most 100,000")
    ) {
      try InitialState.rand.make(for: Configuration(resolution: [16, 16]), machNumber: 0, seed: 0, sample: 0)
    }
  }
}
