import FieldMetrics
import Foundation
import TensorCore
import Testing

@Suite("Spectra of energy") struct EnergySpectrumTests {
  private func spectra(
    of prediction: [Float], _ target: [Float], shape: [Int]
  ) throws -> (predicted: [Double], target: [Double], error: [Double]) {
    var accumulator = MetricsAccumulator(
      shape: [1, 1] + shape, initialSteps: 0, metrics: [EnergySpectrum.self])
    accumulator.add(
      prediction: Tensor(prediction, shape: [1, 1, 1] + shape),
      target: Tensor(target, shape: [1, 1, 1] + shape))
    return try #require(accumulator.frameMetrics.energySpectra(variable: 0, frame: 0))
  }

  @Test("they add up to the mean square", arguments: [16, 17])
  func parseval(points: Int) throws {
    let target = (0..<points).map { Float(sin(3.7 * Double($0) * Double($0))) }
    let prediction = (0..<points).map { Float(cos(1.3 * Double($0) * Double($0))) }
    let found = try spectra(of: prediction, target, shape: [points])
    #expect(found.target.count == points / 2 + 1)
    for (spectrum, field) in [
      (found.target, target), (found.predicted, prediction), (found.error, zip(prediction, target).map(-)),
    ] {
      let mean = field.reduce(0) { $0 + Double($1) * Double($1) } / Double(points)
      #expect(abs(spectrum.reduce(0, +) / mean - 1) < 1e-5)
    }
  }

  @Test("a wave is in the shell of its wavenumber, whatever its direction")
  func shells() throws {
    let (nx, ny) = (16, 20)
    for (kx, ky) in [(3, 0), (0, 3), (3, 4), (-3, 4), (2, -2)] {
      let target = (0..<nx * ny).map { place in
        let phase = Double(kx * (place / ny)) / Double(nx) + Double(ky * (place % ny)) / Double(ny)
        return Float(cos(2 * Double.pi * phase))
      }
      let found = try spectra(of: target, target, shape: [nx, ny])
      let shell = Int((Double(kx * kx + ky * ky)).squareRoot().rounded())
      #expect(found.target.count == 9)
      for (wavenumber, energy) in found.target.enumerated() {
        #expect(abs(energy - (wavenumber == shell ? 0.5 : 0)) < 1e-6, "\(kx), \(ky) at \(wavenumber)")
      }
      #expect(found.error.allSatisfy { $0 == 0 })
    }
  }

  @Test("they are means over samples")
  func samples() throws {
    var accumulator = MetricsAccumulator(shape: [1, 1, 8], initialSteps: 0, metrics: [EnergySpectrum.self])
    for size in [Float(1), 3] {
      let field = Tensor([Float](repeating: size, count: 8), shape: [1, 1, 1, 8])
      accumulator.add(prediction: field, target: field)
    }
    let found = try #require(accumulator.frameMetrics.energySpectra(variable: 0, frame: 0))
    #expect(abs(found.target[0] - 5) < 1e-6 && found.target.dropFirst().allSatisfy { $0 < 1e-9 })
    var other = MetricsAccumulator(shape: [1, 1, 8], initialSteps: 0)
    let zero = Tensor(repeating: 0, shape: [1, 1, 1, 8])
    other.add(prediction: zero, target: zero)
    #expect(other.frameMetrics.energySpectra(variable: 0, frame: 0) == nil)
  }
}
