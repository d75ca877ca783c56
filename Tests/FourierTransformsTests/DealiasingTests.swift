import Foundation
import FourierTransforms
import TensorCore
import TestSupport
import Testing

@Suite("The 2/3 rule") struct DealiasingTests {
  @Test("frequencies below a third of the points stay, the others go", arguments: 3...18)
  func kept(extent: Int) {
    // On the last axis and on a leading one, where both signs of the frequency are stored.
    for axis in 0..<2 {
      let other = 5
      let grid = SpectralGrid(shape: axis == 0 ? [extent, other] : [other, extent], lengths: [1, 1])
      for frequency in 0...(extent / 2) {
        let wave = grid.field { cos(2 * .pi * Double(frequency) * $0[axis]) }
        let found = grid.spectrum(of: wave).dealiased().field
        let expected = 3 * frequency < extent ? wave : Tensor.zeros(grid.shape)
        #expect(zip(found.elements, expected.elements).allSatisfy { abs($0 - $1) < 1e-6 })
      }
    }
  }

  @Test("it is a projection", arguments: boxes)
  func projection(grid: SpectralGrid) {
    let once = grid.spectrum(of: GradientCheck.random(grid.shape)).dealiased()
    #expect(once.dealiased().coefficients == once.coefficients)
  }

  @Test(
    "the kept modes of a product are those of a grid fine enough for all of them",
    arguments: [[12], [13], [14], [12, 15], [13, 10], [6, 7, 12]])
  func products(shape: [Int]) {
    let coarse = SpectralGrid(shape: shape, lengths: shape.map { _ in 1 })
    let fine = SpectralGrid(shape: shape.map { 2 * $0 }, lengths: coarse.lengths)
    // Waves at the highest kept frequency of each axis, and below, in either direction.
    let highest = shape.map { ($0 - 1) / 3 }
    func factor(_ phase: Double) -> ([Double]) -> Double {
      { position in
        (0...2).reduce(0.3) { sum, j in
          let angle = shape.indices.reduce(phase * Double(j + 1)) { angle, axis in
            let frequency = (highest[axis] - j % (highest[axis] + 1)) * ((axis + j) % 2 == 0 ? 1 : -1)
            return angle + 2 * .pi * Double(frequency) * position[axis]
          }
          return sum + cos(angle)
        }
      }
    }
    let (f, g) = (factor(0.4), factor(1.1))
    let product = coarse.spectrum(of: coarse.field(f) * coarse.field(g))
    let dealiased = product.dealiased().field

    // The exact product, cut off at the coarse grid's limit on the fine one, where nothing is aliased.
    let exact = fine.spectrum(of: fine.field { f($0) * g($0) })
    let kept = cutOff(exact, at: highest)
    #expect(relativeDifference(dealiased, every2nd(kept, shape: shape)) < 2e-6)
    // Without the rule the product is another one: the test has something to find.
    #expect(relativeDifference(every2nd(kept, shape: shape), product.field) > 0.01)
  }

  /// The field without the modes above the given frequencies, by removing each wave one by one in double precision.
  private func cutOff(_ spectrum: FourierSpectrum, at highest: [Int]) -> Tensor {
    let grid = spectrum.grid
    let extents = Array(spectrum.coefficients.shape.dropFirst())
    let modes = extents.reduce(1, *)
    let coefficients = spectrum.coefficients.elements.map(Double.init)
    var waves: [(real: Double, imaginary: Double, wavenumbers: [Double])] = []
    for mode in 0..<modes {
      var rest = mode
      var wavenumbers = extents.map { _ in 0.0 }
      var isKept = true
      for axis in extents.indices.reversed() {
        let wavenumber = grid.wavenumbers(axis: axis)[rest % extents[axis]]
        rest /= extents[axis]
        wavenumbers[axis] = wavenumber
        isKept = isKept && abs(wavenumber) < 2 * .pi * (Double(highest[axis]) + 0.5)
      }
      guard isKept else { continue }
      let weight = (wavenumbers[extents.count - 1] == 0 ? 1.0 : 2.0) / Double(grid.shape.reduce(1, *))
      waves.append((weight * coefficients[mode], weight * coefficients[modes + mode], wavenumbers))
    }
    return grid.field { position in
      waves.reduce(0) { sum, wave in
        let angle = zip(wave.wavenumbers, position).reduce(0) { $0 + $1.0 * $1.1 }
        return sum + wave.real * cos(angle) - wave.imaginary * sin(angle)
      }
    }
  }

  /// Every second point along each axis.
  private func every2nd(_ field: Tensor, shape: [Int]) -> Tensor {
    let grid = SpectralGrid(shape: shape, lengths: shape.map(Double.init))
    let elements = field.elements
    return grid.field { position in
      let index = zip(position, field.shape).reduce(0) { $0 * $1.1 + 2 * Int($1.0.rounded()) }
      return Double(elements[index])
    }
  }
}
