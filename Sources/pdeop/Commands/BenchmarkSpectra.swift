import ArgumentParser
import Foundation
import Performance
import TempBalance
import TensorCore
import Training
import WeightAnalysis

struct BenchmarkSpectra: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spectra",
    abstract: "Time the analysis of a model's layers: what TempBalance adds to an epoch.",
    discussion: """
      All layers are read first. One analysis computes the spectrum, power-law fit and scores of every layer. The time is \
      the median, after one warm-up.
      """)

  @Option(help: "A file of weights: safetensors or PyTorch's.") var checkpoint: String
  @OptionGroup var options: AnalysisOptions
  @Option(parsing: .unconditional, help: "Number of timed analyses.") var repeats = 9
  @Flag(help: "Print one JSON object on standard output.") var json = false

  func validate() throws {
    try RepeatCount.check(["repeats": repeats])
  }

  func run() throws {
    try WorkerPool.withThreads(options.threads) { try measure() }
  }

  private func measure() throws {
    let archive = try WeightArchive(reading: checkpoint, knownOrder: Checkpoint.parameterNames(in:))
    let weights = try options.analysis(of: archive).weights()
    var layers = try options.analyzer.analyze(weights)
    var seconds: [Double] = []
    let clock = ContinuousClock()
    for _ in 0..<repeats {
      seconds.append(try clock.measure { layers = try options.analyzer.analyze(weights) }.seconds)
    }
    let result = Result(
      threads: WorkerPool.threads, eigenvalues: layers.reduce(0) { $0 + $1.spectrum.eigenvalues.count },
      seconds: seconds.upperMedian, allSeconds: seconds,
      alpha: Dictionary(layers.map { ($0.name, $0.alpha) }, uniquingKeysWith: { first, _ in first }))
    if json { return try Console.printJSON(result) }
    let range = [seconds.min(), seconds.max()].map { String(format: "%.3f", 1000 * ($0 ?? 0)) }
    try Console.print(
      "\(layers.count) layers, \(result.eigenvalues) eigenvalues, \(result.threads) threads\n"
        + "one analysis  \(String(format: "%.3f", 1000 * result.seconds)) ms  "
        + "(\(range[0]) to \(range[1]) ms, \(repeats) analyses)")
  }

  private struct Result: Encodable {
    let threads, eigenvalues: Int
    let seconds: Double
    let allSeconds: [Double]
    let alpha: [String: Double?]

    private enum CodingKeys: String, CodingKey {
      case threads, eigenvalues, seconds, alpha
      case allSeconds = "seconds_all"
    }
  }
}
