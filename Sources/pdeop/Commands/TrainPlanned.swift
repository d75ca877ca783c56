import ArgumentParser
import Glibc
import Studies

/// A run of a benchmark, in the process that the benchmark starts for it.
struct TrainPlanned: ParsableCommand, ReadsDataFiles {
  static let configuration = CommandConfiguration(
    commandName: "train-planned", abstract: "Train one run of a benchmark.", shouldDisplay: false)

  @Argument(help: "The run's folder.") var folder: String
  @Option(help: "Threads.") var threads = 1
  @OptionGroup var dataFiles: DataFileOptions

  /// The arguments that train a run folder with a number of threads.
  static func arguments(_ folder: String, threads: Int, allowsExternal: Bool) -> [String] {
    ["benchmark", "train-planned", folder, "--threads", "\(threads)"]
      + (allowsExternal ? ["--allow-external"] : [])
  }

  func run() throws {
    Interruption.watch(endsAtSecond: false)
    let parent = getppid()
    // Save and exit if the benchmark's process is gone.
    let isDone = try PlannedTraining.run(folder, threads: threads) {
      Interruption.isRequested || getppid() != parent
    }
    if !isDone { throw ExitCode(BenchmarkRunner.interrupted) }
  }
}
