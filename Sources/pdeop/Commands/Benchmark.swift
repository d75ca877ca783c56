import ArgumentParser

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast this machine trains and solves, and how well it agrees.",
    subcommands: [BenchmarkSpeed.self, BenchmarkSolver.self, BenchmarkAgreement.self])
}
