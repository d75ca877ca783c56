import Foundation
import TensorCore

/// The initial states that only 1D has.
extension InitialState {
  /// Waves in density, pressure and velocity, independent of each other.
  ///
  /// The density is scaled to an interval [b, b + m] with b and m log-uniform in [1, 10], the pressure likewise with
  /// [10, 100]; the velocity is left as it is.
  static func randomLine(
    _ configuration: CompressibleFlow.Configuration, _ generator: inout CounterGenerator
  ) -> [[Double]] {
    let count = configuration.resolution[0]
    let density = randomWave(count, &generator)
    let densityScale = (least: decade(from: 1, &generator), extent: decade(from: 1, &generator))
    let pressure = randomWave(count, &generator)
    let pressureScale = (least: decade(from: 10, &generator), extent: decade(from: 10, &generator))
    let velocity = randomWave(count, &generator)
    return [scaled(density, densityScale), scaled(pressure, pressureScale), velocity]
  }

  /// A sum over k = 1, 2, 3 of aₖ·sin(2πk·nₖ·x/L + φₖ), where aₖ is uniform in [0, 1], φₖ in [0, 2π], and nₖ says how
  /// often k came up in two draws (0 leaves a constant).
  ///
  /// With probability 0.1 it is replaced by its absolute value; its sign is random; with probability 0.5 it is seen
  /// through a window in the upper half of the axis.
  private static func randomWave(_ count: Int, _ generator: inout CounterGenerator) -> [Double] {
    let draws = (0..<2).map { _ in Int.random(in: 1...3, using: &generator) }
    let waves = (1...3).map { k in
      (
        amplitude: generator.uniformDouble(), wavenumber: Double(k * draws.count { $0 == k }),
        phase: generator.uniform(0...2 * .pi)
      )
    }
    let isAbsolute = generator.happens(0.1)
    let sign: Double = generator.happens(0.5) ? 1 : -1
    // The ends of the window are given in halves of the axis, from its middle on.
    let start = 0.5 + 0.5 * generator.uniform(0.1...0.45)
    let end = 0.5 + 0.5 * generator.uniform(0.55...0.9)
    let isWindowed = generator.happens(0.5)
    return (0..<count).map { cell in
      let x = (Double(cell) + 0.5) / Double(count)
      let wave = waves.reduce(0) { $0 + $1.amplitude * sin(2 * .pi * $1.wavenumber * x + $1.phase) }
      let value = sign * (isAbsolute ? abs(wave) : wave)
      return isWindowed ? value * window(x, start, end, width: 0.005) : value
    }
  }

  /// Two values of each variable with a jump between a quarter and three quarters of the axis: density log-uniform in
  /// [1, 10], pressure in [10, 100], velocity the exponential of a number uniform in [−0.5, 0.5].
  static func randomJumps(
    _ configuration: CompressibleFlow.Configuration, _ generator: inout CounterGenerator
  ) -> [[Double]] {
    let count = configuration.resolution[0]
    func jump(_ value: (inout CounterGenerator) -> Double) -> [Double] {
      let (left, right) = (value(&generator), value(&generator))
      let position = generator.uniform(0.25...0.75) * Double(count)
      return (0..<count).map { Double($0) + 0.5 < position ? left : right }
    }
    return [
      jump { decade(from: 1, &$0) }, jump { decade(from: 10, &$0) }, jump { exp($0.uniform(-0.5...0.5)) },
    ]
  }

  /// A number between `least` and ten times that, its logarithm uniform.
  private static func decade(from least: Double, _ generator: inout CounterGenerator) -> Double {
    least * pow(10, generator.uniformDouble())
  }

  private static func scaled(_ values: [Double], _ scale: (least: Double, extent: Double)) -> [Double] {
    let lowest = values.reduce(.infinity, min)
    let range = values.reduce(-.infinity, max) - lowest
    return values.map { scale.least + scale.extent * (range > 0 ? ($0 - lowest) / range : 0) }
  }

  /// One between two positions and zero outside, with smooth edges.
  static func window(_ x: Double, _ start: Double, _ end: Double, width: Double) -> Double {
    0.5 * (tanh((x - start) / width) - tanh((x - end) / width))
  }
}
