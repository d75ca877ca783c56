import ArgumentParser
import Performance
import Reporting
import SystemFiles
import TensorCore

struct BenchmarkAgreement: ParsableCommand, ReadsDataFiles {
  static let configuration = CommandConfiguration(
    commandName: "agreement",
    abstract: "Compare the solver with stored flows, starting from the same initial states.",
    discussion: """
      Every sample is recomputed from its first frame, on the file's grid and with its parameters. The error is \
      the relative L2 error over samples, points and all frames after the first.
      """)

  @Argument(help: "Files of compressible flows in PDEBench's layout.")
  var files: [String]

  @OptionGroup var dataFiles: DataFileOptions

  @Option(parsing: .unconditional, help: "Also report the error over this many frames after the first.")
  var earlyFrames = 5

  @Option(parsing: .unconditional, help: "Threads (default: all cores).") var threads: Int?

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws {
    guard earlyFrames > 0, threads ?? 1 > 0 else {
      throw ValidationError("--early-frames and --threads must be positive.")
    }
  }

  func run() throws {
    try WorkerPool.withThreads(threads) { try measure() }
  }

  private func measure() throws {
    let results = try files.map { try SolverAgreement(with: $0, earlyFrames: earlyFrames) }
    if json {
      try Console.printJSON(["files": results])
      return
    }
    var table = TextTable(
      ["file", "variable", "first \(earlyFrames) frames", "all frames", "samples × frames"], words: [0, 1])
    for result in results {
      for (index, variable) in result.variables.enumerated() {
        table.append([
          FilePath.name(of: result.file), variable,
          formatted(result.earlyError[index], digits: 2), formatted(result.relativeError[index], digits: 2),
          "\(result.samples) × \(result.frames)",
        ])
      }
    }
    try Console.print(table)
  }
}
