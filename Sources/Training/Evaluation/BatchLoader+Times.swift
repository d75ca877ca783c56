import Foundation
import PDEData

extension Double {
  /// By which part of itself a time between frames may differ and be the same, as times in single precision need it.
  static let timeStepTolerance = 0.01

  /// Whether two times between frames are the same.
  func isTimeStep(_ other: Double) -> Bool {
    self == other || abs(self / other - 1) <= Self.timeStepTolerance
  }

  /// A time without the digits that files in single precision do not have.
  var timeText: String { String(format: "%.6g", self) }
}

extension BatchLoader {
  /// Whether the same time lies between any two neighboring frames.
  var hasEvenTimes: Bool { times.isEvenlySpaced(within: Double.timeStepTolerance) }

  /// The times of a rollout's frames: the data set's, which go on at its distance behind its last one, unless predicted frames have a
  /// distance of their own.
  ///
  /// - Parameters:
  ///   - start: The rollout's first frame.
  ///   - count: The number of its frames.
  ///   - given: How many of them are given, and so have the data set's times in any case.
  ///   - step: The time from each predicted frame to the next; nil for the data set's times.
  /// - Returns: A time for each frame.
  func times(from start: Int, count: Int, given: Int, step: Double?) -> [Double] {
    let known = Array(times[start...].prefix(step == nil ? count : min(given, count)))
    let (last, distance) = (known.last ?? 0, step ?? frameInterval ?? 1)
    return known + (0..<(count - known.count)).map { last + Double($0 + 1) * distance }
  }
}
