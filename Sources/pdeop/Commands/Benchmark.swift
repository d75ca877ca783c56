import ArgumentParser

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast this machine trains, analyzes and solves.",
    subcommands: [
      BenchmarkSpeed.self, BenchmarkSpectra.self, BenchmarkConvolutions.self, BenchmarkSolver.self,
      BenchmarkAgreement.self,
    ])
}
