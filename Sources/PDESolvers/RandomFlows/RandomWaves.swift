import Foundation
import TensorCore

/// A random periodic function on [0, 1], the initial state of PDEBench's advection and Burgers files.
///
/// ```
/// u(x) = Σᵢ Aᵢ · sin(2π·nᵢ·x + φᵢ),   i = 1, 2
/// ```
///
/// with Aᵢ uniform in [0, 1], nᵢ a whole number from 1 to 8, φᵢ uniform in [0, 2π). In one of ten it is replaced by its
/// absolute value, with either sign; in one of ten it is seen through a window.
///
/// Source: Takamoto et al., *PDEBench*, arXiv:2210.07182, appendix D.1.
public struct RandomWaves: Sendable {
  private var waves: [(amplitude: Double, number: Double, phase: Double)] = []
  private let sign: Double?
  private let window: (start: Double, end: Double)?

  /// The function of one sample, which depends on the arguments alone.
  ///
  /// - Parameters:
  ///   - seed: The seed of the data set.
  ///   - sample: The number of the sample.
  public init(seed: UInt64, sample: Int) {
    var generator = CounterGenerator(seed: seed, purpose: .initialState, index: sample)
    for _ in 0..<2 {
      let amplitude = generator.uniformDouble()
      let number = (1 + 8 * generator.uniformDouble()).rounded(.down)
      waves.append((amplitude, number, 2 * .pi * generator.uniformDouble()))
    }
    let isAbsolute = generator.happens(0.1)
    let isPositive = generator.happens(0.5)
    sign = isAbsolute ? (isPositive ? 1 : -1) : nil
    let isWindowed = generator.happens(0.1)
    let edges = (start: generator.uniform(0.1...0.45), end: generator.uniform(0.55...0.9))
    window = isWindowed ? edges : nil
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
