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
  private let metrics: [any FieldMetric.Type]

  /// An evaluator of a model on a data set.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - loader: The data set.
  ///   - normalization: The scaling that the model was trained with.
  ///   - batchSize: Samples that are predicted together.
  ///   - metrics: What predictions are measured by besides PDEBench's metrics.
  public init(
    model: any NeuralOperator, loader: BatchLoader, normalization: Normalization, batchSize: Int,
    metrics: [any FieldMetric.Type] = []
  ) {
    self.metrics = metrics
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
    try forEachForecast(of: samples, from: 0, frames: loader.frames, parameters, body)
  }

  /// Predicts samples from any frame on, and beyond their last one.
  ///
  /// - Parameters:
  ///   - samples: The places of the samples in the file.
  ///   - start: The first of the frames that are given.
  ///   - count: The number of frames of a rollout, the given ones included.
  ///   - parameters: The model's weights.
  ///   - body: Takes the rollout, the initial frames as in the file, and the batch.
  /// - Throws: If the file cannot be read, or what `body` throws.
  /// - Precondition: The given frames are in the file.
  public func forEachForecast(
    of samples: [Int], from start: Int, frames count: Int, _ parameters: Parameters,
    _ body: (_ prediction: Tensor, _ batch: Batch) throws -> Void
  ) throws {
    let batches = loader.batches(samples.batches(of: batchSize))
    let initialSteps = rollout.model.initialSteps
    precondition(start + initialSteps <= loader.frames, "a rollout starts from frames that are there")
    while let batch = try batches.next() {
      // The given frames are copied, so that they carry no rounding of the scaling there and back.
      var prediction = Tensor(uninitialized: [batch.frames.shape[0], count] + batch.frames.shape[2...])
      prediction.copyFrames(start..<start + min(initialSteps, count), from: batch.frames)
      rollout.predict(
        count, inputs: rollout.model.staticInputs == 0 ? nil : normalization.normalizedInputs(batch.inputs),
        parameters,
        given: { normalization.normalizedFrame(start + $0, of: batch.frames) }
      ) { normalization.restore($1, into: &prediction, at: $0) }
      try body(prediction, batch)
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
    var accumulator = MetricsAccumulator(
      shape: loader.sampleShape, initialSteps: rollout.model.initialSteps,
      metrics: Metrics.all + metrics)
    try forEachPrediction(of: samples, parameters) { prediction, batch in
      accumulator.add(prediction: prediction, target: batch.frames)
      progress(accumulator.samples)
    }
    return accumulator
  }
}
