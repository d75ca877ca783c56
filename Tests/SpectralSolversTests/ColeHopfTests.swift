import Foundation
import SpectralSolvers
import Testing

@Suite("Cole and Hopf's solution") struct ColeHopfTests {
  @Test("it is the logarithmic slope of the heat equation's Fourier series", arguments: [0.2, 1, 3])
  func series(time: Double) {
    // θ(x, 0) = e^(a·cos x / 2ν) has the Fourier coefficients Iₙ(a/2ν), each of which decays by e^(−νn²t). The series
    // is accurate where θ does not become small, so for a large viscosity.
    let (amplitude, viscosity) = (1.0, 0.25)
    let argument = amplitude / (2 * viscosity)
    let bessel = (0...30).map { n in
      (0..<256).reduce(0) { sum, j in
        let angle = 2 * Double.pi * Double(j) / 256
        return sum + exp(argument * cos(angle)) * cos(Double(n) * angle) / 256
      }
    }
    let wave = ColeHopfWave(mean: 0, amplitude: amplitude, viscosity: viscosity)
    for position in stride(from: 0.1, to: 6.2, by: 0.37) {
      var (value, slope) = (bessel[0], 0.0)
      for n in 1...30 {
        let coefficient = 2 * bessel[n] * exp(-viscosity * Double(n * n) * time)
        value += coefficient * cos(Double(n) * position)
        slope -= coefficient * Double(n) * sin(Double(n) * position)
      }
      #expect(abs(wave.velocity(at: position, time: time) + 2 * viscosity * slope / value) < 1e-11)
    }
  }

  @Test("it obeys Burgers' equation where fronts are thin", arguments: [0.05, 0.01, 0.002])
  func equation(viscosity: Double) {
    let wave = ColeHopfWave(mean: 0.3, amplitude: 1, viscosity: viscosity)
    let time = 1.5
    // Five-point differences, fine enough for the front at x = π + 0.3·t.
    let step = viscosity / 20
    func first(_ f: (Double) -> Double) -> Double {
      (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step)
    }
    func second(_ f: (Double) -> Double) -> Double {
      (16 * (f(step) + f(-step)) - (f(2 * step) + f(-2 * step)) - 30 * f(0)) / (12 * step * step)
    }
    for offset in [-1, -3 * viscosity, viscosity, 0.4] {
      let x = Double.pi + 0.3 * time + offset
      let u = wave.velocity(at: x, time: time)
      let slope = first { wave.velocity(at: x + $0, time: time) }
      let curvature = second { wave.velocity(at: x + $0, time: time) }
      let rate = first { wave.velocity(at: x, time: time + $0) }
      let size = abs(rate) + abs(u * slope) + abs(viscosity * curvature)
      #expect(abs(rate + u * slope - viscosity * curvature) < 1e-4 * size)
    }
  }

  @Test("it starts as the sine wave and returns to it as time goes to zero")
  func start() {
    let wave = ColeHopfWave(mean: 0.5, amplitude: 2, viscosity: 0.1)
    for x in [0.3, 2, 5.5] {
      #expect(wave.velocity(at: x, time: 0) == 0.5 + 2 * sin(x))
      #expect(abs(wave.velocity(at: x, time: 1e-9) - wave.velocity(at: x, time: 0)) < 1e-7)
    }
  }
}
