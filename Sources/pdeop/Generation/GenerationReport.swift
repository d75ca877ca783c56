import DataGeneration
import Foundation
import HDF5
import PDEData
import TensorCore

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
  let parameters: [String: AttributeValue]
  let threads: Int
  let seconds: Double
  let secondsPerSample: Double
  let pointUpdatesPerSecond: Double

  private enum CodingKeys: String, CodingKey {
    case output, samples, redone, resolution, frames, parameters, threads, seconds
    case requestedSamples = "requested_samples"
    case firstSample = "first_sample"
    case newSamples = "new_samples"
    case isInterrupted = "interrupted"
    case secondsPerSample = "seconds_per_sample"
    case pointUpdatesPerSecond = "point_updates_per_second"
  }

  init(_ data: GeneratedDataSet, _ outcome: GeneratedDataSet.Outcome, seconds: Double) {
    let layout = data.source.layout
    output = data.path
    samples = outcome.samples
    requestedSamples = data.count
    firstSample = data.firstSample
    newSamples = outcome.samples - outcome.continued
    redone = outcome.redone
    isInterrupted = outcome.isInterrupted
    resolution = layout.spatialShape
    frames = layout.frames
    parameters = layout.attributes
    threads = WorkerPool.threads
    self.seconds = seconds
    secondsPerSample = newSamples > 0 ? seconds / Double(newSamples) : 0
    pointUpdatesPerSecond = seconds > 0 ? Double(outcome.pointUpdates) / seconds : 0
  }

  /// What was made, for people.
  var summary: String {
    guard samples > 0 else { return "Interrupted before the first sample: nothing was written." }
    guard newSamples > 0 || isInterrupted else { return "\(output) already holds these \(samples) samples." }
    let size = resolution.map(String.init).joined(separator: "×")
    var lines = [
      "\(output): \(samples) samples of \(frames) frames, \(size) points.",
      String(
        format: "%d new in %.1f s, %.3g s each on %d threads, %.3g million point updates a second.",
        newSamples, seconds,
        secondsPerSample, threads, pointUpdatesPerSecond / 1e6),
    ]
    if redone > 0 { lines.append("\(redone) random states gave no finite solution and were replaced.") }
    if isInterrupted {
      lines.append(
        "Interrupted at \(samples) of \(requestedSamples) samples; the same command goes on from there.")
    }
    return lines.joined(separator: "\n")
  }
}
