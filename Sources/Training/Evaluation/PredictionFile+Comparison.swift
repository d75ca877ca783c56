import PDEData
import TensorCore

extension PredictionFile {
  /// Opens predictions as their file says, or else as those of the data.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - data: The data set.
  ///   - axes: What each axis of the file's arrays is, where it does not tell.
  /// - Returns: The predictions.
  /// - Throws: What is wrong with the file.
  static func open(_ path: String, like data: any FieldDataSet, axes: [String]) throws -> any FieldDataSet {
    do {
      return try DataFile.open(path)
    } catch let error as DataFileError {
      guard case .unclear = error, !axes.isEmpty else { throw error }
    }
    // An array without a name has the name of the data's; arrays that have other names are told by these.
    let names = data.states.map { data.variables[$0].name }
    let named = try? DataFile.open(path, selection: FieldSelection(variables: names, axes: axes))
    return try named ?? DataFile.open(path, selection: FieldSelection(axes: axes))
  }

  /// The frames of a data set that a file of predictions is of, by their times.
  ///
  /// A file that says no times has the numbers of its frames in their place, and is of the data set's frames in order. So is one
  /// of as many frames with times of its own, as in another unit, where both are evenly spaced.
  ///
  /// - Parameters:
  ///   - found: Reads the predictions.
  ///   - expected: Reads the data set.
  /// - Returns: A place for each predicted frame; nil where there are no times to go by, and not as many frames.
  /// - Throws: ``PredictionError/times(prediction:time:data:first:last:)`` for a time that the data set does not have.
  static func frames(of found: BatchLoader, in expected: BatchLoader) throws(PredictionError) -> [Int]? {
    let inOrder = found.frames == expected.frames ? Array(0..<found.frames) : nil
    guard found.dataSet.frameNames == nil, expected.dataSet.frameNames == nil else { return inOrder }
    let (own, times) = (found.times, expected.times)
    // Numbers of frames are not times, even where the data have frames at such times.
    if own.count > 1, own.areNumbers(from: 0),
      inOrder != nil || !times.prefix(own.count).areNumbers(from: 0)
    {
      return inOrder
    }
    let tolerance = Double.timeStepTolerance * abs(expected.frameInterval ?? 1)
    var places: [Int] = []
    var place = 0
    for time in own {
      while place + 1 < times.count, abs(times[place + 1] - time) < abs(times[place] - time) { place += 1 }
      guard abs(times[place] - time) <= tolerance, places.last != place else {
        // Times of one of the two alone can only be those of the same frames.
        let hasNoTimes = expected.dataSet.times.areNumbers(from: 0)
        if own.areNumbers(from: 0) || (hasNoTimes && own.first == 0) { return inOrder }
        if let inOrder, areOtherTimes(found, expected, beginsTogether: !places.isEmpty) { return inOrder }
        throw .times(
          prediction: found.dataSet.path, time: time, data: expected.dataSet.path, first: times[0],
          last: times[times.count - 1])
      }
      places.append(place)
    }
    return places
  }

  /// Whether predictions can have other times than the data's for as many frames, because both are evenly spaced. One that begins at
  /// a time of the data and has their distance goes on beyond them instead, unless it numbers its frames from 1 and they from 0.
  private static func areOtherTimes(
    _ found: BatchLoader, _ expected: BatchLoader, beginsTogether: Bool
  ) -> Bool {
    guard found.hasEvenTimes, expected.hasEvenTimes, let own = found.frameInterval,
      let interval = expected.frameInterval
    else { return false }
    return !beginsTogether || !own.isTimeStep(interval)
      || (found.times.areNumbers(from: 1) && expected.times.areNumbers(from: 0))
  }

  /// Some frames of each sample of `[samples, time, variables, …]`.
  static func frames(_ places: [Int], of samples: Tensor) -> Tensor {
    guard places != Array(0..<samples.shape[1]) else { return samples }
    return .concatenated(places.map { samples.sliced(axis: 1, $0..<($0 + 1)) }, axis: 1)
  }

  /// The first sample and variable whose given frames are not the data's; nil if all are, but for rounding.
  ///
  /// - Parameters:
  ///   - count: The number of given frames.
  ///   - prediction: `[samples, time, variables, …]`.
  ///   - truth: What the frames should be, of the same shape.
  /// - Returns: Their places.
  static func otherField(
    amongFirst count: Int, of prediction: Tensor, and truth: Tensor
  ) -> (sample: Int, variable: Int)? {
    guard count > 0 else { return nil }
    let shape = truth.shape
    let (samples, variables, points) = (shape[0], shape[2], shape[3...].reduce(1, *))
    let predicted = prediction.sliced(axis: 1, 0..<count).elements
    let wanted = truth.sliced(axis: 1, 0..<count).elements
    for sample in 0..<samples {
      var differences = [Double](repeating: 0, count: variables)
      var fields = differences
      for field in 0..<count * variables {
        let start = (sample * count * variables + field) * points
        for place in start..<start + points {
          let value = Double(wanted[place])
          let difference = Double(predicted[place]) - value
          differences[field % variables] += difference * difference
          fields[field % variables] += value * value
        }
      }
      // Other programs may have scaled fields and back; what is zero may then have the rounding of what is not.
      let least = roundingSquared * (fields.max() ?? 0)
      for variable in 0..<variables
      where differences[variable] > roundingSquared * max(fields[variable], least) {
        return (sample, variable)
      }
    }
    return nil
  }

  /// The square of the part of itself by which a copied field may differ.
  private static let roundingSquared = 1e-6
}

extension Sequence<Double> {
  /// Whether times are the numbers of their frames, as where a file says none, but for the rounding of single precision.
  fileprivate func areNumbers(from first: Int) -> Bool {
    enumerated().allSatisfy { place, time in
      let number = Double(first + place)
      return abs(time - number) <= 1e-6 * number
    }
  }
}
