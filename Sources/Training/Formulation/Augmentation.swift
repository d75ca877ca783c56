public import Symmetries

/// Samples transformed at random by symmetries of their equations, in another way in every epoch: each is another sample that
/// solves the same equations.
public struct Augmentation: Sendable, Equatable {
  /// The fields.
  public var system: FieldSystem
  /// The symmetries that are used.
  public var symmetries: [Symmetry]
  /// The standard deviation of a boost's velocity, in the data's units.
  public var speed: Double
  /// The standard deviation of the logarithm of a scaling's factor.
  public var spread: Double

  /// Transforms by some symmetries.
  public init(_ system: FieldSystem, _ symmetries: [Symmetry], speed: Double = 0.5, spread: Double = 0.5) {
    self.system = system
    self.symmetries = symmetries
    self.speed = speed
    self.spread = spread
  }

  /// How samples are transformed in an epoch, which depends on the seed, the epoch and each sample alone.
  func transform(of samples: [Int], seed: UInt64, epoch: Int) -> SampleTransform {
    .random(
      of: system, symmetries: symmetries, samples: samples, seed: seed, epoch: epoch, speed: speed,
      spread: spread)
  }
}
