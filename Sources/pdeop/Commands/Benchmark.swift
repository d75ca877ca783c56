import ArgumentParser

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Compare methods at several ratios of training samples, and measure how fast this machine trains.",
    subcommands: [BenchmarkRatios.self, BenchmarkTable.self, BenchmarkSpeed.self, TrainPlanned.self])
}
