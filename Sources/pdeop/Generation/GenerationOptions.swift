import ArgumentParser
import DataGeneration
import Foundation
import TensorCore

/// What all commands that make data sets let a person choose.
struct GenerationOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "How many samples to make; where they start from a file, all of the file's unless given.")
  var samples: Int?

  @Option(
    parsing: .unconditional,
    help: "The number of the first sample: with it, several machines can make the parts of one set.")
  var firstSample = 0

  @Option(help: "The seed of the random states.")
  var seed: UInt64 = 0

  @Option(help: "The file to write; PDEBench's name for the settings unless given.")
  var output: String?

  @Flag(help: "Replace a file that is there.")
  var overwrite = false

  @Option(parsing: .unconditional, help: "How hard to compress the fields, 0 (not at all) to 9.")
  var compression = 0

  @Option(parsing: .unconditional, help: "Threads; all cores unless given.")
  var threads: Int?

  @Flag(help: "Print one JSON object on standard output, and everything else on standard error.")
  var json = false

  /// Refuses values that cannot work, before anything is done.
  ///
  /// - Parameter hasEnd: Whether the number of samples is known without being given.
  /// - Throws: What is wrong, for the person at the terminal.
  func check(hasEnd: Bool = false) throws {
    guard samples.map({ $0 > 0 }) ?? hasEnd else {
      throw ValidationError("--samples must be given, and be positive.")
    }
    guard firstSample >= 0, firstSample <= Int(UInt32.max) - (samples ?? 0) else {
      throw ValidationError("--first-sample must lie between 0 and \(UInt32.max) less the number of samples.")
    }
    guard (0...9).contains(compression) else {
      throw ValidationError("--compression must lie between 0 and 9, got \(compression).")
    }
    guard threads ?? 1 > 0 else { throw ValidationError("--threads must be positive.") }
  }

  /// Makes the file and says what was made.
  ///
  /// - Parameters:
  ///   - source: Where the samples come from.
  ///   - name: The name of the file, if none was given.
  /// - Throws: What keeps it from being made, or the exit code of an interrupted command.
  func generate(_ source: any SampleSource, name: String) throws {
    try WorkerPool.withThreads(threads) { try make(source, name: name) }
  }

  private func make(_ source: any SampleSource, name: String) throws {
    let data = try GeneratedDataSet(
      source: source, path: output ?? name, firstSample: firstSample, count: samples,
      compression: compression,
      overwrites: overwrite)
    Interruption.watch()
    let progress = CountProgress()
    let start = ContinuousClock.now
    let outcome = try data.make(isInterrupted: { Interruption.isRequested }) { outcome in
      progress.show(outcome.samples, of: data.count, "samples", since: outcome.continued)
    }
    progress.clear()
    let report = GenerationReport(data, outcome, seconds: (ContinuousClock.now - start) / .seconds(1))
    if json { try Console.printJSON(report) } else { try Console.print(report.summary) }
    if outcome.isInterrupted { throw Interruption.exitCode }
  }
}
