package import TensorCore

extension CounterGenerator.Purpose {
  /// The order of the training samples in an epoch.
  package static let shuffle = Self(number: 2)
  /// Noise added to the input frames.
  package static let noise = Self(number: 3)
  /// Where a training window begins.
  package static let window = Self(number: 14)
  /// The order in which layers get each other's factors.
  package static let control = Self(number: 16)
}

extension CounterGenerator {
  /// A whole number from 0 to one less than a count, each as likely as the others.
  mutating func place(below count: Int) -> Int {
    min(Int(uniformDouble() * Double(count)), count - 1)
  }
}
