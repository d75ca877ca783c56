import Foundation
import FourierTransforms
import TensorCore
import TestSupport
import Testing

/// Boxes in 1, 2 and 3 dimensions, with even and odd extents, no two axes alike.
let boxes: [SpectralGrid] = [
  SpectralGrid(shape: [16], lengths: [2 * .pi]), SpectralGrid(shape: [15], lengths: [3]),
  SpectralGrid(shape: [12, 10], lengths: [2, 5]), SpectralGrid(shape: [9, 14], lengths: [1, 2 * .pi]),
  SpectralGrid(shape: [16, 11], lengths: [4, 1]), SpectralGrid(shape: [7, 13], lengths: [3, 2]),
  SpectralGrid(shape: [6, 8, 10], lengths: [1, 2, 3]), SpectralGrid(shape: [5, 9, 7], lengths: [3, 2, 1]),
  SpectralGrid(shape: [8, 7, 12], lengths: [2 * .pi, 1, 5]),
]

@Suite("Operators on periodic fields") struct FourierMultiplierTests {
  // Differentiation multiplies rounding errors by up to kⁿ. The fields here hold waves close to the highest k, so the
  // results are nearly as large, and in single precision (6e-8) a few millionths of the largest value remain.

  @Test("derivatives of waves are the closed forms", arguments: boxes, 1...4)
  func derivatives(grid: SpectralGrid, order: Int) {
    let waves = TrigonometricField(on: grid)
    let spectrum = grid.spectrum(of: waves.sampled(on: grid))
    for axis in grid.shape.indices {
      let expected = waves.sampled(
        on: grid, factor: { pow(waves.wavenumber($0, axis: axis), Double(order)) },
        shift: { _ in Double(order) * .pi / 2 })
      #expect(relativeDifference(spectrum.derivative(axis: axis, order: order).field, expected) < 6e-6)
    }
  }

  @Test("a derivative of order 0 leaves a field as it is", arguments: boxes)
  func zerothDerivative(grid: SpectralGrid) {
    let field = GradientCheck.random(grid.shape)
    #expect(relativeDifference(grid.spectrum(of: field).derivative(axis: 0, order: 0).field, field) < 1e-6)
  }

  @Test("mixed derivatives commute and are the closed form", arguments: boxes.filter { $0.shape.count > 1 })
  func mixedDerivatives(grid: SpectralGrid) {
    let waves = TrigonometricField(on: grid)
    let spectrum = grid.spectrum(of: waves.sampled(on: grid))
    let expected = waves.sampled(
      on: grid, factor: { -waves.wavenumber($0, axis: 0) * waves.wavenumber($0, axis: 1) })
    #expect(relativeDifference(spectrum.derivative(axis: 0).derivative(axis: 1).field, expected) < 2e-6)
    #expect(relativeDifference(spectrum.derivative(axis: 1).derivative(axis: 0).field, expected) < 2e-6)
  }

  @Test(
    "derivatives of a smooth field converge faster than any power", arguments: [[8, 16, 32], [9, 17, 33]])
  func spectralAccuracy(extents: [Int]) {
    // (e^sin x)' = cos x · e^sin x.
    let errors = extents.map { extent in
      let grid = SpectralGrid(shape: [extent], lengths: [2 * .pi])
      let slope = grid.spectrum(of: grid.field { exp(sin($0[0])) }).derivative(axis: 0).field
      return relativeDifference(slope, grid.field { cos($0[0]) * exp(sin($0[0])) })
    }
    #expect(errors[0] < 2e-2 && errors[1] < errors[0] / 1000 && errors[2] < 5e-6)
  }

  @Test("the highest frequency of an even extent has no slope but a curvature", arguments: [2, 10, 16])
  func highestFrequency(extent: Int) {
    let grid = SpectralGrid(shape: [extent], lengths: [3])
    let alternating = Tensor((0..<extent).map { $0 % 2 == 0 ? 1 : -1 }, shape: [extent])
    let spectrum = grid.spectrum(of: alternating)
    #expect(spectrum.derivative(axis: 0).field.elements.allSatisfy { abs($0) < 1e-6 })
    #expect(spectrum.derivative(axis: 0, order: 3).field.elements.allSatisfy { abs($0) < 1e-6 })
    let highest = Double.pi * Double(extent) / 3
    let expected = alternating.map { -Float(highest * highest) * $0 }
    #expect(relativeDifference(spectrum.derivative(axis: 0, order: 2).field, expected) < 1e-6)
  }

