import ArgumentParser

/// Generates data sets.
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Generate data sets in PDEBench's format.",
    discussion: """
      Samples start from random initial states, or from those in a file. A sample depends only on the seed and its \
      number. Finished samples are written to .NAME.partial first: if the command is stopped or killed, run it again to \
      continue. After Ctrl-C the file holds the finished samples.
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
