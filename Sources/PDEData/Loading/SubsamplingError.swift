public import SystemFiles

/// A subsampling that leaves no data.
public enum SubsamplingError: ReportableError, Equatable {
  /// A ratio outside of (0, 1].
  case ratioOutOfRange(Double)
  /// A stride or a number of samples below its least value.
  case tooSmall(option: String, value: Int, least: Int)
  /// The test and validation samples leave no sample to train on.
  case noTrainingSamples(file: String, samples: Int, test: Int, validation: Int)
  /// The data set divides its samples itself, and not as asked; the purpose is `test` or `validation`.
  case dividesItself(file: String, purpose: String, own: Int, asked: Int)
  /// More test samples than there are samples.
  case tooManyTestSamples(file: String, samples: Int, test: Int)
  /// Every k-th of fewer than k samples is less than one.
  case leavesNoSample(file: String, reducedBatch: Int, training: Int)
  /// The first kept sample would be after those that the stride keeps.
  case offsetTooLarge(offset: Int, reducedBatch: Int)
  /// A stride in space leaves fewer than two points along an axis.
  case tooFewPoints(file: String, spatialShape: [Int], reducedResolution: Int)
  /// Too few frames are left to predict one from the initial ones.
  case tooFewFrames(file: String, inFile: Int, left: Int, initialSteps: Int)

  /// The options do not fit the file.
  public var fault: Fault { .usage }

  /// The sentence, with the options that it names still to be spelled.
  public var message: Message {
    switch self {
    case .ratioOutOfRange(let ratio):
      "the ratio of samples to keep must be above 0 and at most 1, got \(ratio)."
    case .tooSmall(let option, let value, let least):
      "\(option) must be at least \(least), got \(value)."
    case .noTrainingSamples(let file, let samples, let test, let validation):
      """
      \(file) has \(samples) \(samples == 1 ? "sample" : "samples"), of which \(test) \(test == 1 ? "is" : "are") for testing and \
      \(validation) for validation: none is left for training; \(Self.wayOut(samples: samples))
      """
    case .dividesItself(let file, let purpose, let own, let asked):
      "\(file) divides its samples itself and has \(own) \(purpose) samples, not the \(asked) asked for; leave out \(option: "\(purpose)-samples"), or give \(own)."
    case .tooManyTestSamples(let file, let samples, let test):
      "\(file) has \(samples) samples, fewer than the \(test) test samples; ask for at most \(samples)."
    case .leavesNoSample(let file, let reducedBatch, let training):
      "\(file) has \(training) training samples: keeping one of every \(reducedBatch) leaves less than one; keep at least one of every \(training)."
    case .offsetTooLarge(let offset, let reducedBatch):
      "of every \(reducedBatch) training samples number \(offset) cannot be kept; count from 0 to \(reducedBatch - 1)."
    case .tooFewPoints(let file, let spatialShape, _)
    where spatialShape.contains(1) && spatialShape.contains(where: { $0 > 1 }):
      """
      \(file) has \(spatialShape) points, and an axis of a single point is none of space, which needs 2; give it the letter v of \
      variables instead, as in \(option: "axes", Self.letters(spatialShape)).
      """
    case .tooFewPoints(let file, let spatialShape, _) where spatialShape.contains(1):
      "\(file) has \(spatialShape) points, a single one, expected at least 2 along each axis; use data on a grid."
    case .tooFewPoints(let file, let spatialShape, let reducedResolution):
      "\(file) has \(spatialShape) points: a stride of \(reducedResolution) leaves fewer than 2 along an axis; choose a smaller one."
    case .tooFewFrames(let file, let inFile, let left, let initialSteps):
      "\(file) has \(inFile) frames, of which \(left) are kept: \(initialSteps) initial frames leave none to predict; use fewer initial frames or a smaller stride in time."
    }
  }

  /// What can be done where no sample is left for training. Of a single one none can be spared.
  private static func wayOut(samples: Int) -> Message {
    let other: Message = "name another file for the test by \(option: "test-data")"
    return samples > 1
      ? "set fewer aside by \(option: "test-samples") and \(option: "validation-samples"), or \(other)."
      : "\(other), or cut the sample into several in its file."
  }

  /// Letters of axes in which those of a single point are the axis of variables.
  private static func letters(_ spatialShape: [Int]) -> String {
    var (space, hasVariables) = (["x", "y", "z"], false)
    let letters = spatialShape.map { points -> String in
      guard points == 1, !hasVariables else { return space.isEmpty ? "z" : space.removeFirst() }
      hasVariables = true
      return "v"
    }
    return (["n", "t"] + letters).joined(separator: ",")
  }
}