  @Test("a derivative is that of the trigonometric interpolant", arguments: [5, 6, 9, 12])
  func interpolant(extent: Int) {
    // The interpolant in real form, summed in double precision: the highest frequency of an even extent is a cosine.
    let grid = SpectralGrid(shape: [extent], lengths: [2 * .pi])
    let field = GradientCheck.random([extent])
    let values = field.elements.map(Double.init)
    let points = grid.coordinates(axis: 0)
    let slope = grid.field { x in
      (1...(extent / 2)).reduce(0.0) { sum, k in
        let k = Double(k)
        let weight = (2 * Int(k) == extent ? 1.0 : 2.0) / Double(extent)
        let a = weight * zip(values, points).reduce(0) { $0 + $1.0 * cos(k * $1.1) }
        let b = weight * zip(values, points).reduce(0) { $0 + $1.0 * sin(k * $1.1) }
        return sum + k * (b * cos(k * x[0]) - a * sin(k * x[0]))
      }
    }
    #expect(relativeDifference(grid.spectrum(of: field).derivative(axis: 0).field, slope) < 2e-6)
  }

  @Test("derivatives of rough fields are antisymmetric and have mean zero", arguments: boxes)
  func antisymmetry(grid: SpectralGrid) {
    let (f, g) = (GradientCheck.random(grid.shape, index: 1), GradientCheck.random(grid.shape, index: 2))
    for axis in grid.shape.indices {
      let slopes = [f, g].map { grid.spectrum(of: $0).derivative(axis: axis).field }
      let size = (slopes[0].sumOfSquares * g.sumOfSquares).squareRoot()
      #expect(abs(GradientCheck.dot(slopes[0], g) + GradientCheck.dot(f, slopes[1])) < 2e-6 * size)
      #expect(abs(slopes[0].sum) < 2e-6 * size)
    }
  }

  @Test("the Laplacian of waves is the closed form, and the sum of second derivatives", arguments: boxes)
  func laplacian(grid: SpectralGrid) {
    let waves = TrigonometricField(on: grid)
    let expected = waves.sampled(on: grid, factor: { -waves.squaredWavenumber($0) })
    #expect(relativeDifference(grid.spectrum(of: waves.sampled(on: grid)).laplacian().field, expected) < 2e-6)

    let rough = grid.spectrum(of: GradientCheck.random(grid.shape))
    let parts = grid.shape.indices.map { rough.derivative(axis: $0, order: 2) }
    let sum = parts.dropFirst().reduce(parts[0], +)
    #expect(relativeDifference(rough.laplacian().field, sum.field) < 2e-6)
  }

  @Test(
    "Poisson's equation is solved in closed form, with mean zero and whatever the source's mean",
    arguments: boxes)
  func poisson(grid: SpectralGrid) {
    let waves = TrigonometricField(on: grid)
    let inverse = { (wave: TrigonometricField.Wave) in
      waves.squaredWavenumber(wave) == 0 ? 0 : -1 / waves.squaredWavenumber(wave)
    }
    let source = waves.sampled(on: grid).map { $0 + 2 }
    let solution = grid.spectrum(of: source).solvingPoisson().field
    let expected = waves.sampled(on: grid, factor: inverse)
    #expect(relativeDifference(solution, expected) < 6e-6)
    #expect(abs(solution.sum / Double(solution.count)) < 2e-7)

    // Back again: the Laplacian of the solution is the source less its mean, rough sources included.
    let rough = GradientCheck.random(grid.shape)
    let mean = Float(rough.sum / Double(rough.count))
    let back = grid.spectrum(of: rough).solvingPoisson().laplacian().field
    #expect(relativeDifference(back, rough.map { $0 - mean }) < 2e-6)
  }

  @Test("an exponential moves and spreads waves exactly", arguments: boxes)
  func exponential(grid: SpectralGrid) {
    // ∂u/∂t + c·∂u/∂x = ν∇²u for one time: every wave is shifted by c·k·t and has decayed by e^(−ν|k|²t).
    let waves = TrigonometricField(on: grid)
    let (speed, diffusivity, time) = (0.7, 0.002, 1.3)
    let evolution = time * (diffusivity * grid.laplacian + -speed * grid.derivative(axis: 0))
    let expected = waves.sampled(
      on: grid, factor: { exp(-diffusivity * waves.squaredWavenumber($0) * time) },
      shift: { -speed * waves.wavenumber($0, axis: 0) * time })
    let found = evolution.exponential(grid.spectrum(of: waves.sampled(on: grid))).field
    #expect(relativeDifference(found, expected) < 2e-6)
  }

  @Test("a function of the Laplacian multiplies each wave", arguments: boxes)
  func isotropic(grid: SpectralGrid) {
    let waves = TrigonometricField(on: grid)
    let found = grid.spectrum(of: waves.sampled(on: grid)).multiplied { 1 / (1 + 0.1 * $0) }
    let expected = waves.sampled(on: grid, factor: { 1 / (1 + 0.1 * waves.squaredWavenumber($0)) })
    #expect(relativeDifference(found.field, expected) < 2e-6)
  }
}
