import Foundation
import SystemFiles
import TempBalance
import TensorCore
import Testing

@Suite("Power-law fits")
struct PowerLawFitTests {
  @Test("The median fit is Hill's estimator over the upper half")
  func hill() throws {
    // N = 5, so the tail is 2, 4, 16: Σ ln(λⱼ/λᵢ) = ln 2 + ln 8 = 4 ln 2, α = 1 + 3/(4 ln 2).
    let fit = try #require(PowerLawFit([0.5, 1, 2, 4, 16]))
    let alpha = 1 + 3 / (4 * log(2.0))
    #expect(abs(fit.alpha - alpha) < 1e-14)
    #expect(fit.lowerBound == 2 && fit.tailCount == 3)
    // The fitted law against the steps 0, 1/3, 2/3, at 2, 4 and 16.
    let second: Double = abs(1 - pow(2.0, 1 - alpha) - 1.0 / 3)
    let third: Double = abs(1 - pow(8.0, 1 - alpha) - 2.0 / 3)
    #expect(abs(fit.distance - max(second, third)) < 1e-14)
  }

  @Test("The divisor moves the beginning of the tail", arguments: [(2.0, 5), (1.5, 4), (4.0, 8)])
  func divisor(divisor: Double, tail: Int) throws {
    let eigenvalues = powerLawEigenvalues(alpha: 3, count: 10)
    #expect(try #require(PowerLawFit(eigenvalues[...], medianDivisor: divisor)).tailCount == tail)
  }

  @Test(
    "A spectrum with a power law has its exponent, whatever its scale", arguments: [1.5, 2, 3, 6],
    FitMethod.allCases)
  func exponent(alpha: Double, method: FitMethod) throws {
    let eigenvalues = powerLawEigenvalues(alpha: alpha, count: 1000)
    let fit = try #require(PowerLawFit(eigenvalues[...], method: method))
    #expect(abs(fit.alpha - alpha) < 0.02 * alpha)
    #expect(fit.distance < 0.01)
    if method != .peak {
      let scaled = try #require(PowerLawFit(eigenvalues.map { $0 * 1e-3 }[...], method: method))
      #expect(abs(scaled.alpha - fit.alpha) < 1e-9 && scaled.tailCount == fit.tailCount)
    }
  }

  @Test("Goodness of fit finds where the tail begins")
  func beginningOfTail() throws {
    let bulk = (0..<300).map { 0.2 + 0.8 * Double($0) / 300 }
    let tail = powerLawEigenvalues(alpha: 2.5, count: 100)
    let fit = try #require(PowerLawFit((bulk + tail)[...], method: .goodnessOfFit))
    #expect(abs(fit.lowerBound - 1) < 0.05)
    #expect(abs(fit.alpha - 2.5) < 0.1)
    // The median lies in the bulk, where no power law holds.
    let median = try #require(PowerLawFit((bulk + tail)[...]))
    #expect(median.distance > 2 * fit.distance)
  }

  @Test("Goodness of fit agrees with trying every tail")
  func exhaustive() throws {
    let eigenvalues = randomTensor([40]).elements.map { Double($0 * $0) + 1e-4 }.sorted()
    let all = (0..<39).compactMap { start -> (alpha: Double, distance: Double)? in
      // The divisor that makes the median fit begin at `start`.
      guard let fit = PowerLawFit(eigenvalues[start...], medianDivisor: 1e9) else { return nil }
      return (fit.alpha, fit.distance)
    }
    let best = try #require(all.min { $0.distance < $1.distance })
    let fit = try #require(PowerLawFit(eigenvalues[...], method: .goodnessOfFit))
    #expect(fit.alpha == best.alpha && fit.distance == best.distance)
  }

  @Test("The peak fit begins below one and a half times the peak of the density")
  func peak() throws {
    // Half of the eigenvalues lie between 10 and 10.1, the rest form a tail above and a few below.
    let crowd = (0..<50).map { 10 + 0.002 * Double($0) }
    let tail = powerLawEigenvalues(alpha: 2, count: 40).map { 11 * $0 }
    let fit = try #require(PowerLawFit(([1, 2, 3] + crowd + tail)[...], method: .peak))
    #expect(fit.lowerBound < 15.2)
    // Well-fitting beginnings further up are out of bounds for it, but not for goodness of fit.
    let free = try #require(PowerLawFit(([1, 2, 3] + crowd + tail)[...], method: .goodnessOfFit))
    #expect(free.distance <= fit.distance)
  }

  @Test(
    "There is no power law without a tail of different eigenvalues above zero",
    arguments: [
      [], [2], [1, 2], [3, 3, 3, 3], [0, 0, 0, 0], [0, 0, 0, 1], [1, 1.0000001, 1.0000002, 1.0000003],
    ])
  func undefined(eigenvalues: [Double]) {
    #expect(PowerLawFit(eigenvalues[...]) == nil)
  }

  @Test("The searching fits pass over the tails that have none", arguments: [FitMethod.goodnessOfFit, .peak])
  func searchingFits(method: FitMethod) throws {
    #expect(PowerLawFit([2, 2, 2], method: method) == nil)
    #expect(PowerLawFit([0, 0], method: method) == nil)
    #expect(PowerLawFit([5], method: method) == nil)
    let fit = try #require(PowerLawFit([0, 1, 2, 2], method: method))
    #expect(fit.lowerBound == 1)
  }
}
