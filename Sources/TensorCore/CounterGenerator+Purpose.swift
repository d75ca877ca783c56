extension CounterGenerator {
  /// What a stream of random numbers is for: the streams of two purposes do not overlap.
  ///
  /// Who needs a stream makes its purpose, from a number or from a name.
  ///
  /// ```swift
  /// var generator = CounterGenerator(seed: 1, purpose: "dropout", epoch: epoch, index: sample)
  /// ```
  public struct Purpose: Sendable, Hashable, ExpressibleByStringLiteral {
    let number: UInt32

    /// The purpose of that number.
    ///
    /// This package's own are: 1 initial weights, 2 the order of samples, 3 noise on the input, 4 initial states of a PDE,
    /// 5 tests.
    ///
    /// - Precondition: The number is not negative and below 2³¹.
    public init(number: Int) {
      precondition(
        (0..<1 << 31).contains(number), "a purpose's number lies between 0 and 2³¹ − 1, not \(number)")
      self.number = UInt32(number)
    }

    /// The purpose of that name, which is none of those with a number.
    ///
    /// Two names are the same purpose with a probability of 2⁻³¹: 31 bits of FNV-1a tell them apart.
    public init(_ name: String) {
      let hash = name.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
      number = hash | 1 << 31
    }

    /// The purpose of that name.
    public init(stringLiteral name: String) { self.init(name) }
  }
}
