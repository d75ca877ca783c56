import TensorCore

/// The mean and the spread of each variable, for normalization.
public struct VariableStatistics: Sendable, Equatable, Codable {
  /// The names of the variables, in the order of the channels.
  public let variables: [String]
  /// The mean over samples, frames and points, per variable.
  public let mean: [Double]
  /// The root of the mean squared deviation from the mean, per variable; zero for a variable that is constant.
  public let standardDeviation: [Double]

  private enum CodingKeys: String, CodingKey {
    case variables, mean
    case standardDeviation = "standard_deviation"
  }

  /// Keys that were written in another way before 0.2.
  private enum OldKeys: CodingKey {
    case standardDeviation
  }

  /// Reads statistics, also those that an earlier version wrote.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    variables = try values.decode([String].self, forKey: .variables)
    mean = try values.decode([Double].self, forKey: .mean)
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
  /// - Precondition: There are as many means and spreads as variables.
  public init(variables: [String], mean: [Double], standardDeviation: [Double]) {
    precondition(
      variables.count == mean.count && variables.count == standardDeviation.count,
      "\(variables.count) variables with \(mean.count) means and \(standardDeviation.count) deviations")
    self.variables = variables
    self.mean = mean
    self.standardDeviation = standardDeviation
  }
}

extension BatchLoader {
  /// The statistics of some samples, over the frames and points that are used.
  ///
  /// Accumulated in double precision in the order of the samples: the same samples give the same bits.
  ///
  /// - Parameters:
  ///   - samples: The places of the samples in the data set.
  ///   - progress: Is told how many samples have been read.
  /// - Returns: The mean and spread of each variable.
  /// - Throws: What ``batch(_:)`` throws.
  /// - Precondition: The samples are in the data set, and there is at least one.
  public func statistics(
    of samples: [Int], progress: (_ done: Int) -> Void = { _ in }
  ) throws -> VariableStatistics {
    precondition(!samples.isEmpty, "statistics need at least one sample")
    let points = spatialShape.reduce(1, *)
    var moments = Array(repeating: RunningMoments(), count: variables.count)
    var done = 0
    let stream = batches(samples.map { [$0] })
    while let batch = try stream.next() {
      batch.frames.withUnsafeElements { elements in
        for index in 0..<frames * moments.count {
          moments[index % moments.count].add(
            UnsafeBufferPointer(rebasing: elements[index * points..<(index + 1) * points]))
        }
      }
      done += 1
      progress(done)
    }
    return VariableStatistics(
      variables: variables.map(\.name), mean: moments.map(\.mean),
      standardDeviation: moments.map(\.standardDeviation))
  }
}
