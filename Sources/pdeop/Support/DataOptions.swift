import ArgumentParser
import PDEData
import TensorCore
import Training

/// What evaluating and predicting have in common: a data set and which part of it.
struct DataOptions: ParsableArguments {
  @Option(help: "The data set, in PDEBench's HDF5 layout.")
  var data: String

  @Option(
    help: "Use every n-th point along each axis (default: as the checkpoint or prediction says, else 1).")
  var reducedResolution: Int?

  @Option(help: "Use every n-th frame (default: likewise).")
  var reducedResolutionT: Int?

  @Option(
    help:
      "Samples at the start of the file that are for the test (default: as the checkpoint says, else a tenth)."
  )
  var testSamples: Int?

  @Flag(help: "Use all samples of the file, not the test samples alone.")
  var allSamples = false

  @Option(help: "Samples a batch.")
  var batchSize = 20

  @Option(help: "Megabytes that samples may take in memory (default: a quarter of the machine's).")
  var cacheMemory: Int?

  @Option(help: "Threads (default: all cores).")
  var threads: Int?

  var cacheBytes: Int? { cacheMemory.map { $0 << 20 } }

  func validate() throws {
    let most = Int(Int32.max)
    for (name, value, range) in [
      ("reduced-resolution", reducedResolution, 1...most),
      ("reduced-resolution-t", reducedResolutionT, 1...most), ("test-samples", testSamples, 1...most),
      ("batch-size", batchSize, 1...most), ("threads", threads, 1...1024),
      ("cache-memory", cacheMemory, 0...most),
    ] {
      guard let value, !range.contains(value) else { continue }
      throw ValidationError(
        "--\(name) must be from \(range.lowerBound) to \(range.upperBound), got \(value).")
    }
  }

  /// The checkpoint, a loader of data for it, and the samples to use.
  func open(_ path: String) throws -> (checkpoint: Checkpoint, loader: BatchLoader, samples: [Int]) {
    let checkpoint = try Checkpoint(reading: path)
    let file = try DataFile.open(data)
    let subsampling = checkpoint.subsampling(
      resolution: reducedResolution, time: reducedResolutionT, testSamples: testSamples)
    let loader = try checkpoint.loader(of: path, for: file, subsampling, cacheMemory: cacheBytes)
    let samples = try allSamples ? Array(0..<file.samples) : subsampling.testSamples(of: file)
    return (checkpoint, loader, samples)
  }
}
