import PDEData
import TensorCore

/// Watches predicted frames for values that the training data do not reach: there a model is on its own.
public struct RangeWatch: Sendable {
  /// The first value of a variable outside of the range.
  public struct Departure: Sendable, Equatable, Codable {
    /// The variable.
    public let variable: String
    /// The frame, counted from 0.
    public let frame: Int
    /// Its time.
    public let time: Double
    /// The value of the frame that is farthest outside.
    public let value: Float
    /// The range of the training data.
    public let minimum, maximum: Float
  }

  /// The first departure of each variable that has one, over all samples.
  public private(set) var departures: [Departure] = []
  /// Whether there are ranges to compare with.
  public var isKnown: Bool { statistics?.minimum != nil }

  private let statistics: VariableStatistics?
  /// The places of the variables that are watched.
  private let watched: [Int]
  private let initialSteps: Int
  private let times: [Double]

  init(_ statistics: VariableStatistics?, of watched: [Int], initialSteps: Int, times: [Double]) {
    self.statistics = statistics
    self.watched = watched
    self.initialSteps = initialSteps
    self.times = times
  }

  /// Looks at predictions `[samples, time, variables, x(, y(, z))]`.
  mutating func look(at prediction: Tensor) {
    guard let statistics, let minimum = statistics.minimum, let maximum = statistics.maximum else { return }
    let (samples, frames, variables) = (prediction.shape[0], prediction.shape[1], prediction.shape[2])
    let points = prediction.shape[3...].reduce(1, *)
    let values = prediction.elements
    for variable in watched {
      let name = statistics.variables[variable]
      // Of the first frame out of range that is known, samples to come may be further outside.
      let known = departures.first { $0.variable == name }
      for frame in initialSteps..<max(known.map { $0.frame + 1 } ?? frames, initialSteps) {
        let kind = statistics.place(of: variable, frame: frame)
        let (lower, upper) = (minimum[kind], maximum[kind])
        func distance(_ value: Float) -> Float {
          value.isFinite ? max(lower - value, value - upper) : .infinity
        }
        var worst: (distance: Float, value: Float) = (0, 0)
        if let known, known.frame == frame { worst = (distance(known.value), known.value) }
        for sample in 0..<samples {
          let start = ((sample * frames + frame) * variables + variable) * points
          for value in values[start..<start + points] {
            let distance = distance(value)
            if distance > worst.distance { worst = (distance, value) }
          }
        }
        guard worst.distance > 0 else { continue }
        departures.removeAll { $0.variable == name }
        departures.append(
          Departure(
            variable: name, frame: frame, time: times[frame], value: worst.value, minimum: lower,
            maximum: upper))
        break
      }
    }
  }
}
