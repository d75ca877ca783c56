import TensorCore

/// The mean and the spread of each variable, for normalization.
public struct VariableStatistics: Sendable, Equatable, Codable {
  /// The names of the variables, in the order of the channels.
  public let variables: [String]
  /// The names of the frames, where they are different quantities; each then has numbers of its own.
  public let frames: [String]?
  /// The mean over samples, frames and points, per variable; or over samples and points, per frame and variable.
  public let mean: [Double]
  /// The root of the mean squared deviation from the mean, likewise; zero for what is constant.
  public let standardDeviation: [Double]
  /// The least and the greatest value, likewise; nil where an earlier version did not keep them.
  public let minimum, maximum: [Float]?

  private enum CodingKeys: String, CodingKey {
    case variables, frames, mean, minimum, maximum
    case standardDeviation = "standard_deviation"
  }

  /// How many numbers of each kind there are.
  public static func count(variables: Int, frames: [String]?) -> Int {
    variables * max(frames?.count ?? 1, 1)
  }

  /// Where a variable's numbers are.
  ///
  /// - Parameters:
  ///   - variable: The variable's place.
  ///   - frame: The frame's place.
  /// - Returns: The place among ``mean`` and the others.
  public func place(of variable: Int, frame: Int) -> Int {
    guard let frames, !frames.isEmpty else { return variable }
    return min(frame, frames.count - 1) * variables.count + variable
  }

  /// Keys that were written in another way before 0.2.
  private enum OldKeys: CodingKey {
    case standardDeviation
  }

  /// Reads statistics, also those that an earlier version wrote.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    variables = try values.decode([String].self, forKey: .variables)
    frames = try values.decodeIfPresent([String].self, forKey: .frames)
    mean = try values.decode([Double].self, forKey: .mean)
    minimum = try values.decodeIfPresent([Float].self, forKey: .minimum)
    maximum = try values.decodeIfPresent([Float].self, forKey: .maximum)
    standardDeviation =
      try values.decodeIfPresent([Double].self, forKey: .standardDeviation)
      ?? decoder.container(keyedBy: OldKeys.self).decode([Double].self, forKey: .standardDeviation)
  }

  /// Statistics that are already known, such as those of a checkpoint.
  ///
  /// - Parameters:
  ///   - variables: The names of the variables.
  ///   - mean: The mean of each variable.
  ///   - standardDeviation: The spread of each variable.
  ///   - frames: The names of the frames, where they are different quantities.
  ///   - range: The least and greatest values.
  /// - Precondition: There are as many means and spreads as variables, or as frames times variables.
  public init(
    variables: [String], mean: [Double], standardDeviation: [Double], frames: [String]? = nil,
    range: (minimum: [Float], maximum: [Float])? = nil
  ) {
    let count = Self.count(variables: variables.count, frames: frames)
    precondition(
      count == mean.count && count == standardDeviation.count,
      "\(variables.count) variables with \(mean.count) means and \(standardDeviation.count) deviations")
    self.variables = variables
    self.frames = frames
    self.mean = mean
    self.standardDeviation = standardDeviation
    minimum = range?.minimum
    maximum = range?.maximum
  }
}

extension BatchLoader {
  /// The statistics of some samples, over the frames and points that are used.
  ///
  /// Accumulated in double precision in the order of the samples: the same samples give the same bits.
  ///
  /// - Parameters:
  ///   - samples: The places of the samples in the data set.
  ///   - progress: Called with the number of samples read so far.
  /// - Returns: The mean and spread of each variable.
  /// - Throws: What ``batch(_:)`` throws.
  /// - Precondition: The samples are in the data set, and there is at least one.
  public func statistics(
    of samples: [Int], progress: (_ done: Int) -> Void = { _ in }
  ) throws -> VariableStatistics {
    precondition(!samples.isEmpty, "statistics need at least one sample")
    return statistics(of: try moments(of: samples, progress: progress))
  }

  /// The moments of every field of some samples, for ``statistics(of:)``, which may be elsewhere.
  ///
  /// - Parameters:
  ///   - samples: The places of the samples in the data set.
  ///   - progress: Called with the number of samples read so far.
  /// - Returns: Those of each sample's frames and variables, in order, as numbers.
  /// - Throws: What ``batch(_:)`` throws.
  package func moments(
    of samples: [Int], progress: (_ done: Int) -> Void = { _ in }
  ) throws -> [Double] {
    let points = spatialShape.reduce(1, *)
    var moments: [Double] = []
    var done = 0
    let stream = batches(samples.map { [$0] })
    while let batch = try stream.next() {
      batch.frames.withUnsafeElements { elements in
        for index in 0..<frames * variables.count {
          moments +=
            RunningMoments(
              UnsafeBufferPointer(rebasing: elements[index * points..<(index + 1) * points])
            ).numbers
        }
      }
      done += 1
      progress(done)
    }
    return moments
  }

  /// The statistics of samples, joined in their order.
  ///
  /// - Parameter fields: What ``moments(of:progress:)`` gave of all samples, in order.
  /// - Returns: The mean and spread of each variable.
  package func statistics(of fields: [Double]) -> VariableStatistics {
    let names = dataSet.frameNames.map { names in frameIndices.map { names[$0] } }
    let count = VariableStatistics.count(variables: variables.count, frames: names)
    var moments = Array(repeating: RunningMoments(), count: count)
    let length = RunningMoments.numberCount
    for index in 0..<fields.count / length {
      moments[index % count].merge(RunningMoments(fields[(index * length)..<((index + 1) * length)]))
    }
    return VariableStatistics(variables: variables.map(\.name), moments, frames: names)
  }

  /// The statistics of the inputs of some samples; nil if there are no inputs.
  ///
  /// - Parameter samples: The places of the samples in the data set.
  /// - Returns: The mean and spread of each input.
  /// - Throws: What reading the samples throws.
  public func inputStatistics(of samples: [Int]) throws -> VariableStatistics? {
    guard !inputs.isEmpty else { return nil }
    let points = spatialShape.reduce(1, *)
    var moments = Array(repeating: RunningMoments(), count: inputs.count)
    for sample in samples {
      try inputs(of: sample).withUnsafeElements { elements in
        for index in moments.indices {
          moments[index].add(UnsafeBufferPointer(rebasing: elements[index * points..<(index + 1) * points]))
        }
      }
    }
    return VariableStatistics(variables: inputs.map(\.name), moments)
  }
}

extension VariableStatistics {
  fileprivate init(variables: [String], _ moments: [RunningMoments], frames: [String]? = nil) {
    self.init(
      variables: variables, mean: moments.map(\.mean), standardDeviation: moments.map(\.standardDeviation),
      frames: frames, range: (moments.map(\.minimum), moments.map(\.maximum)))
  }
}
