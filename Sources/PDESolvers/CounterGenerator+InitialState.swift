package import TensorCore

extension CounterGenerator.Purpose {
  /// Initial states of a PDE.
  package static let initialState = Self(number: 4)
}
