public import Autodiff
public import FieldMetrics
public import NeuralOperators
public import PDEData
public import TensorCore

/// Measures the rollouts of a model on samples of a data set, in the data set's units.
public struct Evaluator {
  private let rollout: Rollout
  private let loader: BatchLoader
  private let normalization: Normalization
  private let batchSize: Int

  /// An evaluator of a model on a data set.
  public init(model: any NeuralOperator, loader: BatchLoader, normalization: Normalization, batchSize: Int) {
    rollout = Rollout(model: model, grid: loader.grid)
    self.loader = loader
    self.normalization = normalization
    self.batchSize = batchSize
  }

  /// Predicts samples from their first frames, batch by batch.
  ///
  /// - Parameters:
  ///   - samples: The places of the samples in the file.
  ///   - parameters: The model's weights.
  ///   - body: Takes the rollout, the initial frames as in the file, and the batch.
  /// - Throws: If the file cannot be read, or what `body` throws.
  public func forEachPrediction(
    of samples: [Int], _ parameters: Parameters, _ body: (_ prediction: Tensor, _ batch: Batch) throws -> Void
  ) throws {
    let batches = loader.batches(samples.batches(of: batchSize))
    let initialSteps = rollout.model.initialSteps
    while let batch = try batches.next() {
      let prediction = normalization.restored(
        rollout.prediction(after: normalization.normalized(batch.frames), count: loader.frames, parameters))
      // The given frames are copied, so that they carry no rounding of the scaling there and back.
      let given = batch.frames.sliced(axis: 1, 0..<initialSteps)
      let predicted = prediction.sliced(axis: 1, initialSteps..<loader.frames)
      try body(Tensor.concatenated([given, predicted], axis: 1), batch)
    }
  }

  /// The metrics over samples.
  ///
  /// - Parameters:
  ///   - samples: The places of the samples in the file.
  ///   - parameters: The model's weights.
  ///   - progress: Is told the number of samples done.
  /// - Returns: The metrics so far accumulated over all of the samples.
  /// - Throws: If the file cannot be read.
  public func evaluate(
    _ samples: [Int], _ parameters: Parameters, progress: (Int) -> Void = { _ in }
  ) throws -> MetricsAccumulator {
    var accumulator = MetricsAccumulator(shape: loader.sampleShape, initialSteps: rollout.model.initialSteps)
    try forEachPrediction(of: samples, parameters) { prediction, batch in
      accumulator.add(prediction: prediction, target: batch.frames)
      progress(accumulator.samples)
    }
    return accumulator
  }
}
