import ArgumentParser

@main
struct SpectralExamples: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spectral-examples",
    abstract:
      "PDE solvers built from the spectral layers' operators, held against what is known in closed form.",
    subcommands: [Burgers.self, NavierStokes.self])
}
