import TensorCore
import Training

extension Sequence<Double> {
  /// The middle value; of an even number of values the upper one of the two in the middle, so that it was measured.
  ///
  /// - Precondition: There is a value.
  package var upperMedian: Double {
    let sorted = sorted()
    return sorted[sorted.count / 2]
  }
}

extension Sequence<Duration> {
  /// The middle value in seconds; of an even number of values the mean of the two in the middle.
  ///
  /// - Precondition: There is a value.
  package var medianSeconds: Double {
    let sorted = sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]).seconds / 2
  }
}

extension Tensor {
  /// Numbers to compute with, uniform in [-1, 1) and always the same.
  ///
  /// - Parameters:
  ///   - shape: The tensor's extents.
  ///   - index: Which numbers: each index has others.
  /// - Returns: The tensor.
  static func noise(_ shape: [Int], index: Int) -> Tensor {
    var generator = CounterGenerator(seed: 0, purpose: .noise, index: index)
    return zeros(shape).map { _ in 2 * generator.uniform() - 1 }
  }
}
