public import TensorCore

/// Random initial states of a compressible flow, as in PDEBench's CFD data sets.
///
/// | State | In | What |
/// |---|---|---|
/// | `rand` | 1D | density, pressure, velocity: waves of one or two wavelengths each, some seen through a window |
/// | `rand` | 2D, 3D | waves up to wavenumber 4 around a uniform density and temperature, with a given Mach number |
/// | `rand-equal` | 2D, 3D | the same, but waves of equal wavelength are equally high |
/// | `shock` | 1D | two constant values of each variable, each with a jump of its own |
/// | `turbulence` | 2D, 3D | a divergence-free velocity of mean size 1, uniform density and pressure |
/// | `shear` | 2D | two streams side by side with rippled layers between them: they roll up |
///
/// All lengths are dimensionless; a state that is not physical (which few are) is refused by the solver, and another
/// attempt gives another state.
///
/// Source: Takamoto et al., *PDEBench*, arXiv:2210.07182, appendix D.5, and the published data themselves; `shear` is in
/// the manner of McNally, Lyra, Passy, *A Well-posed Kelvin-Helmholtz Instability Test*, ApJS 201 (2012) 18.
public enum InitialState: String, CaseIterable, Sendable {
  /// Random waves, as in the released data.
  case rand
  /// Random waves whose amplitudes follow from their wavenumbers alone.
  case randEqual = "rand-equal"
  /// Random jumps.
  case shock
  /// A random divergence-free velocity.
  case turbulence
  /// A double shear layer.
  case shear

  /// The numbers of dimensions in which the state exists.
  public var dimensions: ClosedRange<Int> {
    switch self {
    case .rand: 1...3
    case .shock: 1...1
    case .randEqual, .turbulence: 2...3
    case .shear: 2...2
    }
  }

  /// Whether the state has a Mach number to choose: all do but those in 1D.
  public static func hasMachNumber(dimensions: Int) -> Bool { dimensions > 1 }

  /// Refuses what does not exist.
  func check(dimensions: Int, machNumber: Double) throws(SolverError) {
    guard self.dimensions.contains(dimensions) else {
      throw .unsupportedInitialState(
        rawValue, dimensions: dimensions,
        supported: Self.allCases.filter { $0.dimensions.contains(dimensions) }.map(\.rawValue))
    }
    guard !Self.hasMachNumber(dimensions: dimensions) || (machNumber > 0 && machNumber <= 100_000)
    else {
      throw .outOfRange(quantity: "Mach number", value: machNumber, allowed: "positive and at most 100,000")
    }
  }

  /// The state of one sample, which depends on the arguments alone: not on other samples, nor on threads.
  ///
  /// - Parameters:
  ///   - configuration: The grid and the ratio of specific heats.
  ///   - machNumber: The ratio of the mean speed to that of sound; not used in 1D.
  ///   - seed: The seed of the data set.
  ///   - sample: The number of the sample.
  ///   - attempt: Zero, or how often the sample's flow has failed before.
  /// - Returns: Density, pressure and the velocity components: `[variable, x(, y(, z))]`.
  /// - Throws: ``SolverError`` if the configuration cannot work, the state does not exist in its number of
  ///   dimensions, or the Mach number is not positive.
  public func make(
    for configuration: CompressibleFlow.Configuration, machNumber: Double, seed: UInt64, sample: Int,
    attempt: Int = 0
  ) throws(SolverError) -> Tensor {
    try configuration.validate()
    try check(dimensions: configuration.dimensions, machNumber: machNumber)
    var generator = CounterGenerator(seed: seed, purpose: .initialState, epoch: attempt, index: sample)
    let fields: [[Double]] =
      switch (self, configuration.dimensions) {
      case (.rand, 1): Self.randomLine(configuration, &generator)
      case (.rand, _): Self.randomWaves(configuration, machNumber, amplitudesVary: true, &generator)
      case (.randEqual, _): Self.randomWaves(configuration, machNumber, amplitudesVary: false, &generator)
      case (.shock, _): Self.randomJumps(configuration, &generator)
      case (.turbulence, _): Self.turbulence(configuration, machNumber, &generator)
      case (.shear, _): Self.shearLayers(configuration, machNumber, &generator)
      }
    return Tensor(fields.joined().map { Float($0) }, shape: configuration.stateShape)
  }
}

extension CounterGenerator {
  /// A number uniform in an interval.
  mutating func uniform(_ interval: ClosedRange<Double>) -> Double {
    interval.lowerBound + uniformDouble() * (interval.upperBound - interval.lowerBound)
  }

  /// Whether an event of the given probability happens.
  mutating func happens(_ probability: Double) -> Bool { uniformDouble() < probability }
}
