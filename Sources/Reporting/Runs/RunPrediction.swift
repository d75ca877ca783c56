import FieldMetrics
import Foundation
import PDEData
import TensorCore
import Training

/// A run's best weights and its data set, of a mixture the first, from which pictures of predictions are made.
struct RunModel {
  let checkpoint: Checkpoint
  /// The data set, thinned as for the run.
  let loader: BatchLoader
  /// The places of the test samples.
  let samples: [Int]
  let batchSize: Int

  /// Opens both.
  ///
  /// - Parameter run: The run's folder.
  /// - Throws: If the run, its best weights or its data set cannot be read.
  init(_ run: RunFolder) throws {
    let configuration = try run.readConfiguration()
    checkpoint = try Checkpoint(reading: run.best)
    let sets = try run.locatedData(configuration).openSets()
    let file = sets[0]
    try checkpoint.requireOwnData(of: run.best, sets)
    let subsampling = checkpoint.subsampling(resolution: nil, time: nil, testSamples: nil)
    loader = try checkpoint.loader(of: run.best, for: file, subsampling, cacheMemory: nil)
    samples = try subsampling.testSamples(of: file)
    guard !samples.isEmpty else {
      throw SubsamplingError.tooManyTestSamples(file: file.path, samples: file.samples, test: 0)
    }
    batchSize = configuration.data.batchSize
  }

  /// Whether there is one answer to one given state, and no motion.
  var isStatic: Bool {
    !hasMotion(
      frameNames: loader.dataSet.frameNames, initialSteps: checkpoint.formulation.initialSteps,
      frames: loader.frames)
  }

  /// Whether all files that it needs are there.
  static func isThere(_ run: RunFolder) -> Bool {
    guard let configuration = try? run.readConfiguration() else { return false }
    let data = (try? run.locatedData(configuration)) ?? configuration.data
    return FileManager.default.fileExists(atPath: run.best) && data.files.areThere
  }
}

/// What a run's best weights predict of its test samples.
struct RunPrediction {
  /// The first test samples, of which there are pictures.
  let shown: [PredictedSample]
  /// The variables' names.
  let variables: [String]
  /// The errors over all test samples, and the spectra.
  let frameMetrics: FrameMetrics
  /// How the errors grow, beside persistence.
  let errors: ErrorOverTime

  private static let mostShown = 3

  /// Predicts the test samples.
  ///
  /// - Parameter model: The run's model.
  /// - Throws: If the data set cannot be read.
  init(_ model: RunModel) throws {
    let loader = model.loader
    let initialSteps = model.checkpoint.formulation.initialSteps
    let evaluator = try Evaluator(model.checkpoint, loader: loader, batchSize: model.batchSize)
    let measures: [any FieldMetric.Type] = [NormalizedError.self, EnergySpectrum.self]
    var accumulator = MetricsAccumulator(
      shape: loader.sampleShape, initialSteps: initialSteps, metrics: measures)
    var shown: [PredictedSample] = []
    let shape = loader.sampleShape
    try evaluator.forEachPrediction(of: model.samples, model.checkpoint.parameters) { prediction, batch in
      accumulator.add(prediction: prediction, target: batch.frames)
      for place in batch.samples.indices where shown.count < Self.mostShown {
        func sample(_ frames: Tensor) -> Tensor {
          frames.sliced(axis: 0, place..<(place + 1)).reshaped(shape)
        }
        shown.append(
          PredictedSample(
            of: loader, sample: batch.samples[place], initialSteps: initialSteps, truth: sample(batch.frames),
            prediction: sample(prediction)))
      }
    }
    self.shown = shown
    variables = loader.variables.map(\.name)
    frameMetrics = accumulator.frameMetrics
    let isInTime = loader.dataSet.frameNames == nil
    let persistence =
      isInTime
      ? try PersistenceForecast.evaluate(
        model.samples, of: loader, initialSteps: initialSteps, batchSize: model.batchSize
      ).frameMetrics : nil
    errors = ErrorOverTime(
      frameMetrics, persistence: persistence, times: isInTime ? loader.times : nil, initialSteps: initialSteps
    )
  }
}

/// A run's predictions, which are made once, when the first picture asks for them.
final class LazyPrediction {
  private let run: RunFolder
  private lazy var openedModel = Result { try RunModel(run) }
  private lazy var prediction = Result { try RunPrediction(openedModel.get()) }

  init(_ run: RunFolder) { self.run = run }

  /// The model and the data set.
  func model() throws -> RunModel { try openedModel.get() }

  /// The error of a data set that is another one than the model was trained on; nil where it is the same, or cannot be read.
  var otherData: CheckpointError? {
    guard case .failure(let error as CheckpointError) = openedModel, case .otherData = error else {
      return nil
    }
    return error
  }

  /// Why the model or its data set cannot be opened; nil where they can.
  var failure: (any Error)? {
    guard case .failure(let error) = openedModel else { return nil }
    return error
  }

  /// What it predicts.
  func callAsFunction() throws -> RunPrediction { try prediction.get() }
}
