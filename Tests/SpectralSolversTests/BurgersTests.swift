import Foundation
import FourierTransforms
import SpectralSolvers
import TensorCore
import Testing

@Suite("Burgers' equation") struct BurgersTests {
  /// The error at a time, from a sine wave that a mean velocity carries along.
  func error(points: Int, viscosity: Double, steps: Int, time: Double) throws -> Double {
    let grid = SpectralGrid(shape: [points], lengths: [2 * .pi])
    let wave = ColeHopfWave(mean: 0.5, amplitude: 1, viscosity: viscosity)
    let initial = grid.spectrum(of: grid.field { wave.velocity(at: $0[0], time: 0) })
    let found = try BurgersEquation(grid: grid, viscosity: viscosity).evolve(initial, to: time, steps: steps)
    return FieldError(of: found.field, from: grid.field { wave.velocity(at: $0[0], time: time) }).relative
  }

  @Test("a steepening wave follows the Cole-Hopf solution", arguments: [256, 255, 300])
  func coleHopf(points: Int) throws {
    // What is left is single precision: some ten roundings of 6e-8.
    #expect(try error(points: points, viscosity: 0.05, steps: 300, time: 2) < 2e-6)
  }

  @Test("errors fall with the fourth power of the time step")
  func orderInTime() throws {
    for steps in [16, 20] {
      let coarse = try error(points: 128, viscosity: 0.1, steps: steps, time: 1.2)
      let fine = try error(points: 128, viscosity: 0.1, steps: 2 * steps, time: 1.2)
      #expect(log2(coarse / fine) > 3.7 && log2(coarse / fine) < 5, "\(coarse) falls to \(fine)")
    }
  }

  @Test("errors fall faster than any power of the spacing, down to rounding")
  func convergenceInSpace() throws {
    let errors = try [32, 64, 128].map { try error(points: $0, viscosity: 0.1, steps: 400, time: 1.2) }
    #expect(errors[1] < errors[0] / 50 && errors[2] < 2e-6, "errors \(errors)")
  }

  @Test("the mean of u is conserved, whatever the wave does")
  func mean() throws {
    let grid = SpectralGrid(shape: [128], lengths: [3])
    let start = grid.field { 0.25 + cos(2 * .pi * $0[0] / 3) + 0.5 * sin(6 * .pi * $0[0] / 3) }
    let end = try BurgersEquation(grid: grid, viscosity: 0.02).evolve(
      grid.spectrum(of: start), to: 1, steps: 200)
    #expect(abs(end.field.sum / 128 - 0.25) < 1e-6)
    #expect(end.field.sumOfSquares < 0.9 * start.sumOfSquares)
  }

  @Test(
    "without viscosity the kept modes keep their energy, even past the time of the front",
    arguments: [48, 63])
  func inviscid(points: Int) throws {
    // Aliased products would make or take energy here: the front is thinner than any grid.
    let grid = SpectralGrid(shape: [points], lengths: [2 * .pi])
    let start = grid.field { sin($0[0]) }
    let end = try BurgersEquation(grid: grid, viscosity: 0).evolve(
      grid.spectrum(of: start), to: 1.5, steps: 200)
    #expect(abs(end.field.sumOfSquares / start.sumOfSquares - 1) < 2e-5)
    #expect(FieldError(of: end.field, from: start).relative > 0.4)
  }

  @Test("the waves of a batch do not touch each other")
  func batch() throws {
    let grid = SpectralGrid(shape: [48], lengths: [1])
    let equation = BurgersEquation(grid: grid, viscosity: 0.01)
    let fields = (1...3).map { j in grid.field { sin(2 * .pi * $0[0] + Double(j)) / Double(j) } }
    let batch = Tensor(fields.flatMap(\.elements), shape: [3, 48])
    func evolved(_ batch: Tensor) throws -> [Float] {
      try equation.evolve(grid.spectrum(of: batch), to: 0.2, steps: 20).field.elements
    }
    let together = try evolved(batch)
    // A batch of another size may be transformed by other instructions: equal but for rounding.
    for (place, field) in fields.enumerated() {
      for (one, other) in zip(try evolved(field), together[(48 * place)...]) {
        #expect(abs(one - other) < 1e-5)
      }
    }
    // In a batch of the same size the bits do not depend on what the other waves are.
    let others = Tensor(
      [fields[2], fields[1], fields[2]].flatMap { $0.elements.map { 3 * $0 } }.enumerated().map {
        place, value in
        (48..<96).contains(place) ? batch.elements[place] : value
      }, shape: [3, 48])
    #expect(try evolved(others)[48..<96] == together[48..<96])
  }

  @Test("a solution that blows up says when, and what to do")
  func divergence() throws {
    let grid = SpectralGrid(shape: [64], lengths: [2 * .pi])
    let start = grid.spectrum(of: grid.field { sin($0[0]) })
    let error = try #require(throws: DivergenceError.self) {
      try BurgersEquation(grid: grid, viscosity: 1e-4).evolve(start, to: 50, steps: 25)
    }
    #expect(error.timeStep == 2 && error.time == 2 * Double(error.step))
    #expect("\(error)".contains("take more steps") && !"\(error)".contains("\n"))
  }
}
