import Foundation
import TensorCore

/// The initial states in more than one dimension.
extension InitialState {
  /// Waves of amplitude |k|^(−(d − 1)/2) in d dimensions and random phase in every variable, up to wavenumber 4 along each axis.
  ///
  /// ```
  /// ρ = ρ₀ (1 + δρ·w/mean|w|)     p = ρ₀T₀ (1 + δp·w/mean|w|)     mean|v| = M √(γT₀)
  /// ```
  ///
  /// ρ₀ and T₀ are uniform in [0.1, 10], δρ and δp in [0.01, 0.2], and w is another wave sum each time. With probability
  /// 0.5 the disturbances are seen through a window: between [0.1, 0.45] and [0.55, 0.9] of each axis.
  ///
  /// If the amplitudes vary, k and −k are waves of their own with a phase each, φ and ψ. They are one real wave of
  /// amplitude 2|cos((φ + ψ)/2)|·|k|^(−(d − 1)/2): its coefficient of variation is (π²/8 − 1)^½ = 0.48 at every |k|. So it is in
  /// the released data.
  static func randomWaves(
    _ configuration: CompressibleFlow.Configuration, _ machNumber: Double, amplitudesVary: Bool,
    _ generator: inout CounterGenerator
  ) -> [[Double]] {
    let waves = WaveSum(resolution: configuration.resolution)
    let amplitudes = waves.amplitudes
    func wave() -> [Double] {
      guard amplitudesVary else {
        return waves.field(amplitudes: amplitudes, phases: phases(of: waves, &generator))
      }
      let (forward, backward) = (phases(of: waves, &generator), phases(of: waves, &generator))
      return waves.field(
        amplitudes: amplitudes.indices.map { amplitudes[$0] * 2 * cos((forward[$0] + backward[$0]) / 2) },
        phases: amplitudes.indices.map { (forward[$0] - backward[$0]) / 2 })
    }
    let density = generator.uniform(0.1...10)
    let temperature = generator.uniform(0.1...10)
    let densityDisturbance = generator.uniform(0.01...0.2)
    let pressureDisturbance = generator.uniform(0.01...0.2)
    let fields = (0..<2 + configuration.dimensions).map { _ in wave() }
    let edges = configuration.resolution.map { _ in
      (start: generator.uniform(0.1...0.45), end: generator.uniform(0.55...0.9))
    }
    let isWindowed = generator.happens(0.5)
    let visible =
      isWindowed ? window(configuration.resolution, edges) : Array(repeating: 1, count: fields[0].count)

    func disturbed(_ mean: Double, _ size: Double, _ wave: [Double]) -> [Double] {
      let scale = size / (wave.reduce(0) { $0 + abs($1) } / Double(wave.count))
      return zip(wave, visible).map { mean * (1 + scale * $0 * $1) }
    }
    let speed = machNumber * (configuration.heatCapacityRatio * temperature).squareRoot()
    return [
      disturbed(density, densityDisturbance, fields[0]),
      disturbed(density * temperature, pressureDisturbance, fields[1]),
    ]
      + scaled(Array(fields[2...]), toMeanSize: speed).map { component in
        zip(component, visible).map { $0 * $1 }
      }
  }

  /// Density 1, pressure 1/(γM²), and a divergence-free velocity of mean size 1 whose waves have the amplitude
  /// |k|^(−(d − 1)/2) in d dimensions, a random phase and a random direction across k. In PDEBench's data each component has
  /// a phase of its own before what is not across k is taken away, so that the amplitudes vary.
  static func turbulence(
    _ configuration: CompressibleFlow.Configuration, _ machNumber: Double, _ generator: inout CounterGenerator
  ) -> [[Double]] {
    let waves = WaveSum(resolution: configuration.resolution)
    let phases = phases(of: waves, &generator)
    let lengths = configuration.domain.map { $0.upperBound - $0.lowerBound }
    let amplitudes = zip(waves.wavenumbers, waves.amplitudes).map { wavenumber, amplitude in
      let direction = direction(across: zip(wavenumber, lengths).map { Double($0) / $1 }, &generator)
      return direction.map { $0 * amplitude }
    }
    let velocity = configuration.resolution.indices.map { axis in
      waves.field(amplitudes: amplitudes.map { $0[axis] }, phases: phases)
    }
    let pressure = 1 / (configuration.heatCapacityRatio * machNumber * machNumber)
    let cells = velocity[0].count
    return [Array(repeating: 1, count: cells), Array(repeating: pressure, count: cells)]
      + scaled(velocity, toMeanSize: 1)
  }

