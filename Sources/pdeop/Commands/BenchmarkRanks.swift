import ArgumentParser
import Foundation
import MessagePassing
import Performance
import TensorCore
import Training

struct BenchmarkRanks: RunsOnRanks {
  static let configuration = CommandConfiguration(
    commandName: "ranks",
    abstract: "Time training steps of a batch in parts that MPI ranks share, and count what they send.",
    discussion: """
        mpirun -n 2 pdeop benchmark ranks --threads 1 --parts 4

      A step is that of pdeop benchmark speed. Times are medians after one warm-up step. Without mpirun there is one rank.
      """)

  @OptionGroup var training: SyntheticTraining
  @Option(parsing: .unconditional, help: "Parts of a batch.") var parts = 8
  @Option(parsing: .unconditional, help: "Number of timed steps.") var repeats = 5
  @Flag(help: "Print one JSON object on standard output.") var json = false

  var threadsOfRank: Int? { Self.threads(in: training.options.given) }

  func validate() throws {
    try RepeatCount.check(["repeats": repeats])
    guard parts > 0 else { throw ValidationError("--parts must be at least 1, got \(parts).") }
  }

  func run() throws {
    let configuration = try training.configuration()
    let (samples, ranks) = (configuration.data.batchSize, RankGroup.current.size)
    guard (ranks...max(samples, ranks)).contains(parts), parts <= samples else {
      throw ValidationError(
        "--parts must be from \(ranks), the number of ranks, to \(samples), the number of samples, got \(parts)."
      )
    }
    let benchmark = try training.benchmark(configuration)
    let result = try WorkerPool.withThreads(configuration.run.threads) {
      try RankBenchmark(benchmark, parts: parts).run(repeats: repeats)
    }
    if json { return try Console.printJSON(result) }
    func milliseconds(_ seconds: Double) -> String { String(format: "%.2f ms", 1000 * seconds) }
    try Console.print(
      """
      \(result.ranks) ranks × \(result.threads) threads, \(samples) samples in \(parts) parts
      training step  \(milliseconds(result.stepSeconds))
        exchange     \(milliseconds(result.exchangeSeconds)), \(result.messages) messages and \(result.bytes) bytes from rank 0
        update       \(milliseconds(result.updateSeconds))
      gradients      \(result.gradientBytes) bytes
      """)
    if let latency = result.latency, let bandwidth = result.bandwidth {
      try Console.print(
        "between ranks  \(String(format: "%.1f µs, %.2f GB/s", 1e6 * latency, bandwidth / 1e9))")
    }
  }
}
