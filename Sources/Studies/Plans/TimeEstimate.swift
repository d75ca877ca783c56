import NeuralOperators
import PDEData
import Performance
import TensorCore
import Training

/// How long runs will take, from a short timing of one training step and one prediction of each kind.
///
/// A run's time is taken as epochs × (steps × time of a step) + evaluations × batches × time of a prediction; what
/// TempBalance's analysis takes, at most once an epoch, is left out.
public struct TimeEstimate {
  /// What a step's time depends on.
  private struct Kind: Hashable {
    let model: [String: String]
    let shape: [Int]
    let batch, frames: Int
    let unroll: Int?
  }

  private let threads: Int
  private var timings: [Kind: SpeedMeasurement] = [:]

  /// An estimate that has measured nothing yet.
  ///
  /// - Parameter threads: The number of threads that each run will have.
  public init(threads: Int) {
    self.threads = threads
  }

  /// Seconds that a run will still take.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - folder: The benchmark's folder, where some epochs may be done.
  /// - Returns: The seconds.
  /// - Throws: If the data set cannot be opened.
  public mutating func seconds(_ run: PlannedRun, in folder: String) throws -> Double {
    let configuration = run.configuration
    let done: Int
    switch run.state(in: folder) {
    case .finished, .diverged: return 0
    case .begun(let epochs): done = epochs
    case .absent: done = 0
    }
    let data = try TrainingData(configuration)
    let samples = data.split.training.count
    let batch = min(configuration.data.batchSize, samples)
    let timing = try timing(of: configuration, data, batch: batch)
    let steps = Double(samples) / Double(batch)
    let evaluated = data.split.test.count + data.split.validation.count
    let evaluation =
      timing.inferenceSeconds * Double(evaluated) / Double(batch)
      * (try data.evaluationEffort(configuration))
    let epoch =
      steps * timing.stepSeconds * (configuration.optimizer.samRho == nil ? 1 : 2)
      + evaluation / Double(configuration.evaluation.every)
    return Double(max(configuration.schedule.epochs - done, 0)) * epoch
  }

  private mutating func timing(
    of configuration: TrainingConfiguration, _ data: TrainingData, batch: Int
  ) throws -> SpeedMeasurement {
    let model = try data.model(configuration)
    let predicted = configuration.loss.window ?? data.loader.frames - configuration.model.initialSteps
    let kind = Kind(
      model: model.metadata, shape: data.loader.spatialShape, batch: batch,
      frames: model.initialSteps + predicted, unroll: configuration.loss.unroll?.last)
    if let known = timings[kind] { return known }
    let benchmark = SpeedBenchmark(
      model: model, shape: kind.shape, batchSize: batch, frames: kind.frames,
      unroll: kind.unroll.map { min($0, predicted) })
    let measurement = try WorkerPool.withThreads(threads) { try benchmark.run(repeats: 2) }
    timings[kind] = measurement
    return measurement
  }
}
