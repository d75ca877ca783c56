import Foundation
import TensorCore

/// A random periodic function on [0, 1], the initial state of advection and Burgers data.
///
/// ```
/// u(x) = Σᵢ Aᵢ · sin(2π·nᵢ·x + φᵢ)
/// ```
///
/// with Aᵢ uniform in [0, 1] and φᵢ in [0, 2π). What waves there are is the ``Kind``. In one of ten functions it is
/// replaced by its absolute value, with either sign; in one of ten it is seen through a window.
///
/// Source: Takamoto et al., *PDEBench*, arXiv:2210.07182, appendix D.1, and the released data.
public struct RandomWaves: Sendable {
  /// What waves a function is made of.
  public enum Kind: String, CaseIterable, Sendable {
    /// As in PDEBench's released files: i = 1 to 4 and nᵢ = i·mᵢ, where mᵢ says how often i came up in two draws.
    ///
    /// What did not come up, mᵢ = 0, leaves a constant: the functions' means have a root mean square of 0.60, and their
    /// wavenumber, weighted by energy, is 3.1 on average.
    case released = "waves-released"
    /// As in PDEBench's paper: two waves, n₁ and n₂ whole numbers from 1 to 8.
    ///
    /// The means have a root mean square of 0.15, from the absolute values and windows alone; the wavenumber is 4.8.
    case paper = "waves-paper"
  }

  private typealias Wave = (amplitude: Double, number: Double, phase: Double)

  private let waves: [Wave]
  private let sign: Double?
  private let window: (start: Double, end: Double)?

  /// The function of one sample, which depends on the arguments alone.
  ///
  /// - Parameters:
  ///   - kind: What waves it is made of.
  ///   - seed: The seed of the data set.
  ///   - sample: The number of the sample.
  public init(_ kind: Kind = .released, seed: UInt64, sample: Int) {
    var generator = CounterGenerator(seed: seed, purpose: .initialState, index: sample)
    waves =
      switch kind {
      case .released: Self.repeatedWaves(&generator)
      case .paper: Self.twoWaves(&generator)
      }
    let isAbsolute = generator.happens(0.1)
    let isPositive = generator.happens(0.5)
    sign = isAbsolute ? (isPositive ? 1 : -1) : nil
    let isWindowed = generator.happens(0.1)
    let edges = (start: generator.uniform(0.1...0.45), end: generator.uniform(0.55...0.9))
    window = isWindowed ? edges : nil
  }

  private static func repeatedWaves(_ generator: inout CounterGenerator) -> [Wave] {
    let draws = (0..<2).map { _ in Int.random(in: 1...4, using: &generator) }
    return (1...4).map { wave in
      let amplitude = generator.uniformDouble()
      return (amplitude, Double(wave * draws.count { $0 == wave }), 2 * .pi * generator.uniformDouble())
    }
  }

  private static func twoWaves(_ generator: inout CounterGenerator) -> [Wave] {
    (0..<2).map { _ in
      let amplitude = generator.uniformDouble()
      let number = (1 + 8 * generator.uniformDouble()).rounded(.down)
      return (amplitude, number, 2 * .pi * generator.uniformDouble())
    }
  }

  /// The value at a point, which may lie outside of [0, 1].
  ///
  /// - Parameter position: The point x.
  /// - Returns: u(x).
  public func callAsFunction(_ position: Double) -> Double {
    let x = position - position.rounded(.down)
    var value = waves.reduce(0) { $0 + $1.amplitude * sin(2 * .pi * $1.number * x + $1.phase) }
    if let sign { value = sign * abs(value) }
    if let window { value *= InitialState.window(x, window.start, window.end, width: 0.01) }
    return value
  }
}
