import Foundation
import PDESolvers
import Symmetries
import TensorCore
import TestSupport
import Testing

/// Each symmetry against the solvers: to transform, then run, is to run, then transform.
@Suite struct FlowSymmetryTests {
  /// A flow with sound and vorticity, all waves longer than a third of the box.
  static func initial(_ configuration: CompressibleFlow.Configuration) -> Tensor {
    var points: [[Double]] = [[]]
    for axis in configuration.coordinates {
      points = points.flatMap { point in axis.map { point + [$0] } }
    }
    let values = points.map(state)
    var elements: [Float] = []
    for variable in 0..<configuration.stateShape[0] { elements += values.map { Float($0[variable]) } }
    return Tensor(elements, shape: configuration.stateShape)
  }

  private static func state(_ point: [Double]) -> [Double] {
    var phases: [Double] = []
    for (axis, position) in point.enumerated() { phases.append(2 * Double.pi * position + Double(axis)) }
    var wave = 0.0
    for phase in phases { wave += sin(phase) }
    let pressure: Double = 2 - 0.3 * sin(phases[0]) + 0.1 * wave + 0.1 * cos(2 * phases[0] + 1)
    var state: [Double] = [1 + 0.2 * wave, pressure]
    for axis in point.indices {
      let phase: Double = phases[(axis + 1) % phases.count]
      state.append(0.3 + 0.5 * cos(phase + 0.4))
    }
    return state
  }

  static func configuration(
    _ resolution: [Int], boundary: CompressibleFlow.Boundary = .periodic, viscosity: Double = 0.01
  ) -> CompressibleFlow.Configuration {
    CompressibleFlow.Configuration(
      resolution: resolution, domain: resolution.map { _ in 0...1 }, shearViscosity: viscosity,
      bulkViscosity: viscosity, stress: .newtonian, boundary: boundary, finalTime: 0.25, saveInterval: 0.125)
  }

  static func system(_ configuration: CompressibleFlow.Configuration) -> FieldSystem {
    Fields.gas(configuration.resolution, isPeriodic: configuration.boundary == .periodic)
  }

  /// The frames of the transformed start, and the transformed frames of the start.
  static func both(
    _ configuration: CompressibleFlow.Configuration, _ transform: SampleTransform
  ) throws -> (found: Tensor, expected: Tensor, untransformed: Tensor) {
    let solver = try CompressibleFlow(configuration)
    let start = initial(configuration)
    let frames = try solver.solve(initial: start).frames
    let turned = transform(start.reshaped([1] + start.shape), times: [0]).reshaped(start.shape)
    return (
      try solver.solve(initial: turned).frames,
      transform(frames.reshaped([1] + frames.shape), times: configuration.times).reshaped(frames.shape),
      frames
    )
  }

  @Test(arguments: [[64], [24, 24], [10, 10, 10]], CompressibleFlow.Boundary.allCases)
  func reflectionsAndExchanges(resolution: [Int], boundary: CompressibleFlow.Boundary) throws {
    let configuration = Self.configuration(resolution, boundary: boundary)
    let system = Self.system(configuration)
    // One after the other they generate the others.
    for symmetry in system.symmetries {
      let elements = SymmetryGroup.elements(of: system, symmetries: [symmetry])
      guard elements.count == 2 else { continue }
      var transform = SampleTransform(of: system, samples: 1)
      transform.elements = [elements[1]]
      let (found, expected, untransformed) = try Self.both(configuration, transform)
      #expect(relativeDifference(found, expected) < 1e-5, "\(symmetry)")
      #expect(relativeDifference(found, untransformed) > 0.05)
    }
  }

  @Test(arguments: [[64], [24, 16]])
  func translations(resolution: [Int]) throws {
    let configuration = Self.configuration(resolution)
    var transform = SampleTransform(of: Self.system(configuration), samples: 1)
    transform.cells = [Array([5, -7].prefix(resolution.count))]
    let (found, expected, untransformed) = try Self.both(configuration, transform)
    #expect(relativeDifference(found, expected) < 1e-5)
    #expect(relativeDifference(found, untransformed) > 0.05)
  }

  @Test(arguments: [[64], [24, 16]], CompressibleFlow.Boundary.allCases)
  func scalings(resolution: [Int], boundary: CompressibleFlow.Boundary) throws {
    let configuration = Self.configuration(resolution, boundary: boundary)
    var transform = SampleTransform(of: Self.system(configuration), samples: 1)
    transform.factors = [3]
    let (found, expected, untransformed) = try Self.both(configuration, transform)
    #expect(relativeDifference(found, expected) < 1e-5)
    #expect(relativeDifference(found, untransformed) > 0.05)
  }

