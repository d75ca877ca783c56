import Glibc

/// Random numbers that depend on a key and a position alone: Philox 4×32 with ten rounds.
///
/// The generator has no history: the numbers of (seed, purpose, epoch, index) are always the same, in
/// any order, on any thread, and after a resume.
///
/// Source: Salmon, Moraes, Dror, Shaw, *Parallel Random Numbers: As Easy as 1, 2, 3*, SC11, section 3.3.
public struct CounterGenerator: RandomNumberGenerator, Sendable {
  private let key: (UInt32, UInt32)
  private var counter: (UInt32, UInt32, UInt32, UInt32)
  private var buffered: UInt64?

  /// The stream of one seed, purpose, epoch and index.
  ///
  /// - Parameters:
  ///   - seed: The seed of the whole run.
  ///   - purpose: What the numbers are for.
  ///   - epoch: The pass over the data, or 0.
  ///   - index: The item within the epoch (a sample, a parameter), or 0.
  public init(seed: UInt64, purpose: Purpose, epoch: Int = 0, index: Int = 0) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    let position = UInt32(truncatingIfNeeded: index)
    counter = (0, UInt32(truncatingIfNeeded: epoch), position, purpose.number)
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    if let second = buffered {
      buffered = nil
      return second
    }
    let block = Self.philox(counter, key)
    counter.0 &+= 1
    buffered = UInt64(block.2) | UInt64(block.3) << 32
    return UInt64(block.0) | UInt64(block.1) << 32
  }

  /// A number uniform in [0, 1), with 24 random bits.
  public mutating func uniform() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A number uniform in [0, 1), with 53 random bits.
  public mutating func uniformDouble() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number from the normal distribution of mean 0 and variance 1, by Box and Muller's transform.
  public mutating func normal() -> Float {
    let radius = (-2 * log(1 - uniformDouble())).squareRoot()
    return Float(radius * cos(2 * .pi * uniformDouble()))
  }

  /// The Philox 4×32-10 block function.
  package static func philox(
    _ counter: (UInt32, UInt32, UInt32, UInt32), _ key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (a, b, c, d) = counter
    var (firstKey, secondKey) = key
    for _ in 0..<10 {
      let first = a.multipliedFullWidth(by: 0xD251_1F53)
      let second = c.multipliedFullWidth(by: 0xCD9E_8D57)
      (a, b, c, d) = (second.high ^ b ^ firstKey, second.low, first.high ^ d ^ secondKey, first.low)
      firstKey &+= 0x9E37_79B9
      secondKey &+= 0xBB67_AE85
    }
    return (a, b, c, d)
  }
}
