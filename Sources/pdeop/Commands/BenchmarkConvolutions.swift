import ArgumentParser
import NeuralOperators
import Performance
import Reporting
import TensorCore

struct BenchmarkConvolutions: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convolutions",
    abstract: "Time the convolution algorithms at the sizes of a U-Net's levels.",
    discussion: """
      Three-wide kernels, from the finest level to the coarsest. Times are medians in \
      milliseconds. A star marks the method that the layer uses; it is chosen from the sizes alone.
      """)

  @Option(parsing: .unconditional, help: "Spatial dimensions, 1 to 3.") var dimensions = 2
  @Option(parsing: .unconditional, help: "Points along each axis of the finest level.") var resolution = 64
  @Option(parsing: .unconditional, help: "Channels of the finest level.") var initFeatures = 32
  @Option(parsing: .unconditional, help: "Samples in a batch.") var batchSize = 8
  @Option(parsing: .unconditional, help: "Number of timed calls.") var repeats = 9
  @Option(parsing: .unconditional, help: "Threads (default: all cores).") var threads: Int?
  @Flag(help: "Print one JSON object on standard output.") var json = false

  func validate() throws {
    guard (1...3).contains(dimensions) else {
      throw ValidationError("--dimensions must be 1, 2 or 3, got \(dimensions).")
    }
    let counts = [
      ("resolution", resolution), ("init-features", initFeatures), ("batch-size", batchSize),
      ("threads", threads ?? 1),
    ]
    for (name, count) in counts where count < 1 {
      throw ValidationError("--\(name) must be at least 1, got \(count).")
    }
    try RepeatCount.check(["repeats": repeats])
  }

  func run() throws {
    try WorkerPool.withThreads(threads) { try measure() }
  }

  private func measure() throws {
    let benchmark = ConvolutionBenchmark(
      shape: Array(repeating: resolution, count: dimensions), features: initFeatures, batchSize: batchSize)
    for level in benchmark.levels {
      try BatchMemory.require(
        benchmark.arrays(of: level), lowering: "--resolution, --init-features or --batch-size")
    }
    let levels = benchmark.levels.map {
      Level(shape: $0.shape, channels: $0.channels, methods: benchmark.measure($0, repeats: repeats))
    }
    let report = Report(batchSize: batchSize, threads: WorkerPool.threads, levels: levels)
    if json { try Console.printJSON(report) } else { try Console.print(report.table) }
  }

  private struct Level: Encodable {
    let shape: [Int]
    let channels: Int
    let methods: [ConvolutionBenchmark.Measurement]
  }

  private struct Report: Encodable {
    let batchSize: Int
    let threads: Int
    let levels: [Level]

    private enum CodingKeys: String, CodingKey {
      case threads, levels
      case batchSize = "batch_size"
    }

    var table: TextTable {
      var table = TextTable(
        ["points", "channels", "method", "output", "input gradient", "weight gradient"], words: [0, 2])
      for level in levels {
        for method in level.methods {
          let seconds = [
            method.outputSeconds, method.inputGradientSeconds, method.weightGradientSeconds,
          ]
          table.append(
            [
              level.shape.extents, "\(level.channels)",
              method.method + (method.isTaken ? " *" : ""),
            ] + seconds.map { formatted(1000 * $0) })
        }
      }
      return table
    }
  }
}
