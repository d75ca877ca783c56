public import FieldMetrics
import HDF5
import MessagePassing
import NeuralOperators
public import PDEData
public import SystemFiles
import TensorCore

/// Writes rollouts to a file in the layout of the data set.
public enum PredictionFile {
  private static let initialStepsKey = "initial_steps"
  private static let resolutionKey = "reduced_resolution"
  private static let timeKey = "reduced_resolution_t"
  /// The places in the data set of the samples: pairs of the first and the number of samples that follow each other.
  private static let samplesKey = "samples"

  /// Writes the rollouts of samples: initial frames as given, then predictions, with the times that these are of.
  ///
  /// On several ranks all predict, and rank 0 writes.
  ///
  /// - Parameters:
  ///   - path: The file; there must be none yet.
  ///   - checkpoint: The model.
  ///   - loader: The data set.
  ///   - samples: The places of the samples in the data set.
  ///   - batchSize: Samples a batch.
  ///   - start: The first of the frames that are given.
  ///   - frames: The number of frames of a rollout, the given ones included; as many as are left if nil.
  ///   - isOwnLayout: Whether the file is in the layout of the data set, with its variables alone where the model has more, and not in
  ///     PDEBench's whatever that is.
  ///   - progress: Is told the number of samples done.
  /// - Returns: Where predictions leave the range of what the model was trained on, as far as that is known.
  /// - Throws: If data cannot be read or the file cannot be written; there is then no file of that name.
  @discardableResult
  public static func write(
    to path: String, _ checkpoint: Checkpoint, loader: BatchLoader, samples: [Int], batchSize: Int,
    from start: Int = 0, frames: Int? = nil, isOwnLayout: Bool = true, progress: (Int) -> Void
  ) throws -> RangeWatch {
    let given = checkpoint.formulation.initialSteps
    // Without a number of frames those of the data are predicted, and one must be left.
    let isForecast = frames != nil || loader.frames <= given
    guard start >= 0, start <= loader.frames - given - (isForecast ? 0 : 1) else {
      throw PredictionError.start(
        data: loader.dataSet.path, frames: loader.frames, start: start, initialSteps: given,
        isForecast: isForecast)
    }
    let count = frames ?? loader.frames - start
    guard count > given else {
      throw PredictionError.frames(asked: count, initialSteps: given)
    }
    let times = checkpoint.times(on: loader, from: start, count: count)
    if loader.dataSet.frameNames != nil, start > 0 || count != loader.frames {
      throw PredictionError.noTimes(data: loader.dataSet.path)
    }
    let evaluator = try Evaluator(checkpoint, loader: loader, batchSize: batchSize)
    var watch = RangeWatch(
      checkpoint.statistics, of: evaluator.measured, initialSteps: given, times: times)
    let attributes: [String: AttributeValue] = [
      initialStepsKey: .number(Double(given)),
      resolutionKey: .number(Double(loader.subsampling.reducedResolution)),
      timeKey: .number(Double(loader.subsampling.reducedResolutionTime)),
      samplesKey: .numbers(runs(of: samples).flatMap { [Double($0.lowerBound), Double($0.count)] }),
    ]
    guard RankGroup.current.isRoot else {
      try evaluator.forEachForecast(of: samples, from: start, frames: count, checkpoint.parameters) { _, _ in
      }
      return watch
    }
    let own = isOwnLayout ? try loader.withoutMixture() : loader
    let places = own.variables.compactMap { variable in
      loader.variables.firstIndex { $0.name == variable.name }
    }
    let writer: any FieldWriter =
      isOwnLayout
      ? try own.writer(of: samples, to: path, times: times, attributes: attributes)
      : try own.pdeBenchWriter(to: path, times: times, attributes: attributes)
    try evaluator.forEachForecast(
      of: samples, from: start, frames: count, checkpoint.parameters
    ) { prediction, _ in
      watch.look(at: prediction)
      let written = prediction.variables(places)
      for sample in 0..<written.shape[0] {
        let frames = written.sliced(axis: 0, sample..<(sample + 1))
        try writer.append(frames.reshaped(Array(written.shape.dropFirst())))
      }
      progress(writer.samples)
    }
    try writer.finish()
    return watch
  }

