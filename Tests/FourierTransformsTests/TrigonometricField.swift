import Foundation
import FourierTransforms
import TensorCore

/// A sum of waves on a periodic box, Σⱼ aⱼ·cos(kⱼ·x + φⱼ), whose derivatives are known in closed form.
struct TrigonometricField {
  /// A wave: its amplitude, its whole number of periods along each axis, and its phase.
  struct Wave {
    let amplitude: Double
    let periods: [Int]
    let phase: Double
  }

  let waves: [Wave]
  let lengths: [Double]

  /// Waves up to the highest frequency that every axis resolves, without any symmetry between axes or directions.
  init(on grid: SpectralGrid) {
    lengths = grid.lengths
    let highest = grid.shape.map { ($0 - 1) / 2 }
    waves = (1...6).map { j in
      let periods = grid.shape.indices.map { axis in
        let range = 2 * highest[axis] + 1
        return (j * (3 + 2 * axis) + axis) % range - highest[axis]
      }
      return Wave(amplitude: 1 / Double(j), periods: periods, phase: 0.7 * Double(j))
    }
  }

  /// kⱼ along an axis.
  func wavenumber(_ wave: Wave, axis: Int) -> Double {
    2 * .pi * Double(wave.periods[axis]) / lengths[axis]
  }

  /// |kⱼ|².
  func squaredWavenumber(_ wave: Wave) -> Double {
    lengths.indices.reduce(0) { $0 + wavenumber(wave, axis: $1) * wavenumber(wave, axis: $1) }
  }

  /// The field with each wave's amplitude multiplied and its phase shifted.
  func sampled(
    on grid: SpectralGrid, factor: (Wave) -> Double = { _ in 1 }, shift: (Wave) -> Double = { _ in 0 }
  ) -> Tensor {
    grid.field { position in
      waves.reduce(0) { sum, wave in
        let angle = lengths.indices.reduce(wave.phase + shift(wave)) {
          $0 + wavenumber(wave, axis: $1) * position[$1]
        }
        return sum + factor(wave) * wave.amplitude * cos(angle)
      }
    }
  }
}
