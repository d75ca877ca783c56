import Foundation
import FourierTransforms
import TensorCore
import TestSupport
import Testing

@Suite("Spectrum of periodic fields") struct FourierSpectrumTests {
  @Test("a field comes back from its spectrum", arguments: boxes)
  func roundTrip(grid: SpectralGrid) {
    let field = GradientCheck.random([2, 3] + grid.shape)
    #expect(relativeDifference(grid.spectrum(of: field).field, field) < 1e-6)
  }

  @Test("a wave is found at its wavenumbers, with its phase", arguments: boxes)
  func placement(grid: SpectralGrid) {
    // cos(k·x + φ) with k of one period along the first axis and two along the last: half of e^(iφ) times the points.
    let last = grid.shape.count - 1
    var periods = grid.shape.map { _ in 0 }
    periods[0] = last == 0 ? 0 : -1
    periods[last] = 2
    let phase = 0.8
    let wave = grid.field { position in
      cos(
        grid.shape.indices.reduce(phase) { angle, axis in
          angle + 2 * .pi * Double(periods[axis]) * position[axis] / grid.lengths[axis]
        })
    }
    let coefficients = grid.spectrum(of: wave).coefficients
    let extents = Array(coefficients.shape.dropFirst())
    let offset = grid.shape.indices.reduce(0) { offset, axis in
      let expected = 2 * Double.pi * Double(periods[axis]) / grid.lengths[axis]
      let index = grid.wavenumbers(axis: axis).firstIndex { abs($0 - expected) < 1e-9 }
      return offset * extents[axis] + (index ?? 0)
    }
    let modes = extents.reduce(1, *)
    let half = Double(grid.shape.reduce(1, *)) / 2
    for mode in 0..<modes {
      let (real, imaginary) = (coefficients.elements[mode], coefficients.elements[modes + mode])
      #expect(abs(Double(real) - (mode == offset ? half * cos(phase) : 0)) < 1e-5 * half)
      #expect(abs(Double(imaginary) - (mode == offset ? half * sin(phase) : 0)) < 1e-5 * half)
    }
  }

  @Test("each entry of a batch is treated alone", arguments: boxes)
  func batches(grid: SpectralGrid) {
    let fields = (0..<6).map { GradientCheck.random(grid.shape, index: $0) }
    let batch = Tensor(fields.flatMap(\.elements), shape: [2, 3] + grid.shape)
    let found = grid.spectrum(of: batch).derivative(axis: 0).field
    let alone = fields.map { grid.spectrum(of: $0).derivative(axis: 0).field }
    // Not to the bit: a product of matrices may add up in another order when it has more columns.
    #expect(relativeDifference(found, Tensor(alone.flatMap(\.elements), shape: batch.shape)) < 2e-6)
  }

  @Test("spectra add, subtract and scale as their fields do", arguments: boxes)
  func arithmetic(grid: SpectralGrid) {
    let (f, g) = (GradientCheck.random(grid.shape, index: 1), GradientCheck.random(grid.shape, index: 2))
    let (a, b) = (grid.spectrum(of: f), grid.spectrum(of: g))
    #expect(relativeDifference((a + b).field, f.map(with: g, +)) < 2e-6)
    #expect(relativeDifference((a - b).field, f.map(with: g, -)) < 2e-6)
    #expect(relativeDifference((-2.5 * a).field, f.map { -2.5 * $0 }) < 2e-6)
    #expect(relativeDifference((-a).field, f.map { -$0 }) < 2e-6)
    #expect(grid.spectrum(of: f).coefficients == a.coefficients)
  }

  @Test("points lie at even distances from 0, and wavenumbers are those of whole periods")
  func coordinates() {
    let grid = SpectralGrid(shape: [4, 5], lengths: [2, .pi])
    #expect(grid.coordinates(axis: 0) == [0, 0.5, 1, 1.5])
    #expect(grid.wavenumbers(axis: 0) == [0, .pi, 2 * .pi, -.pi])
    #expect(grid.wavenumbers(axis: 1) == [0, 2, 4])
    #expect(SpectralGrid(shape: [5, 4], lengths: [2 * .pi, 1]).wavenumbers(axis: 0) == [0, 1, 2, -2, -1])
  }

  @Test("spectra and operators of different boxes do not mix")
  func mismatch() async {
    await #expect(processExitsWith: .failure) {
      let short = SpectralGrid(shape: [8], lengths: [1])
      let long = SpectralGrid(shape: [8], lengths: [2])
      _ = short.spectrum(of: .zeros([8])) + long.spectrum(of: .zeros([8]))
    }
    await #expect(processExitsWith: .failure) {
      let short = SpectralGrid(shape: [8], lengths: [1])
      let long = SpectralGrid(shape: [8], lengths: [2])
      _ = short.laplacian(long.spectrum(of: .zeros([8])))
    }
    await #expect(processExitsWith: .failure) {
      _ = SpectralGrid(shape: [8], lengths: [1]).spectrum(of: .zeros([8, 9]))
    }
  }
}