  /// A finite volume scheme dissipates more the faster the flow runs through its cells, so the two differ by the
  /// discretization's error, which falls with the square of the spacing; a whole number of cells a frame.
  @Test(arguments: [[128], [48, 48]])
  func boosts(resolution: [Int]) throws {
    var errors: [Float] = []
    for scale in [1, 2] {
      let configuration = Self.configuration(resolution.map { $0 * scale })
      var transform = SampleTransform(of: Self.system(configuration), samples: 1)
      transform.velocities = [resolution.map { _ in 0.5 }]
      let (found, expected, untransformed) = try Self.both(configuration, transform)
      errors.append(relativeDifference(found, expected))
      #expect(relativeDifference(found, untransformed) > 0.1)
    }
    #expect(errors[0] < 5e-3 && errors[1] < 0.4 * errors[0])
  }

  /// Burgers' equation: the largest relative difference between running the transformed start and transforming the run.
  static func burgersError(
    _ count: Int, _ change: (inout SampleTransform) throws -> Void,
    start changed: (_ start: (Double) -> Double, _ position: Double) -> Double
  ) throws -> Float {
    let solver = try BurgersFlow(
      viscosity: 0.1, grid: LineGrid(resolution: count, finalTime: 0.5, saveInterval: 0.25))
    let system = FieldSystem(
      variables: ["u"], characters: [.velocity(axis: 0)],
      axes: [.init("x", points: count, length: 1, isPeriodic: true)])
    func start(_ x: Double) -> Double { 0.2 + sin(2 * .pi * x) + 0.5 * cos(4 * .pi * x + 1) }
    var transform = SampleTransform(of: try system.with([.reflection(axis: 0)]), samples: 1)
    try change(&transform)
    func run(_ start: (Double) -> Double) throws -> Tensor {
      try solver.solve(initial: start).frames.reshaped([1, 3, 1, count])
    }
    let (plain, found) = (try run(start), try run { changed(start, $0) })
    #expect(relativeDifference(found, plain) > 0.1)
    return relativeDifference(found, transform(plain, times: solver.grid.times))
  }

  @Test func reflectionsTranslationsAndBoostsOfBurgersEquation() throws {
    let reflection = try Self.burgersError(
      64, { $0.elements = [SymmetryGroup.elements(of: $0.system)[1]] }, start: { -$0(1 - $1) })
    let translation = try Self.burgersError(64, { $0.cells = [[16]] }, start: { $0($1 - 0.25) })
    #expect(reflection < 1e-5 && translation < 1e-5)
    let boosts = try [64, 128].map { count in
      try Self.burgersError(count, { $0.velocities = [[0.5]] }, start: { $0($1) + 0.5 })
    }
    #expect(boosts[0] < 5e-3 && boosts[1] < 0.4 * boosts[0])
  }

  /// Samples that differ by a boost, a scaling and a translation have one canonical form, up to the
  /// translation.
  @Test func boostedFlowsHaveTheSameCanonicalForm() throws {
    let configuration = Self.configuration([256])
    let system = Self.system(configuration)
    var transform = SampleTransform(of: system, samples: 1)
    transform.velocities = [[0.5]]
    transform.factors = [4]
    let (found, _, untransformed) = try Self.both(configuration, transform)
    let form = try CanonicalForm(for: system)
    func canonical(_ frames: Tensor) -> Tensor {
      let start = Tensor(
        frames.elements.prefix(frames.count / frames.shape[0]), shape: [1] + frames.shape[1...])
      return form.encode(
        frames.reshaped([1] + frames.shape), times: configuration.times, form.reference(of: start))
    }
    #expect(relativeDifference(canonical(found), canonical(untransformed)) < 3e-3)
    #expect(relativeDifference(found, untransformed) > 0.3)
  }

  @Test func theSolverConservesWhatPredictionsAreMadeToConserve() throws {
    let configuration = Self.configuration([24, 24])
    let conservation = try Conservation(for: Self.system(configuration))
    let frames = try CompressibleFlow(configuration).solve(initial: Self.initial(configuration)).frames
    let totals = conservation.totals(of: frames)
    for frame in 1..<totals.samples {
      #expect(abs(totals.masses[frame][0] - totals.masses[0][0]) < 1e-6)
      #expect(abs(totals.energies[frame] - totals.energies[0]) < 1e-5)
      for axis in 0..<2 { #expect(abs(totals.momenta[frame][axis] - totals.momenta[0][axis]) < 1e-6) }
    }
  }
}
