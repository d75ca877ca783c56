import ArgumentParser

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast this machine trains.",
    subcommands: [BenchmarkSpeed.self, BenchmarkConvolutions.self])
}
