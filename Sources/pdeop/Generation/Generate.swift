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
  struct Line: FlowCommand {
    static let dimensions = 1
    @OptionGroup var options: FlowOptions
  }

  /// Flows in two dimensions.
  struct Plane: FlowCommand {
    static let dimensions = 2
    @OptionGroup var options: FlowOptions
  }

  /// Flows in three dimensions.
  struct Volume: FlowCommand {
    static let dimensions = 3
    @OptionGroup var options: FlowOptions
  }
}

/// A command that makes compressible flows.
protocol FlowCommand: ReadsDataFiles, RunsOnRanks, SaysMessages {
  static var dimensions: Int { get }
  var options: FlowOptions { get }
}

extension FlowCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "cfd\(dimensions)d", abstract: "Compressible flows in \(dimensions)D.",
      discussion: FlowOptions.discussion(dimensions: dimensions))
  }

  var dataFiles: DataFileOptions { options.dataFiles }
  var threadsOfRank: Int? { options.generation.threads }
  var messages: MessageOptions { options.generation.messages }

  func validate() throws { try options.check(dimensions: Self.dimensions) }
  func run() throws { try options.generate(dimensions: Self.dimensions) }
}
