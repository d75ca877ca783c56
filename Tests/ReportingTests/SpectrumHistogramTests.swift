import Foundation
import Reporting
import TempBalance
import Testing

@Suite("What a spectrum's picture shows")
struct SpectrumHistogramTests {
  /// Eigenvalues at the quantiles of a power law p(λ) ∝ λ^(−α) for λ ≥ 1.
  private func powerLaw(alpha: Double, count: Int) -> [Double] {
    (0..<count).map { pow(1 - (Double($0) + 0.5) / Double(count), -1 / (alpha - 1)) }
  }

  @Test("the bars hold all eigenvalues, and their area is 1", arguments: [2, 5, 37, 1000, 5000])
  func area(count: Int) {
    let eigenvalues = powerLaw(alpha: 2.5, count: count)
    let bins = SpectrumHistogram(eigenvalues[...]).bins
    let area = bins.reduce(0) { $0 + $1.density * ($1.upper - $1.lower) }
    #expect(abs(area - 1) < 1e-9)
    #expect(bins.count <= 40)
    #expect(abs((bins.first?.lower ?? 0) / eigenvalues[0] - 1) < 1e-9)
    #expect(abs((bins.last?.upper ?? 0) / eigenvalues[count - 1] - 1) < 1e-9)
  }

  @Test("equal eigenvalues stand in one bar, zeros in none but in the count")
  func special() {
    let equal = SpectrumHistogram([3, 3, 3, 3]).bins
    #expect(equal.count == 1)
    #expect(equal.allSatisfy { $0.lower < 3 && 3 < $0.upper })
    #expect(SpectrumHistogram([0, 0]).bins.isEmpty && SpectrumHistogram([]).bins.isEmpty)
    let half = SpectrumHistogram([0, 0, 1, 2]).bins.reduce(0) { $0 + $1.density * ($1.upper - $1.lower) }
    #expect(abs(half - 0.5) < 1e-9)
  }

  @Test("the line is the fitted law, and lies on the bars of eigenvalues that follow it")
  func line() throws {
    let eigenvalues = powerLaw(alpha: 3, count: 5000)
    let fit = try #require(PowerLawFit(eigenvalues[...]))
    let ends = fit.line(to: eigenvalues[4999], of: 5000)
    #expect(ends[0].eigenvalue == fit.lowerBound && ends[1].eigenvalue == eigenvalues[4999])
    let slope =
      log(ends[1].density / ends[0].density) / log(ends[1].eigenvalue / ends[0].eigenvalue)
    #expect(abs(slope + fit.alpha) < 1e-9)
    let tail = SpectrumHistogram(eigenvalues[...]).bins.filter { $0.lower > fit.lowerBound && $0.upper < 10 }
    #expect(tail.count > 3)
    for bin in tail {
      let middle = (bin.lower * bin.upper).squareRoot()
      let fitted = ends[0].density * pow(middle / fit.lowerBound, -fit.alpha)
      #expect(abs(bin.density / fitted - 1) < 0.1, "at \(middle)")
    }
  }
}
