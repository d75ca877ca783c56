import Foundation
import TensorCore

/// Random smooth fields on the periodic unit square: independent normal amplitudes for the waves up to a wavenumber.
///
/// A field depends on the random numbers alone, so that the same sample on a finer grid is the same function.
struct GaussianField {
  private let sum: WaveSum

  /// Fields on a grid of cell centers.
  init(resolution: [Int], highest: Int) {
    sum = WaveSum(resolution: resolution, highest: highest, includesConstant: true)
  }

  /// The next field, of mean 0, row-major.
  ///
  /// - Parameters:
  ///   - generator: Where the random numbers come from.
  ///   - amplitude: The deviation of a wave's amplitude, given its wavenumber |k|, which is not zero.
  /// - Returns: One value per cell.
  func sample(_ generator: inout CounterGenerator, amplitude: (_ wavenumber: Double) -> Double) -> [Double] {
    let amplitudes = zip(sum.wavenumbers, sum.sizes).map { wavenumber, size in
      let number = Double(generator.normal())
      // k and −k are one wave: of each pair, the one whose first number that is not zero is positive.
      let isCounted = wavenumber.first { $0 != 0 }.map { $0 > 0 } ?? false
      return isCounted ? number * amplitude(size) : 0
    }
    let phases = amplitudes.map { _ in 2 * Double.pi * generator.uniformDouble() }
    return sum.field(amplitudes: amplitudes, phases: phases)
  }
}

extension [Double] {
  /// The root of the mean square.
  var rootMeanSquare: Double { (reduce(0) { $0 + $1 * $1 } / Double(Swift.max(count, 1))).squareRoot() }
}
