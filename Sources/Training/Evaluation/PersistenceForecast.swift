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
  ///   - variables: The places of the variables that are measured; all if nil.
  /// - Returns: The metrics over all of the samples.
  /// - Throws: If the file cannot be read.
  public static func evaluate(
    _ samples: [Int], of loader: BatchLoader, initialSteps: Int, batchSize: Int, variables: [Int]? = nil
  ) throws -> MetricsAccumulator {
    let places = variables ?? Array(loader.variables.indices)
    var accumulator = MetricsAccumulator(
      shape: [loader.frames, places.count] + loader.spatialShape, initialSteps: initialSteps)
    let batches = loader.batches(samples.batches(of: batchSize))
    while let batch = try batches.next() {
      let frames = batch.frames.variables(places)
      let given = frames.sliced(axis: 1, 0..<initialSteps)
      let last = frames.sliced(axis: 1, (initialSteps - 1)..<initialSteps)
      let repeated = Array(repeating: last, count: loader.frames - initialSteps)
      accumulator.add(prediction: .concatenated([given] + repeated, axis: 1), target: frames)
    }
    return accumulator
  }
}
