import FieldMetrics
import Foundation
import NeuralOperators
import PDEData
import TensorCore
import Training

/// What a run's best weights predict of its test samples.
struct RunPrediction {
  /// The data set, thinned as for the run.
  let loader: BatchLoader
  /// The place of the shown sample in the file.
  let sample: Int
  /// That sample, `[time, variable, x(, y(, z))]`.
  let truth: Tensor
  /// The prediction of it, given frames included.
  let prediction: Tensor
  /// The errors over all test samples.
  let frameMetrics: FrameMetrics
  /// Frames that were given.
  let initialSteps: Int

  /// Predicts the test samples.
  ///
  /// - Parameter run: The run's folder.
  /// - Throws: If the run, its best weights or its data set cannot be read.
  init(_ run: RunFolder) throws {
    let configuration = try run.readConfiguration()
    let checkpoint = try Checkpoint(reading: run.best)
    let file = try run.locatedData(configuration).open()
    try checkpoint.requireOwnData(of: run.best, file)
    let subsampling = checkpoint.subsampling(resolution: nil, time: nil, testSamples: nil)
    loader = try checkpoint.loader(of: run.best, for: file, subsampling, cacheMemory: nil)
    let samples = try subsampling.testSamples(of: file)
    let evaluator = Evaluator(
      model: checkpoint.model, loader: loader, formulation: checkpoint.formulation,
      batchSize: configuration.data.batchSize)
    initialSteps = checkpoint.formulation.initialSteps
    var accumulator = MetricsAccumulator(shape: loader.sampleShape, initialSteps: initialSteps)
    var shown: (truth: Tensor, prediction: Tensor)?
    let shape = loader.sampleShape
    try evaluator.forEachPrediction(of: samples, checkpoint.parameters) { prediction, batch in
      accumulator.add(prediction: prediction, target: batch.frames)
      guard shown == nil else { return }
      shown = (
        batch.frames.sliced(axis: 0, 0..<1).reshaped(shape), prediction.sliced(axis: 0, 0..<1).reshaped(shape)
      )
    }
    guard let shown else {
      throw SubsamplingError.tooManyTestSamples(file: file.path, samples: file.samples, test: 0)
    }
    (truth, prediction) = shown
    sample = samples[0]
    frameMetrics = accumulator.frameMetrics
  }

  /// nRMSE of each frame, from 1, as the mean over variables; no point for a frame where it is undefined.
  var growth: [(x: Double, y: Double)] {
    frameMetrics.nrmse[0].indices.compactMap { frame in
      let values = frameMetrics.nrmse.map { $0[frame] }.filter(\.isFinite)
      return values.isEmpty ? nil : (Double(frame + 1), values.reduce(0, +) / Double(values.count))
    }
  }
}
