import FieldMetrics
import Foundation
public import PDEData
import SystemFiles
import Training

/// What a run of a benchmark came to: a row of the table `runs`.
///
/// The metrics are those of the test samples after the epoch with the lowest error on the validation samples; without
/// validation samples, after the last epoch. The best epoch on the test samples plays no part.
public struct ResultRow: Codable, Sendable, Equatable {
  /// How far a run is.
  public enum Status: String, Codable, Sendable {
    /// All epochs are done.
    case finished
    /// A number was no longer finite.
    case diverged
    /// Epochs are left to do.
    case unfinished
  }

  /// The name of its folder, another one for each run.
  public var run: String
  /// The folder; in a file of results from the root of the file system.
  public var folder: String
  /// The data set's name in the plan.
  public var dataset: String
  /// The model's name in the plan.
  public var model: String
  /// The number of spatial axes.
  public var dimensions: Int
  /// The kind of model: fno or unet.
  public var kind: String
  /// The part of the training samples that is kept.
  public var ratio: Double
  /// The number of training samples that are kept.
  public var trainSamples: Int
  /// One of how many training samples is kept; nil in a file of results that an earlier version wrote.
  public var reducedBatch: Int?
  /// The method's name in the plan.
  public var method: String
  /// The method that others are compared with.
  public var baseline: String
  /// The point of the grid, as `key=value` with spaces between.
  public var point: String
  /// Whether the point of the grid is chosen by the run.
  public var tunes: Bool
  /// Whether its point of the grid is the chosen one of its data set, model, ratio and method.
  public var chosen = false
  /// Seed of weights, order and noise.
  public var seed: Int64
  /// The learning rate at the start.
  public var learningRate: Double
  /// TempBalance's scale; none without TempBalance.
  public var scale: Double?
  /// Epochs that are planned, by the plan that the benchmark was last started with.
  public var epochs: Int
  /// Epochs that are done.
  public var epochsDone: Int
  /// How far the run is.
  public var status: Status
  /// The epoch that the metrics are of, from 1.
  public var bestEpoch: Int?
  /// The lowest error on the validation samples.
  public var validationNRMSE: Double?
  /// nRMSE over all frames.
  public var nRMSE: Double?
  /// nRMSE over the predicted frames alone.
  public var nRMSEPredicted: Double?
  /// nRMSE over all frames after the last epoch.
  public var lastNRMSE: Double?
  /// Root mean square error.
  public var rmse: Double?
  /// Error of the conserved totals.
  public var conserved: Double?
  /// Largest error.
  public var maximum: Double?
  /// Error at the boundary.
  public var boundary: Double?
  /// Error of low wavenumbers.
  public var fourierLow: Double?
  /// Error of middle wavenumbers.
  public var fourierMiddle: Double?
  /// Error of high wavenumbers.
  public var fourierHigh: Double?
  /// The number of weights.
  public var parameters: Int?
  /// Standard deviation of α over linear layers and convolutions after the last epoch.
  public var alphaStd: Double?
  /// Seconds of training, evaluations included.
  public var seconds: Double
  /// The whole configuration, as YAML.
  public var configuration: String
  /// What the data set held that the run was trained on; nil for a run of an earlier version.
  public var fingerprint: DataFingerprint?
  /// Whether the plan has the run; files of results have no column for it.
  var isPlanned = true

  // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
  /// The names of the columns.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case run, folder, dataset, model, dimensions, kind, ratio
    case trainSamples = "train_samples"
    case reducedBatch = "reduced_batch"
    case method, baseline, point, tunes, chosen, seed
    case learningRate = "learning_rate"
    case scale, epochs
    case epochsDone = "epochs_done"
    case status
    case bestEpoch = "best_epoch"
    case validationNRMSE = "validation_nRMSE"
    case nRMSE
    case nRMSEPredicted = "nRMSE_predicted"
    case lastNRMSE = "last_nRMSE"
    case rmse = "RMSE"
    case conserved = "CSV"
    case maximum = "Max"
    case boundary = "BD"
    case fourierLow = "F_low"
    case fourierMiddle = "F_middle"
    case fourierHigh = "F_high"
    case parameters
    case alphaStd = "alpha_std"
    case seconds, configuration
    case fingerprint = "data_fingerprint"
  }

  /// Reads what a run's folder holds.
  ///
  /// - Parameter folder: The folder of a run that a benchmark has begun.
  /// - Throws: ``BenchmarkError/brokenLabel(file:)``, ``BenchmarkError/noErrors(file:)``, or ``Training/RunFolderError`` if a file
  ///   of the run is broken.
  init(_ folder: RunFolder) throws {
    let label = try BenchmarkLabel(reading: folder)
    let isBegun = FileManager.default.fileExists(atPath: folder.configuration)
    let plan = isBegun ? folder.configuration : folder.plan
    let configuration = try TrainingConfiguration(layers: [.init(reading: plan)])
    let outcome = RunOutcome(of: folder)
    // A run that is to be longer counts when it is: until then its label alone says so.
    let planned = max(label.epochs ?? 0, configuration.schedule.epochs)
    let isDone = outcome?.isDone(of: planned) ?? false
    let status: Status = !isDone ? .unfinished : outcome?.divergence == nil ? .finished : .diverged
    let records =
      try status == .finished
      ? folder.finishedRecords() : RunFolder.lines(EpochRecord.self, in: folder.metrics)
    run = FilePath.name(of: folder.path)
    self.folder = folder.path
    dataset = label.dataset
    model = label.model
    dimensions = label.dimensions
    kind = configuration.model.name
    ratio = label.ratio
    trainSamples = label.trainSamples
    reducedBatch = configuration.data.reducedBatch
    method = label.method
    baseline = label.baseline
    point = label.pointText
    tunes = label.tunes
    isPlanned = label.planned ?? true
    seed = Int64(clamping: label.seed)
    learningRate = configuration.optimizer.learningRate
    scale = configuration.tempbalance.method == .off ? nil : configuration.tempbalance.scale
    epochs = planned
    epochsDone = records.count
    self.status = status
    let last = records.last { $0.metrics != nil }
    let best = records.bestValidated ?? last
    bestEpoch = best.map { $0.epoch + 1 }
    validationNRMSE = best?.validationNRMSE?.ifFinite
    let metrics = best?.metrics
    nRMSE = metrics?.nrmse.ifFinite
    nRMSEPredicted = metrics?.predictedNRMSE.ifFinite
    lastNRMSE = last?.metrics?.nrmse.ifFinite
    rmse = metrics?.rmse.ifFinite
    conserved = metrics?.conserved.ifFinite
    maximum = metrics?.maximum.ifFinite
    boundary = metrics?.boundary.ifFinite
    fourierLow = metrics?.fourier[0].ifFinite
    fourierMiddle = metrics?.fourier[1].ifFinite
    fourierHigh = metrics?.fourier[2].ifFinite
    parameters = outcome?.parameters
    alphaStd = outcome?.alphaStd
    seconds = records.reduce(0) { $0 + $1.seconds }
    self.configuration = try configuration.yaml()
    fingerprint = folder.fingerprint
  }
}

extension ResultRow {
  /// The data set, model and training samples that runs are compared on; equal strides keep equal samples.
  struct Samples: Hashable {
    let dataset, model: String
    let trainSamples: Int
    let reducedBatch: Int?
  }

  /// What the run is compared on.
  var samples: Samples {
    Samples(dataset: dataset, model: model, trainSamples: trainSamples, reducedBatch: reducedBatch)
  }
}