  /// Samples that follow each other, as ranges.
  private static func runs(of samples: [Int]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for sample in samples {
      if let last = runs.last, last.upperBound == sample {
        runs[runs.count - 1] = last.lowerBound..<sample + 1
      } else {
        runs.append(sample..<sample + 1)
      }
    }
    return runs
  }

  /// The places in the data set of the samples that a file of predictions holds: what it says, or the first ones.
  private static func samples(of predicted: any FieldDataSet, in data: any FieldDataSet) -> [Int] {
    let first = Array(0..<min(predicted.samples, data.samples))
    guard case .numbers(let said) = predicted.attributes[samplesKey], said.count.isMultiple(of: 2) else {
      return first
    }
    var samples: [Int] = []
    for place in stride(from: 0, to: said.count, by: 2) {
      guard let start = Int(exactly: said[place]), let count = Int(exactly: said[place + 1]), start >= 0,
        count >= 0, count <= data.samples, start <= data.samples - count
      else { return first }
      samples += start..<start + count
      guard samples.count <= predicted.samples else { return first }
    }
    return samples.count == predicted.samples ? samples : first
  }

  /// Compares a file of predictions with the data that they are of, sample by sample: those that the file says it holds, or
  /// else those from the first on. Of each the frames of the same times are compared, and those that were given must be the data's.
  ///
  /// - Parameters:
  ///   - path: The predictions, in PDEBench's layout; any program may have written them.
  ///   - file: The data set.
  ///   - axes: What each axis of the predictions' arrays is, by letters, where their file does not tell.
  ///   - initialSteps: Frames that were given; what the file says, or 10, if nil.
  ///   - resolution: The stride in space at which the predictions are; what the file says, or 1, if nil.
  ///   - time: The stride in time; likewise.
  ///   - cacheMemory: Bytes that samples may take in memory.
  ///   - progress: Is told the number of samples done and of all.
  /// - Returns: The metrics over all samples of the predictions.
  /// - Throws: ``PredictionError`` if the two do not fit together, or what reading them throws.
  public static func compare(
    _ path: String, with file: any FieldDataSet, axes: [String] = [], initialSteps: Int?, resolution: Int?,
    time: Int?, cacheMemory: Int?,
    progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> MetricsAccumulator {
    let predicted = try open(path, like: file, axes: axes)
    let data = file.path
    func said(_ key: String) -> Int? { predicted.parameters[key].flatMap { Int(exactly: $0) } }
    let subsampling = Subsampling(
      reducedResolution: resolution ?? said(resolutionKey) ?? 1,
      reducedResolutionTime: time ?? said(timeKey) ?? 1)
    let found = try BatchLoader(predicted, cacheMemory: 0)
    let expected = try BatchLoader(file, subsampling: subsampling, cacheMemory: 0)
    let (own, others) = (found.variables.map(\.name), expected.variables.map(\.name))
    let areUnnamed = predicted.frameNames != nil || predicted.isNamedAfterFile || file.isNamedAfterFile
    guard own == others || (own.count == others.count && areUnnamed) else {
      throw PredictionError.variables(prediction: path, found: own, data: data, expected: others)
    }
    guard found.spatialShape == expected.spatialShape, predicted.samples <= file.samples,
      let places = try Self.frames(of: found, in: expected)
    else {
      throw PredictionError.shape(
        prediction: path, found: [predicted.samples] + found.sampleShape, data: data,
        expected: [file.samples] + expected.sampleShape)
    }
    let given = initialSteps ?? said(initialStepsKey) ?? 10
    guard (0..<found.frames).contains(given) else {
      throw PredictionError.initialSteps(prediction: path, frames: found.frames, initialSteps: given)
    }
    var accumulator = MetricsAccumulator(shape: found.sampleShape, initialSteps: given)
    let predictions = found.batches(Array(0..<predicted.samples).batches(of: 8))
    let targets = expected.batches(samples(of: predicted, in: file).batches(of: 8))
    while let prediction = try predictions.next(), let target = try targets.next() {
      let truth = Self.frames(places, of: target.frames)
      if let other = otherField(amongFirst: given, of: prediction.frames, and: truth) {
        throw PredictionError.given(
          prediction: path, data: data, variable: others[other.variable],
          sample: target.samples[other.sample], initialSteps: given)
      }
      accumulator.add(prediction: prediction.frames, target: truth)
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
  /// A frame of a time that the data set does not have between its first and its last.
  case times(prediction: String, time: Double, data: String, first: Double, last: Double)
  /// The frames that count as given are not the data set's.
  case given(prediction: String, data: String, variable: String, sample: Int, initialSteps: Int)
  /// A rollout is to begin with frames that are not there, or, if it is no forecast, with the data's last ones.
  case start(data: String, frames: Int, start: Int, initialSteps: Int, isForecast: Bool)
  /// No more frames are asked for than a rollout begins with.
  case frames(asked: Int, initialSteps: Int)
  /// The frames are different quantities, so that none comes after the last.
  case noTimes(data: String)
  /// All frames were given.
  case initialSteps(prediction: String, frames: Int, initialSteps: Int)

  /// The file's fault, or that of what was asked for.
  public var fault: Fault {
    switch self {
    case .start, .frames, .noTimes: .usage
    case .variables, .shape, .times, .given, .initialSteps: .data
    }
  }

  /// The sentence, with option names that are still to be spelled.
  public var message: Message {
    switch self {
    case .start(let data, let frames, let start, let initialSteps, let isForecast):
      "\(data) has \(frames) frames, and the model starts from \(initialSteps) of them: "
        + "\(option: "from-frame", "\(start)") leaves too few, at most "
        + (isForecast
          ? "\(frames - initialSteps) is possible."
          : "\(frames - initialSteps - 1) is possible, or one more with \(option: "frames").")
    case .frames(let asked, let initialSteps):
      "\(option: "frames", "\(asked)") leaves none to predict, as the \(initialSteps) frames that the model starts from count; "
        + "ask for more."
    case .noTimes(let data):
      "the frames of \(data) are different quantities, none of which follows on the last; leave out "
        + "\(option: "frames") and \(option: "from-frame")."
    case .variables(let prediction, let found, let data, let expected):
      "\(prediction) holds \(found.joined(separator: ", ")), \(data) holds \(expected.joined(separator: ", ")): "
        + "they cannot be compared; " + Self.advice(onVariables: found, expected)
    case .shape(let prediction, let found, let data, let expected):
      "\(prediction) has the shape \(found) [sample, time, variable, space…], \(data) has \(expected) at these strides; "
        + "set \(option: "reduced-resolution") and \(option: "reduced-resolution-t") to those of the prediction."
    case .times(let prediction, let time, let data, let first, let last):
      "\(prediction) has a frame at t = \(time.timeText), and \(data) has none of that time, at this stride, from "
        + "\(first.timeText) to \(last.timeText); give data of its times, set \(option: "reduced-resolution-t") to that of the "
        + "prediction, or predict fewer frames."
    case .given(let prediction, let data, let variable, let sample, let initialSteps):
      "the first \(initialSteps) frames of \(prediction) count as given, and \(data) has others there, as \(variable) of sample "
        + "\(sample) shows; give the data that it was predicted from, or say by \(option: "initial-steps") how many frames "
        + "were given, 0 for none."
    case .initialSteps(let prediction, let frames, let initialSteps):
      "\(prediction) has \(frames) frames, of which \(initialSteps) count as given, expected 0 to \(frames - 1); "
        + "set \(option: "initial-steps")."
    }
  }

  /// How predictions of some variables can be compared with data of others.
  private static func advice(onVariables found: [String], _ expected: [String]) -> Message {
    guard Set(found).isSubset(of: expected) else { return "give the data that the predictions are of." }
    let alone = found.count < expected.count ? " alone" : ""
    return "\(option: "targets", found.joined(separator: ",")) reads these\(alone)."
  }
}
