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

  /// The times of a rollout's frames, which go on at the data set's distance behind its last one.
  ///
  /// - Parameters:
  ///   - start: The rollout's first frame.
  ///   - count: The number of its frames.
  ///   - interval: The time between frames where the data set has only one.
  /// - Returns: A time for each frame.
  func times(from start: Int, count: Int, interval: Double?) -> [Double] {
    let known = times[start...].prefix(count)
    let step = frameInterval ?? interval ?? 1
    let last = known.last ?? 0
    return known + (0..<(count - known.count)).map { last + Double($0 + 1) * step }
  }
}
