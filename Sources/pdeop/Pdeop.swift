import ArgumentParser

@main
struct Pdeop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pdeop",
    abstract: "Neural operators for PDE data, on a CPU.",
    subcommands: [Benchmark.self])
}
