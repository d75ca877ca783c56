import DataGeneration
import Foundation
import HDF5
import PDEData
import TensorCore

/// What `generate` prints at the end.
struct GenerationReport: Encodable {
  let output: String
  let samples: Int
  let requestedSamples: Int
  let firstSample: Int
  let newSamples: Int
  let redone: Int
  /// How often a cell's pressure was raised to the floor in the whole file, and in how many of its samples.
  let flooredCells: Int?
  let flooredSamples: Int?
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
    case flooredCells = "floored_cells"
    case flooredSamples = "floored_samples"
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
    flooredCells = outcome.flooredCells?.reduce(0, +)
    flooredSamples = outcome.flooredCells?.count { $0 > 0 }
    isInterrupted = outcome.isInterrupted
    resolution = layout.spatialShape
    frames = layout.frames
    parameters = layout.attributes
    threads = WorkerPool.threads
    self.seconds = seconds
    secondsPerSample = newSamples > 0 ? seconds / Double(newSamples) : 0
    pointUpdatesPerSecond = seconds > 0 ? Double(outcome.pointUpdates) / seconds : 0
  }

  /// The report as text.
  var summary: String {
    guard samples > 0 else { return "Interrupted before the first sample: nothing was written." }
    guard newSamples > 0 || isInterrupted else {
      return samples > requestedSamples
        ? "\(output) already holds \(samples) samples, more than the \(requestedSamples) asked for; it is left as it is."
        : "\(output) already holds these \(samples) samples."
    }
    let size = resolution.extents
    var lines = [
      "\(output): \(samples) samples of \(frames) frames, \(size) points.",
      String(
        format: "%d new in %.1f s, %.3g s each on %d threads, %.3g million point updates a second.",
        newSamples, seconds,
        secondsPerSample, threads, pointUpdatesPerSecond / 1e6),
    ]
    if redone > 0 {
      lines.append("\(redone) random initial states had no finite solution and were replaced.")
    }
    if let flooredCells, let flooredSamples, flooredCells > 0 {
      lines.append(
        """
        Pressures were raised to the floor \(flooredCells) times, in \(flooredSamples) of \(samples) samples: their energy is \
        not conserved.
        """)
    }
    if isInterrupted {
      lines.append(
        "Interrupted after \(samples) of \(requestedSamples) samples; run the same command again to continue."
      )
    }
    return lines.joined(separator: "\n")
  }
}
