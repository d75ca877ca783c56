package import TensorCore

extension CounterGenerator.Purpose {
  /// Initial weights of a model.
  package static let weights = Self(number: 1)
}

extension CounterGenerator {
  /// Streams for the initial weights of a model, numbered in the order in which they are asked for.
  ///
  /// - Parameter seed: The seed of the run.
  /// - Returns: A function that gives the stream for the next parameter, whatever its name.
  package static func weightStreams(seed: UInt64) -> (_ name: String) -> CounterGenerator {
    var asked = 0
    return { _ in
      defer { asked += 1 }
      return CounterGenerator(seed: seed, purpose: .weights, index: asked)
    }
  }
}
