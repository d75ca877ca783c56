package import TensorCore

extension CounterGenerator.Purpose {
  /// Initial weights of a model.
  package static let weights = Self(number: 1)
}