  /// A stream along x between y = ¼ and ¾ of the axis against one outside of it.
  ///
  /// The streams differ by 1 in velocity and by a factor in [1, 2] in density; p = 1/(γM²); the layers between them are
  /// 0.01 to 0.05 of the axis wide and are disturbed across by four waves along x of mean size 0.01 to 0.1. So M is the ratio of
  /// the streams' difference to the speed of sound of density 1, and that of their own speed half of it.
  static func shearLayers(
    _ configuration: CompressibleFlow.Configuration, _ machNumber: Double, _ generator: inout CounterGenerator
  ) -> [[Double]] {
    let width = generator.uniform(0.01...0.05)
    let contrast = generator.uniform(1...2)
    let size = generator.uniform(0.01...0.1)
    let waves = (1...4).map { (wavenumber: Double($0), phase: generator.uniform(0...2 * .pi)) }
    let (rows, columns) = (configuration.resolution[0], configuration.resolution[1])
    let pressure = 1 / (configuration.heatCapacityRatio * machNumber * machNumber)
    let stream = (0..<columns).map { window((Double($0) + 0.5) / Double(columns), 0.25, 0.75, width: width) }
    let ripple = (0..<rows).map { row in
      let x = (Double(row) + 0.5) / Double(rows)
      return waves.reduce(0) { $0 + sin(2 * .pi * $1.wavenumber * x + $1.phase) }
    }
    let scale = size / (ripple.reduce(0) { $0 + abs($1) } / Double(rows))
    func field(_ value: (_ row: Int, _ column: Int) -> Double) -> [Double] {
      (0..<rows).flatMap { row in (0..<columns).map { value(row, $0) } }
    }
    return [
      field { 1 + (contrast - 1) * stream[$1] },
      field { _, _ in pressure },
      field { stream[$1] - 0.5 },
      // The disturbance is largest where the streams meet.
      field { scale * ripple[$0] * 4 * stream[$1] * (1 - stream[$1]) },
    ]
  }

  private static func phases(of waves: WaveSum, _ generator: inout CounterGenerator) -> [Double] {
    waves.wavenumbers.map { _ in generator.uniform(0...2 * .pi) }
  }

  /// A random unit vector at right angles to another.
  private static func direction(across vector: [Double], _ generator: inout CounterGenerator) -> [Double] {
    while true {
      let candidate = vector.map { _ in generator.uniform(-1...1) }
      let along =
        zip(candidate, vector).reduce(0) { $0 + $1.0 * $1.1 } / vector.reduce(0) { $0 + $1 * $1 }
      let across = zip(candidate, vector).map { $0 - along * $1 }
      let size = across.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if size > 0.1 { return across.map { $0 / size } }
    }
  }

  private static func scaled(_ velocity: [[Double]], toMeanSize size: Double) -> [[Double]] {
    let cells = velocity[0].count
    let mean =
      (0..<cells).reduce(0) { sum, cell in
        sum + velocity.reduce(0) { $0 + $1[cell] * $1[cell] }.squareRoot()
      } / Double(cells)
    return velocity.map { component in component.map { $0 * size / mean } }
  }

  /// The product over the axes of windows with the given edges.
  private static func window(_ resolution: [Int], _ edges: [(start: Double, end: Double)]) -> [Double] {
    zip(resolution, edges).reduce([1]) { product, axis in
      let (count, edge) = axis
      return product.flatMap { factor in
        (0..<count).map {
          factor * window((Double($0) + 0.5) / Double(count), edge.start, edge.end, width: 0.01)
        }
      }
    }
  }
}
