import Foundation

/// Real waves of low wavenumber on a grid: the sum over k of Re(cₖ · exp(2πi Σₐ kₐxₐ/Lₐ)).
///
/// Along the first axis k runs from 1 to the highest, 4 unless another is given, along the others also from −1 down, so
/// that no wave is there twice and none is constant along an axis; with `includesConstant`, 0 is there too, and then
/// waves that are constant along the first axis are there twice.
struct WaveSum {
  /// The wavenumbers of all waves, a number per axis.
  let wavenumbers: [[Int]]
  private let perAxis: [[Int]]
  private let resolution: [Int]

  init(resolution: [Int], highest: Int = 4, includesConstant: Bool = false) {
    self.resolution = resolution
    let positive = Array((includesConstant ? 0 : 1)...highest)
    let both = (1...highest).map { -$0 } + positive
    perAxis = resolution.indices.map { $0 == 0 ? positive : both }
    wavenumbers = perAxis.reduce([[]]) { partial, axis in partial.flatMap { k in axis.map { k + [$0] } } }
  }

  /// The size |k| of every wave's wavenumber.
  var sizes: [Double] {
    wavenumbers.map { sqrt(Double($0.reduce(0) { $0 + $1 * $1 })) }
  }

  /// |k|^(−(d − 1)/2) for every wave in d dimensions: waves of half the length have half the energy in a plane, and a quarter in space.
  var amplitudes: [Double] {
    let axes = wavenumbers.first?.count ?? 1
    // A power might have other last bits than the root, by which sets in 2D were made before.
    return sizes.map { axes == 2 ? 1 / $0.squareRoot() : pow($0, -Double(axes - 1) / 2) }
  }

  /// The field at the cell centers, row-major.
  ///
  /// - Parameters:
  ///   - amplitudes: |cₖ| for every wave, of either sign.
  ///   - phases: The argument of cₖ for every wave.
  /// - Returns: One value per cell.
  func field(amplitudes: [Double], phases: [Double]) -> [Double] {
    var real = zip(amplitudes, phases).map { $0 * cos($1) }
    var imaginary = zip(amplitudes, phases).map { $0 * sin($1) }
    // One axis at a time, the last first: [.., k, positions already done] becomes [.., position, positions done].
    var done = 1
    for axis in resolution.indices.reversed() {
      (real, imaginary) = transform(real, imaginary, axis: axis, inner: done)
      done *= resolution[axis]
    }
    return real
  }

  private func transform(
    _ real: [Double], _ imaginary: [Double], axis: Int, inner: Int
  ) -> ([Double], [Double]) {
    let (waves, count) = (perAxis[axis], resolution[axis])
    let outer = real.count / (waves.count * inner)
    var resultReal = [Double](repeating: 0, count: outer * count * inner)
    var resultImaginary = resultReal
    for block in 0..<outer {
      for position in 0..<count {
        let target = (block * count + position) * inner
        for (index, wave) in waves.enumerated() {
          let angle = 2 * Double.pi * Double(wave) * (Double(position) + 0.5) / Double(count)
          let (c, s) = (cos(angle), sin(angle))
          let source = (block * waves.count + index) * inner
          for offset in 0..<inner {
            resultReal[target + offset] += c * real[source + offset] - s * imaginary[source + offset]
            resultImaginary[target + offset] += c * imaginary[source + offset] + s * real[source + offset]
          }
        }
      }
    }
    return (resultReal, resultImaginary)
  }
}
