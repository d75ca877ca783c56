import ArgumentParser
import DataGeneration
import PDESolvers
import SystemFiles

/// Options for the grid and the frames of a solution on [0, 1] or its square.
struct GridOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Cells along each axis (default: PDEBench's; 128 in 2D).")
  var resolution: Int?

  @Option(parsing: .unconditional, help: "The time of the last frame (default: PDEBench's).")
  var finalTime: Double?

  @Option(
    parsing: .unconditional,
    help: "The time between two frames (default: PDEBench's; incompressible2d: 0.25).")
  var saveInterval: Double?

  func grid(resolution cells: Int, finalTime end: Double, saveInterval step: Double) throws(SolverError)
    -> LineGrid
  {
    try LineGrid(
      resolution: resolution ?? cells, finalTime: finalTime ?? end, saveInterval: saveInterval ?? step)
  }
}

/// The waves that a solution starts from.
struct WaveOptions: ParsableArguments {
  @Option(
    name: .customLong("init"),
    help: """
      The initial states: waves-released as in PDEBench's files (wavenumbers 1 to 4, drawn twice with repetition; those not \
      drawn leave a constant); waves-paper as in its paper (two waves of wavenumbers 1 to 8).
      """)
  var waves: RandomWaves.Kind = .released
}

/// A command that generates samples of one equation.
protocol EquationCommand: RunsOnRanks, SaysMessages {
  associatedtype Solver
  var generation: GenerationOptions { get }

  /// The solver of the equation with the given parameters.
  func solver() throws(SolverError) -> Solver
}

extension EquationCommand {
  var threadsOfRank: Int? { generation.threads }
  var messages: MessageOptions { generation.messages }

  /// Rejects bad parameters as wrong usage before anything is done.
  func validate() throws {
    try generation.check()
    do {
      _ = try solver()
    } catch {
      throw ValidationError(error.description)
    }
  }
}

extension Generate {
  /// Waves that are carried along.
  struct Advection: EquationCommand {
    static let configuration = CommandConfiguration(
      commandName: "advection1d", abstract: "Linear advection on a periodic line: exact solutions.",
      discussion: "∂u/∂t + β·∂u/∂x = 0 on [0, 1], from random waves, as in PDEBench's advection files.")

    @Option(parsing: .unconditional, help: "The velocity β.") var beta = 1.0
    @OptionGroup var initial: WaveOptions
    @OptionGroup var grid: GridOptions
    @OptionGroup var generation: GenerationOptions

    func run() throws {
      try generation.generate(
        AdvectionSource(solver(), waves: initial.waves, seed: generation.seed),
        name: "1D_Advection_Sols_beta\(beta).hdf5")
    }

    func solver() throws(SolverError) -> LinearAdvection {
      try LinearAdvection(
        velocity: beta, grid: grid.grid(resolution: 1024, finalTime: 2, saveInterval: 0.01))
    }
  }

  /// Waves that steepen into fronts.
  struct Burgers: EquationCommand {
    static let configuration = CommandConfiguration(
      commandName: "burgers1d", abstract: "Burgers' equation on a periodic line.",
      discussion:
        "∂u/∂t + ∂(u²/2)/∂x = (ν/π)·∂²u/∂x² on [0, 1], from random waves, as in PDEBench's Burgers files."
    )

    @Option(parsing: .unconditional, help: "The viscosity ν, π times the diffusivity.") var nu = 0.01
    @OptionGroup var initial: WaveOptions
    @OptionGroup var grid: GridOptions
    @OptionGroup var generation: GenerationOptions

    func run() throws {
      try generation.generate(
        BurgersSource(solver(), waves: initial.waves, seed: generation.seed),
        name: "1D_Burgers_Sols_Nu\(nu).hdf5")
    }

    func solver() throws(SolverError) -> BurgersFlow {
      try BurgersFlow(viscosity: nu, grid: grid.grid(resolution: 1024, finalTime: 2, saveInterval: 0.01))
    }
  }

  /// Pressures in porous squares.
  struct Darcy: EquationCommand {
    static let configuration = CommandConfiguration(
      commandName: "darcy2d", abstract: "Darcy flow: steady pressure in random porous squares.",
      discussion: """
        −∇·(ν∇u) = β on [0, 1]², u = 0 at its ends, ν random, 1 or 0.1, as in PDEBench's Darcy files. Train on it with \
        --initial-steps 1: the coefficient is the first frame, the pressure the second.
        """)

    @Option(parsing: .unconditional, help: "The source β.") var beta = 1.0
    @Option(parsing: .unconditional, help: "Cells along each axis.") var resolution = 128
    @OptionGroup var generation: GenerationOptions

    func run() throws {
      try generation.generate(
        DarcySource(solver(), seed: generation.seed), name: "2D_DarcyFlow_beta\(beta)_Train.hdf5")
    }

    func solver() throws(SolverError) -> DarcyFlow {
      try DarcyFlow(source: beta, resolution: resolution)
    }
  }

  /// Incompressible flows.
  struct Incompressible: EquationCommand {
    static let configuration = CommandConfiguration(
      commandName: "incompressible2d", abstract: "Incompressible flow under random forcing, with a tracer.",
      discussion: """
        The layout is that of PDEBench's files, whose flows are between walls (512 cells, 1,000 frames to t = 5); these \
        are periodic.
        """)

    @Option(parsing: .unconditional, help: "The kinematic viscosity ν.") var nu = 0.01
    @OptionGroup var grid: GridOptions
    @OptionGroup var generation: GenerationOptions

    func run() throws {
      let solver = try solver()
      try generation.generate(
        IncompressibleSource(solver, seed: generation.seed),
        name: "ns_incom_2d_periodic_\(solver.grid.resolution)-\(generation.firstSample).h5")
    }

    func solver() throws(SolverError) -> IncompressibleFlow {
      try IncompressibleFlow(
        viscosity: nu, grid: grid.grid(resolution: 128, finalTime: 5, saveInterval: 0.25))
    }
  }
}
