import PDESolvers
import SystemFiles
import TensorCore
import Testing

/// Parameters and states that cannot work are refused, with the reason.
@Suite struct ConfigurationTests {
  typealias Configuration = CompressibleFlow.Configuration

  @Test(arguments: [
    (Configuration(resolution: []), SolverError.unsupportedDimensions(0)),
    (Configuration(resolution: [16, 16, 16, 16]), .unsupportedDimensions(4)),
    (Configuration(resolution: [64, 7]), .tooCoarse(resolution: [64, 7], minimum: 8)),
    (
      Configuration(resolution: [16, 16], shearViscosity: -0.01),
      .outOfRange(quantity: "shear viscosity eta", value: -0.01, allowed: "zero or positive")
    ),
    (
      Configuration(resolution: [16], bulkViscosity: -1),
      .outOfRange(quantity: "bulk viscosity zeta", value: -1, allowed: "zero or positive")
    ),
    (
      Configuration(resolution: [16], heatCapacityRatio: 1),
      .outOfRange(quantity: "ratio of specific heats gamma", value: 1, allowed: "above 1 and at most 100")
    ),
    (
      Configuration(resolution: [16], finalTime: 0),
      .outOfRange(quantity: "final time", value: 0, allowed: "positive")
    ),
    (
      Configuration(resolution: [16], finalTime: 1, saveInterval: 0.3),
      .indivisibleTime(finalTime: 1, saveInterval: 0.3)
    ),
    (
      Configuration(resolution: [16], finalTime: 1, saveInterval: 2),
      .indivisibleTime(finalTime: 1, saveInterval: 2)
    ),
    (
      Configuration(resolution: [16], finalTime: 1, saveInterval: 1e-7),
      .outOfRange(
        quantity: "number of frames", value: 1 / 1e-7, allowed: "below 1e6; use a longer save interval")
    ),
    (
      Configuration(resolution: [16, 16], courantNumber: 0.6),
      .outOfRange(quantity: "Courant number", value: 0.6, allowed: "above 0 and at most 0.5 in 2D")
    ),
    (
      Configuration(resolution: [16, 16, 16], courantNumber: 0.4),
      .outOfRange(quantity: "Courant number", value: 0.4, allowed: "above 0 and at most 1/3 in 3D")
    ),
    (
      Configuration(resolution: [16], domain: [0...1, 0...1]),
      .badDomain([0...1, 0...1], dimensions: 1)
    ),
    (Configuration(resolution: [16], domain: [1...1]), .badDomain([1...1], dimensions: 1)),
  ])
  func impossibleParametersAreRefused(configuration: Configuration, error: SolverError) {
    #expect(throws: error) { try CompressibleFlow(configuration) }
    #expect(error.fault == .usage)
    #expect(!error.description.contains("\n"))
  }

  @Test func theLargestCourantNumbersAreTaken() throws {
    for (resolution, largest) in [([16], 0.5), ([16, 16], 0.5), ([16, 16, 16], 1.0 / 3)] {
      try Configuration(resolution: resolution, courantNumber: largest).validate()
    }
  }

  @Test(arguments: [Double.nan, .infinity])
  func parametersThatAreNotNumbersAreRefused(value: Double) {
    for configuration in [
      Configuration(resolution: [16], shearViscosity: value),
      Configuration(resolution: [16], finalTime: value),
      Configuration(resolution: [16], saveInterval: value),
      Configuration(resolution: [16], heatCapacityRatio: value),
      Configuration(resolution: [16], courantNumber: value),
    ] {
      #expect(throws: SolverError.self) { try CompressibleFlow(configuration) }
    }
  }

  @Test func extremeParametersAreRefusedInsteadOfTrapping() {
    for configuration in [
      Configuration(resolution: [1 << 40, 1 << 40, 1 << 40]),
      Configuration(resolution: [16], finalTime: 1e300, saveInterval: 1e-300),
      Configuration(resolution: [16], shearViscosity: 1e300),
      Configuration(resolution: [16], domain: [0...1e-200]),
    ] {
      #expect(throws: SolverError.self) { try CompressibleFlow(configuration) }
    }
  }

  @Test func theMessageOfASaveIntervalProposesOneThatDivides() {
    let error = SolverError.indivisibleTime(finalTime: 1, saveInterval: 0.3)
    #expect(
      error.description
        == "The save interval 0.3 does not divide the final time 1.0; choose one that fits in a whole number of times, such as 0.3333333333333333."
    )
  }

  @Test func statesThatAreNoneAreRefused() throws {
    let configuration = Configuration(resolution: [16])
    let flow = try CompressibleFlow(configuration)
    #expect(throws: SolverError.wrongShape(found: [3, 8], expected: [3, 16])) {
      try flow.solve(initial: Tensor(repeating: 1, shape: [3, 8]))
    }
    var state = Tensor(repeating: 1, shape: [3, 16])
    state[1, 5] = 0
    #expect(throws: SolverError.unphysicalState(variable: "pressure", value: 0)) {
      try flow.solve(initial: state)
    }
    state[1, 5] = 1
    state[2, 3] = .infinity
    #expect(throws: SolverError.unphysicalState(variable: "Vx", value: .infinity)) {
      try flow.solve(initial: state)
    }
  }

  @Test func aFlowThatBlowsUpIsAnErrorValue() throws {
    let configuration = Configuration(resolution: [16, 16], finalTime: 1e-20, saveInterval: 1e-20)
    var state = Tensor(repeating: 1, shape: configuration.stateShape)
    // The kinetic energy is beyond what a 32-bit float holds.
    for row in 0..<16 { state[2, row, 3] = 1e20 }
    let error = #expect(throws: SolverError.self) {
      try CompressibleFlow(configuration).solve(initial: state)
    }
    guard case .diverged = error else {
      Issue.record("expected divergence, got \(String(describing: error))")
      return
    }
    #expect(error?.fault == .run)
  }

  @Test func framesAndCoordinatesAreThoseOfTheConfiguration() throws {
    let configuration = Configuration(resolution: [8, 16], finalTime: 0.3, saveInterval: 0.1)
    #expect(configuration.frameCount == 4)
    #expect(configuration.times.count == 4)
    #expect(configuration.coordinates[1][0] == 1.0 / 32)
    let initial = InvariantTests.initial(configuration)
    let frames = try CompressibleFlow(configuration).solve(initial: initial).frames
    #expect(frames.shape == [4, 4, 8, 16])
    #expect(frames.elements.prefix(initial.count).elementsEqual(initial.elements))
  }
}
