import ArgumentParser

/// Makes data sets of its own.
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make data sets in PDEBench's format.",
    discussion: """
      Samples are computed from random states, or from those of a file. A sample depends on the seed and its number \
      alone. Samples are written as they finish, to .NAME.partial at first: whatever ends the command, the same \
      command then goes on from there. After Ctrl-C the file holds the samples that are finished.
      """,
    subcommands: [
      Line.self, Plane.self, Volume.self, Advection.self, Burgers.self, Darcy.self, Incompressible.self,
      Merge.self,
    ])

  /// Flows in one dimension.
  struct Line: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cfd1d", abstract: "Compressible flows in 1D.",
      discussion: FlowOptions.discussion(dimensions: 1))
    @OptionGroup var options: FlowOptions
    func validate() throws { try options.check(dimensions: 1) }
    func run() throws { try options.generate(dimensions: 1) }
  }

  /// Flows in two dimensions.
  struct Plane: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cfd2d", abstract: "Compressible flows in 2D.",
      discussion: FlowOptions.discussion(dimensions: 2))
    @OptionGroup var options: FlowOptions
    func validate() throws { try options.check(dimensions: 2) }
    func run() throws { try options.generate(dimensions: 2) }
  }

  /// Flows in three dimensions.
  struct Volume: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cfd3d", abstract: "Compressible flows in 3D.",
      discussion: FlowOptions.discussion(dimensions: 3))
    @OptionGroup var options: FlowOptions
    func validate() throws { try options.check(dimensions: 3) }
    func run() throws { try options.generate(dimensions: 3) }
  }
}
