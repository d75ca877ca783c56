package import TensorCore

extension CounterGenerator.Purpose {
  /// The order of the training samples in an epoch.
  package static let shuffle = Self(number: 2)
  /// Noise added to the input frames.
  package static let noise = Self(number: 3)
}
