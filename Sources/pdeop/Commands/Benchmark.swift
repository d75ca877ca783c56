import ArgumentParser

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Compare methods at several ratios of training samples; measure how fast this machine trains, analyzes and solves.",
    subcommands: [
      BenchmarkRatios.self, BenchmarkTable.self, BenchmarkSpeed.self, BenchmarkRanks.self,
      BenchmarkSpectra.self,
      BenchmarkConvolutions.self, BenchmarkProducts.self, BenchmarkTransforms.self, BenchmarkSolver.self,
      BenchmarkAgreement.self, TrainPlanned.self,
    ])
}
