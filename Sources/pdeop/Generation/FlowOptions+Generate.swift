import ArgumentParser
import DataGeneration
import Foundation
import PDESolvers
import TensorCore

extension FlowOptions {
  /// Makes the file and says what was made.
  func generate(dimensions: Int) throws {
    if let threads { WorkerPool.threads = threads }
    let data = try dataSet(dimensions: dimensions)
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

  /// The file to make.
  private func dataSet(dimensions: Int) throws -> FlowDataSet {
    let source: FlowSource
    let name: String
    if let initialFrom, let output {
      source = try FlowSource(startingFrom: initialFrom, dimensions: dimensions, change: apply)
      name = output
    } else {
      let flows = try randomFlow(dimensions: dimensions)
      source = .random(flows)
      name = output ?? fileName(flows)
    }
    return try FlowDataSet(
      source: source, path: name, firstSample: firstSample, count: samples, compression: compression,
      overwrites: overwrite)
  }
}

/// What `generate` says in the end.
struct GenerationReport: Encodable {
  let output: String
  let samples: Int
  let requestedSamples: Int
  let firstSample: Int
  let newSamples: Int
  let redone: Int
  let isInterrupted: Bool
  let resolution: [Int]
  let frames: Int
  let eta: Double
  let zeta: Double
  let boundary: String
  let threads: Int
  let seconds: Double
  let secondsPerSample: Double
  let cellUpdatesPerSecond: Double

  private enum CodingKeys: String, CodingKey {
    case output, samples, redone, resolution, frames, eta, zeta, boundary, threads, seconds
    case requestedSamples = "requested_samples"
    case firstSample = "first_sample"
    case newSamples = "new_samples"
    case isInterrupted = "interrupted"
    case secondsPerSample = "seconds_per_sample"
    case cellUpdatesPerSecond = "cell_updates_per_second"
  }

  init(_ data: FlowDataSet, _ outcome: FlowDataSet.Outcome, seconds: Double) {
    let configuration = data.source.flow.configuration
    output = data.path
    samples = outcome.samples
    requestedSamples = data.count
    firstSample = data.firstSample
    newSamples = outcome.samples - outcome.continued
    redone = outcome.redone
    isInterrupted = outcome.isInterrupted
    resolution = configuration.resolution
    frames = configuration.frameCount
    eta = configuration.shearViscosity
    zeta = configuration.bulkViscosity
    boundary = configuration.boundary.rawValue
    threads = WorkerPool.threads
    self.seconds = seconds
    secondsPerSample = newSamples > 0 ? seconds / Double(newSamples) : 0
    cellUpdatesPerSecond = seconds > 0 ? Double(outcome.cellUpdates) / seconds : 0
  }

  /// What was made, for people.
  var summary: String {
    guard samples > 0 else { return "Interrupted before the first sample: nothing was written." }
    guard newSamples > 0 || isInterrupted else { return "\(output) already holds these \(samples) samples." }
    let size = resolution.map(String.init).joined(separator: "×")
    var lines = [
      "\(output): \(samples) samples of \(frames) frames, \(size) cells.",
      String(
        format: "%d new in %.1f s, %.3g s each on %d threads, %.3g million cell updates a second.",
        newSamples, seconds,
        secondsPerSample, threads, cellUpdatesPerSecond / 1e6),
    ]
    if redone > 0 { lines.append("\(redone) initial states gave no finite flow and were replaced.") }
    if isInterrupted {
      lines.append(
        "Interrupted at \(samples) of \(requestedSamples) samples; the same command goes on from there.")
    }
    return lines.joined(separator: "\n")
  }
}
