import Foundation
import PDEData

extension Double {
  /// A time without the digits that files in single precision do not have.
  var timeText: String { String(format: "%.6g", self) }
}

extension BatchLoader {
  /// Whether the same time lies between any two neighboring frames, to a hundredth of it, which times in single precision need.
  var hasEvenTimes: Bool { times.isEvenlySpaced(within: 1e-2) }

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
