public import FieldMetrics
import HDF5
import NeuralOperators
public import PDEData
public import SystemFiles
import TensorCore

/// Writes rollouts to a file in the layout of the data set.
public enum PredictionFile {
  private static let initialStepsKey = "initial_steps"
  private static let resolutionKey = "reduced_resolution"
  private static let timeKey = "reduced_resolution_t"

  /// Writes the rollouts of samples: initial frames as given, then predictions.
  ///
  /// - Parameters:
  ///   - path: The file; there must be none yet.
  ///   - checkpoint: The model.
  ///   - loader: The data set.
  ///   - samples: The places of the samples in the data set.
  ///   - batchSize: Samples a batch.
  ///   - progress: Is told the number of samples done.
  /// - Throws: If data cannot be read or the file cannot be written; there is then no file of that name.
  public static func write(
    to path: String, _ checkpoint: Checkpoint, loader: BatchLoader, samples: [Int], batchSize: Int,
    progress: (Int) -> Void
  ) throws {
    var layout = PDEBenchLayout(of: loader)
    layout.attributes[initialStepsKey] = .number(Double(checkpoint.model.initialSteps))
    layout.attributes[resolutionKey] = .number(Double(loader.subsampling.reducedResolution))
    layout.attributes[timeKey] = .number(Double(loader.subsampling.reducedResolutionTime))
    let writer = try PDEBenchWriter(path: path, layout: layout)
    let evaluator = Evaluator(
      model: checkpoint.model, loader: loader, normalization: checkpoint.normalization, batchSize: batchSize)
    try evaluator.forEachPrediction(of: samples, checkpoint.parameters) { prediction, batch in
      for sample in 0..<prediction.shape[0] {
        let frames = prediction.sliced(axis: 0, sample..<(sample + 1))
        try writer.append(frames.reshaped(Array(prediction.shape.dropFirst())))
      }
      progress(writer.samples)
    }
    try writer.finish()
  }

  /// Compares a file of predictions with the data that they are of, sample by sample from the first on.
  ///
  /// - Parameters:
  ///   - path: The predictions, in PDEBench's layout; any program may have written them.
  ///   - data: The data set.
  ///   - initialSteps: Frames that were given; what the file says, or 10, if nil.
  ///   - resolution: The stride in space at which the predictions are; what the file says, or 1, if nil.
  ///   - time: The stride in time; likewise.
  ///   - cacheMemory: Bytes that samples may take in memory.
  ///   - progress: Is told the number of samples done and of all.
  /// - Returns: The metrics over all samples of the predictions.
  /// - Throws: ``PredictionError`` if the two do not fit together, or what reading them throws.
  public static func compare(
    _ path: String, with data: String, initialSteps: Int?, resolution: Int?, time: Int?, cacheMemory: Int?,
    progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> MetricsAccumulator {
    let (predicted, file) = (try DataFile.open(path), try DataFile.open(data))
    func said(_ key: String) -> Int? { predicted.parameters[key].flatMap { Int(exactly: $0) } }
    let subsampling = Subsampling(
      reducedResolution: resolution ?? said(resolutionKey) ?? 1,
      reducedResolutionTime: time ?? said(timeKey) ?? 1)
    let found = try BatchLoader(predicted, cacheMemory: 0)
    let expected = try BatchLoader(file, subsampling: subsampling, cacheMemory: 0)
    guard predicted.variableNames == file.variableNames else {
      throw PredictionError.variables(
        prediction: path, found: predicted.variableNames, data: data, expected: file.variableNames)
    }
    guard found.sampleShape == expected.sampleShape, predicted.samples <= file.samples else {
      throw PredictionError.shape(
        prediction: path, found: [predicted.samples] + found.sampleShape, data: data,
        expected: [file.samples] + expected.sampleShape)
    }
    let given = initialSteps ?? said(initialStepsKey) ?? 10
    guard (0..<found.frames).contains(given) else {
      throw PredictionError.initialSteps(prediction: path, frames: found.frames, initialSteps: given)
    }
    var accumulator = MetricsAccumulator(shape: found.sampleShape, initialSteps: given)
    let order = Array(0..<predicted.samples).batches(of: 8)
    let (predictions, targets) = (found.batches(order), expected.batches(order))
    while let prediction = try predictions.next(), let target = try targets.next() {
      accumulator.add(prediction: prediction.frames, target: target.frames)
      progress(accumulator.samples, predicted.samples)
    }
    return accumulator
  }
}

/// An error of predictions that do not match the data set.
public enum PredictionError: ReportableError, Equatable {
  /// Other variables.
  case variables(prediction: String, found: [String], data: String, expected: [String])
  /// Another number of frames or points, or more samples than the data set has.
  case shape(prediction: String, found: [Int], data: String, expected: [Int])
  /// All frames were given.
  case initialSteps(prediction: String, frames: Int, initialSteps: Int)

  /// The file's fault.
  public var fault: Fault { .data }

  /// One sentence for the user.
  public var description: String { message.description }

  /// The sentence, with option names that are still to be spelled.
  public var message: Message {
    switch self {
    case .variables(let prediction, let found, let data, let expected):
      "\(prediction) holds \(found.joined(separator: ", ")), \(data) holds \(expected.joined(separator: ", ")): "
        + "they cannot be compared."
    case .shape(let prediction, let found, let data, let expected):
      "\(prediction) has the shape \(found) [sample, time, variable, space…], \(data) has \(expected) at these strides; "
        + "set \(option: "reduced-resolution") and \(option: "reduced-resolution-t") to those of the prediction."
    case .initialSteps(let prediction, let frames, let initialSteps):
      "\(prediction) has \(frames) frames, of which \(initialSteps) count as given, expected 0 to \(frames - 1); "
        + "set \(option: "initial-steps")."
    }
  }
}
