public import ArgumentParser
import DataGeneration
public import PDESolvers
import SystemFiles

/// Options of the commands that generate flows.
struct FlowOptions: ParsableArguments {
  @OptionGroup var generation: GenerationOptions
  @OptionGroup var dataFiles: DataFileOptions

  @Option(help: "Start from the settings of a published file; other options override them.")
  var preset: String?

  @Option(help: "Cells along the axes: N, or NxN, NxNxN.")
  var resolution: Resolution?

  @Option(name: .customLong("init"), help: "The kind of initial states.")
  var initialState: InitialState?

  @Option(
    help: """
      Start from the first frame of each sample in this file, or of as many as --samples says, with its grid and frame times.
      """)
  var initialFrom: String?

  @Option(parsing: .unconditional, help: "Kinematic shear viscosity.")
  var eta: Double?

  @Option(parsing: .unconditional, help: "Kinematic bulk viscosity.")
  var zeta: Double?

  @Option(parsing: .unconditional, help: "Mach number of the initial states, in 2D and 3D.")
  var mach: Double?

  @Option(parsing: .unconditional, help: "Ratio of specific heats.")
  var gamma: Double?

  @Option(
    help: """
      The viscous stress: pdebench as in PDEBench's data, without the transposed gradient, so that vortices decay 1.67 times \
      too fast at eta = zeta; newtonian in full. In 1D they are the same. (default: pdebench, or the file's)
      """)
  var stress: CompressibleFlow.Stress?

  @Option(help: "Boundary conditions.")
  var boundary: CompressibleFlow.Boundary?

  @Option(parsing: .unconditional, help: "The time of the last frame.")
  var finalTime: Double?

  @Option(parsing: .unconditional, help: "The time between two frames.")
  var saveInterval: Double?

  @Option(
    help: """
      When ghost cells of PDEBench's viscous terms are updated: per-substep as in PDEBench's data; per-axis \
      conserves momentum and energy to rounding. Has no effect with --stress newtonian, which conserves them anyway. \
      (default: per-substep, or the file's)
      """)
  var ghostUpdate: CompressibleFlow.GhostUpdate?

  static func discussion(dimensions: Int) -> String {
    let presets = FlowPreset.all.filter { $0.configuration.dimensions == dimensions }.map(\.name)
    let states = InitialState.allCases.filter { $0.dimensions.contains(dimensions) }.map(\.rawValue)
    let conserved =
      dimensions == 1
      ? "mass, momentum and energy are conserved to rounding."
      : """
      mass is conserved to rounding, and so are momentum and energy without viscosity, with --stress newtonian and with \
      --ghost-update per-axis; with per-substep momentum is to about 1e-5, energy to about 1e-5 at M = 0.1 and 1e-3 at M = 1.
      """
    return """
      Initial states: \(states.joined(separator: ", ")).
      Presets: \(presets.joined(separator: ", ")). The default is the first.

      With periodic boundaries \(conserved) A pressure below 1e-8 is raised to 1e-4, which adds energy: the file's \
      data set floored_cells counts how often that happened in each sample. Outgoing boundaries conserve \
      none of them.
      """
  }

  /// Rejects values that cannot work before anything is done.
  func check(dimensions: Int) throws {
    try generation.check(hasEnd: initialFrom != nil)
    if initialFrom != nil {
      guard generation.output != nil else {
        throw ValidationError("--initial-from needs an --output to write to.")
      }
      let given = [
        ("--preset", preset != nil), ("--resolution", resolution != nil), ("--init", initialState != nil),
        ("--mach", mach != nil), ("--seed", generation.isSeedGiven),
      ]
      if let (name, _) = given.first(where: \.1) {
        throw ValidationError(
          "--initial-from takes initial states and grid from the file; leave out \(name).")
      }
    } else {
      if mach != nil, !InitialState.hasMachNumber(dimensions: dimensions) {
        throw ValidationError("Initial states in 1D have no Mach number; leave out --mach.")
      }
      do {
        _ = try randomFlow(dimensions: dimensions)
      } catch let error as SolverError {
        throw ValidationError(error.description)
      }
    }
  }

  /// The flows that the options describe, from random initial states.
  func randomFlow(dimensions: Int) throws -> RandomFlow {
    let base = try base(dimensions: dimensions)
    let state = initialState ?? base.initialState
    var configuration = base.configuration
    if let resolution { configuration.resolution = try resolution.axes(dimensions) }
    // A jump at a periodic end would be a second shock tube.
    if state == .shock { configuration.boundary = .outgoing }
    changes.apply(to: &configuration)
    return try RandomFlow(
      flow: CompressibleFlow(configuration), initialState: state, machNumber: mach ?? base.machNumber,
      seed: generation.seed)
  }

  /// What the options say other than a preset or a file.
  var changes: FlowChanges {
    var changes = FlowChanges()
    changes.shearViscosity = eta
    changes.bulkViscosity = zeta
    changes.heatCapacityRatio = gamma
    changes.stress = stress
    changes.boundary = boundary
    changes.ghostUpdate = ghostUpdate
    changes.finalTime = finalTime
    changes.saveInterval = saveInterval
    return changes
  }

  private func base(dimensions: Int) throws -> FlowPreset {
    let presets = FlowPreset.all.filter { $0.configuration.dimensions == dimensions }
    guard let preset else { return presets[0] }
    guard let chosen = FlowPreset.named(preset), chosen.configuration.dimensions == dimensions else {
      throw ValidationError(
        "There is no preset '\(preset)' in \(dimensions)D; choose \(presets.map(\.name).joined(separator: ", "))."
      )
    }
    return chosen
  }

  /// PDEBench's name if the settings are those of a published file, else one in its style.
  func fileName(_ flows: RandomFlow) -> String {
    let configuration = flows.flow.configuration
    let published = FlowPreset.all.first {
      $0.configuration == configuration && $0.initialState == flows.initialState
        && (configuration.dimensions == 1 || $0.machNumber == flows.machNumber)
    }
    return published?.fileName
      ?? FlowFileName.make(configuration, flows.initialState, machNumber: flows.machNumber)
  }
}

/// A number of cells for all axes or for each.
struct Resolution: ExpressibleByArgument, Sendable {
  let numbers: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard !parts.contains(nil) else { return nil }
    numbers = parts.compactMap { $0 }
  }

  func axes(_ dimensions: Int) throws -> [Int] {
    if numbers.count == 1 { return Array(repeating: numbers[0], count: dimensions) }
    guard numbers.count == dimensions else {
      throw ValidationError(
        "--resolution gives \(numbers.count) axes for a flow in \(dimensions)D; give one number, or one per axis."
      )
    }
    return numbers
  }
}

extension InitialState: ExpressibleByArgument {}
extension RandomWaves.Kind: ExpressibleByArgument {}
extension CompressibleFlow.Stress: ExpressibleByArgument {}
extension CompressibleFlow.Boundary: ExpressibleByArgument {}
extension CompressibleFlow.GhostUpdate: ExpressibleByArgument {}
