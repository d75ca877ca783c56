import ArgumentParser

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast this machine trains and analyzes.",
    subcommands: [BenchmarkSpeed.self, BenchmarkSpectra.self, BenchmarkConvolutions.self])
}
