import ArgumentParser
import DataGeneration
import Foundation
import TensorCore
import Training

/// Options of all commands that generate data sets.
struct GenerationOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Number of samples.")
  var samples: Int?

  @Option(
    parsing: .unconditional,
    help: "Number of the first sample, so that several machines can generate parts of one data set.")
  var firstSample = 0

  @Option(
    name: .customLong("seed"), parsing: .unconditional, help: "The seed of the random states (default: 0).")
  private var givenSeed: UInt64?

  @Option(help: "The file to write (default: PDEBench's name for the settings).")
  var output: String?

  @Flag(help: "Overwrite an existing file.")
  var overwrite = false

  @Option(parsing: .unconditional, help: "Compression level of the fields, 0 (none) to 9.")
  var compression = 0

  @Option(parsing: .unconditional, help: "Threads (default: all cores).")
  var threads: Int?

  @Flag(help: "Print one JSON object on standard output, and everything else on standard error.")
  var json = false

  @OptionGroup var messages: MessageOptions

  var seed: UInt64 { givenSeed ?? 0 }
  var isSeedGiven: Bool { givenSeed != nil }

  /// Rejects values that cannot work before anything is done.
  ///
  /// - Parameter hasEnd: Whether the number of samples is known without being given.
  /// - Throws: What is wrong, as an error for the user.
  func check(hasEnd: Bool = false) throws {
    guard samples.map({ $0 > 0 }) ?? hasEnd else {
      throw ValidationError("--samples must be given, and be positive.")
    }
    guard firstSample >= 0, firstSample <= Int(UInt32.max) - (samples ?? 0) else {
      throw ValidationError("--first-sample must be from 0 to \(UInt32.max) minus the number of samples.")
    }
    if let output { try OutputName.require(output, for: .hdf5) }
    guard (0...9).contains(compression) else {
      throw ValidationError("--compression must be from 0 to 9, got \(compression).")
    }
    guard threads ?? 1 > 0 else { throw ValidationError("--threads must be positive.") }
  }

  /// Writes the file and prints a report.
  ///
  /// - Parameters:
  ///   - source: Where the samples come from.
  ///   - name: The default name of the file.
  /// - Throws: What prevents it, or the exit code of an interrupted command.
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
    let report = GenerationReport(data, outcome, seconds: (ContinuousClock.now - start).seconds)
    if json { try Console.printJSON(report) } else { try Console.print(report.summary) }
    if outcome.isInterrupted { throw Interruption.exitCode }
  }
}
