public import PDEData
import TensorCore
public import Training

/// A sample and what a model predicts of it, for pictures.
public struct PredictedSample {
  /// What a picture shows of a sample.
  enum Kind: String, CaseIterable {
    case truth = "true"
    case prediction = "predicted"
    case error = "error"
  }

  /// The variables' names.
  let variables: [String]
  /// The coordinates along x(, y(, z)).
  let coordinates: [[Double]]
  /// The frames' times.
  let times: [Double]
  /// The frames' names where they are different quantities, and not times.
  let frameNames: [String]?
  /// Frames that were given.
  let initialSteps: Int
  /// The sample's place in its data set.
  let sample: Int
  /// The data set.
  let file: String
  /// The sample's values, `[time, variable, x(, y(, z))]`; a forecast has fewer frames of it than of the prediction.
  private let truth: [Float]
  /// The prediction's, given frames included.
  private let prediction: [Float]

  /// Takes what was predicted, at the data set's times unless others are given.
  init(
    of loader: BatchLoader, sample: Int, times: [Double]? = nil, initialSteps: Int, truth: Tensor,
    prediction: Tensor
  ) {
    variables = loader.variables.map(\.name)
    coordinates = loader.coordinates
    self.times = times ?? loader.times
    frameNames = loader.dataSet.frameNames
    file = loader.dataSet.path
    self.initialSteps = initialSteps
    self.sample = sample
    self.truth = truth.elements
    self.prediction = prediction.elements
  }

  /// Predicts a sample.
  ///
  /// - Parameters:
  ///   - checkpoint: The model.
  ///   - loader: The data set, as it is read for the model.
  ///   - sample: The sample's place in it.
  ///   - start: The first of the given frames.
  ///   - frames: Frames of the rollout, the given ones included; as many as are left if nil.
  /// - Throws: ``PlotError/noSample(file:sample:samples:)``, or if the data cannot be read.
  /// - Precondition: The given frames are in the data set, and `frames` holds them.
  public init(
    _ checkpoint: Checkpoint, loader: BatchLoader, sample: Int, from start: Int = 0, frames: Int? = nil
  ) throws {
    try Self.require(sample, in: loader.dataSet)
    let evaluator = try Evaluator(checkpoint, loader: loader, batchSize: 1)
    let count = frames ?? loader.frames - start
    let times = checkpoint.times(on: loader, from: start, count: count)
    // Beyond the frames of these times nothing is known of the truth.
    let known = zip(times, loader.times[start...]).prefix { $0 == $1 }.count
    var shown: PredictedSample?
    try evaluator.forEachForecast(of: [sample], from: start, frames: count, checkpoint.parameters) {
      let truth = $1.frames.sliced(axis: 1, start..<(start + known))
      shown = PredictedSample(
        of: loader, sample: sample, times: times, initialSteps: checkpoint.formulation.initialSteps,
        truth: truth.reshaped(Array(truth.shape.dropFirst())),
        prediction: $0.reshaped(Array($0.shape.dropFirst())))
    }
    guard let shown else {
      throw PlotError.noSample(file: loader.dataSet.path, sample: sample, samples: 0)
    }
    self = shown
  }

  /// Whether there is one answer to one given state, and no motion.
  private var isStatic: Bool {
    !hasMotion(frameNames: frameNames, initialSteps: initialSteps, frames: frames)
  }

  /// The number of frames.
  var frames: Int { times.count }

  /// The place of the slice that is shown of three axes.
  var depth: Int? { coordinates.count == 3 ? coordinates[2].count / 2 : nil }

  /// What the title says of the slice.
  var slice: String { depth.map { ", z = \(formatted(coordinates[2][$0], digits: 3))" } ?? "" }

  /// Values that are some numbers apart in memory; what is not known of a forecast is NaN.
  private func values(
    _ kind: Kind, frame: Int, variable: Int, from first: Int, step: Int, count: Int
  ) -> [Float] {
    let start = (frame * variables.count + variable) * coordinates.reduce(1) { $0 * $1.count } + first
    let isKnown = start < truth.count
    return (0..<count).map { index in
      let place = start + index * step
      return switch kind {
      case .prediction: prediction[place]
      case .truth: isKnown ? truth[place] : .nan
      case .error: isKnown ? prediction[place] - truth[place] : .nan
      }
    }
  }

  /// The values along x in 1D; what is not known of a forecast is NaN.
  func line(_ kind: Kind, frame: Int, variable: Int, stride: Int = 1) -> [Float] {
    let count = (coordinates[0].count + stride - 1) / stride
    return values(kind, frame: frame, variable: variable, from: 0, step: stride, count: count)
  }

  /// The rows of a plane in 2D, or of the middle one in 3D, the lowest y first.
  func plane(_ kind: Kind, frame: Int, variable: Int, strides: (x: Int, y: Int)) -> [[Float]] {
    let (width, height) = (coordinates[0].count, coordinates[1].count)
    let planes = coordinates.count == 3 ? coordinates[2].count : 1
    return stride(from: 0, to: height, by: strides.y).map { y in
      values(
        kind, frame: frame, variable: variable, from: y * planes + (depth ?? 0),
        step: strides.x * height * planes, count: (width + strides.x - 1) / strides.x)
    }
  }

  /// Draws it: an animation where the file's ending says so, else a picture.
  ///
  /// - Parameter path: A file that ends in `.svg`, `.png`, `.gif` or `.mp4`.
  /// - Throws: ``PlotError``.
  public func draw(to path: String) throws {
    if Gnuplot.isAnimation(path) {
      guard !isStatic else { throw PlotError.noTimes(file: file) }
      try RolloutAnimation(self).draw(to: path)
    } else if isStatic {
      try AnswerPicture([self]).draw(to: path)
    } else {
      try RolloutPicture(self).draw(to: path)
    }
  }

  /// Checks that there is a sample before anything is computed.
  ///
  /// - Parameters:
  ///   - sample: The sample's place.
  ///   - data: The data set.
  /// - Throws: ``PlotError/noSample(file:sample:samples:)``.
  public static func require(_ sample: Int, in data: any FieldDataSet) throws(PlotError) {
    guard (0..<data.samples).contains(sample) else {
      throw .noSample(file: data.path, sample: sample, samples: data.samples)
    }
  }

  /// Checks before anything is computed that a picture can be drawn.
  ///
  /// - Parameter path: The file that is to be drawn.
  /// - Throws: ``PlotError`` for a name of another ending, for a folder that is not there or takes no files, and
  ///   without the programs that draw.
  public static func require(_ path: String) throws(PlotError) {
    if Gnuplot.isAnimation(path) {
      try Gnuplot.require(animation: path)
    } else {
      try Gnuplot.require(picture: path)
    }
  }

  /// Checks before anything is computed that there is motion where a film is asked for.
  ///
  /// - Parameters:
  ///   - path: The file that is to be drawn.
  ///   - data: The data set.
  ///   - initialSteps: Frames of a rollout that are given.
  ///   - frames: All frames of a rollout.
  /// - Throws: ``PlotError/noTimes(file:)``.
  public static func requireMotion(
    for path: String, of data: any FieldDataSet, initialSteps: Int, frames: Int
  ) throws(PlotError) {
    guard Gnuplot.isAnimation(path) else { return }
    guard hasMotion(frameNames: data.frameNames, initialSteps: initialSteps, frames: frames) else {
      throw .noTimes(file: data.path)
    }
  }
}
