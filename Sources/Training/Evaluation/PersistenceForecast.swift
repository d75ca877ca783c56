public import FieldMetrics
public import PDEData
import TensorCore

/// The forecast that nothing changes: every predicted frame is the last given one. A model that is worse has learned
/// nothing of the motion.
public enum PersistenceForecast {
  /// The metrics over samples.
  ///
  /// - Parameters:
  ///   - samples: The places of the samples in the file.
  ///   - loader: The data set.
  ///   - initialSteps: The number of frames that are given, at least one.
  ///   - batchSize: Samples that are read together.
  /// - Returns: The metrics over all of the samples.
  /// - Throws: If the file cannot be read.
  public static func evaluate(
    _ samples: [Int], of loader: BatchLoader, initialSteps: Int, batchSize: Int
  ) throws -> MetricsAccumulator {
    var accumulator = MetricsAccumulator(shape: loader.sampleShape, initialSteps: initialSteps)
    let batches = loader.batches(samples.batches(of: batchSize))
    while let batch = try batches.next() {
      let given = batch.frames.sliced(axis: 1, 0..<initialSteps)
      let last = batch.frames.sliced(axis: 1, (initialSteps - 1)..<initialSteps)
      let repeated = Array(repeating: last, count: loader.frames - initialSteps)
      accumulator.add(prediction: .concatenated([given] + repeated, axis: 1), target: batch.frames)
    }
    return accumulator
  }
}
