import Studies
import Testing

@Suite("Statistics across seeds")
struct PairedTTestTests {
  @Test("Student's own data: the extra sleep of ten patients")
  func sleep() throws {
    // Student (1908): t = 4.0621, ν = 9, p = 0.002833.
    let first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    let second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    let test = try #require(PairedTTest(zip(first, second).map { ($0, $1) }))
    #expect(test.pairs == 10)
    #expect(abs(test.meanDifference - 1.58) < 1e-12)
    #expect(abs(test.statistic - 4.062128) < 1e-6)
    #expect(abs(test.p - 0.002833) < 1e-6)
    #expect(abs(test.confidenceInterval.lowerBound - 0.7001142) < 1e-6)
    #expect(abs(test.confidenceInterval.upperBound - 2.4598858) < 1e-6)
  }

  @Test(
    "p at the tables' critical values of t",
    arguments: [(2, 12.706204736), (3, 4.302652730), (4, 3.182446305), (11, 2.228138852), (101, 1.983971519)])
  func criticalValues(count: Int, t: Double) throws {
    // Differences with mean t/√n and standard deviation 1 have exactly this t.
    let n = Double(count)
    let spread = ((n - 1) / (count.isMultiple(of: 2) ? n : n - 1)).squareRoot()
    let differences = (0..<count).map { index -> Double in
      let isMiddle = !count.isMultiple(of: 2) && index == count - 1
      return t / n.squareRoot() + (isMiddle ? 0 : index.isMultiple(of: 2) ? spread : -spread)
    }
    let test = try #require(PairedTTest(differences.map { (0, $0) }))
    #expect(abs(test.statistic / t - 1) < 1e-9)
    #expect(abs(test.p - 0.05) < 1e-8)
    // Then the interval begins at no difference, and is as wide again.
    #expect(abs(test.confidenceInterval.lowerBound) < 1e-8)
    #expect(abs(test.confidenceInterval.upperBound - 2 * test.meanDifference) < 1e-8)
  }

  @Test("with one degree of freedom p is that of Cauchy's distribution")
  func cauchy() throws {
    let test = try #require(PairedTTest([(0, 1), (0, 3)]))
    // t = 2, p = 1 − 2/π·atan(2).
    #expect(abs(test.p - 0.29516723530086653) < 1e-12)
  }

  @Test("differences without spread, and too few pairs")
  func edges() throws {
    #expect(PairedTTest([(1, 1), (2, 2), (3, 3)])?.p == 1)
    #expect(PairedTTest([(1, 2), (2, 3), (3, 4)])?.p == 0)
    #expect(PairedTTest([(1, 2), (2, 3), (3, 4)])?.confidenceInterval == 1...1)
    #expect(PairedTTest([(1, 2)]) == nil)
    #expect(PairedTTest([(1.7e308, 0), (0, 1.7e308)]) == nil, "the spread is beyond all numbers")
    #expect(PairedTTest([(-1.7e308, 1.7e308), (0, 1)]) == nil, "the mean is beyond all numbers")
    #expect(SampleSummary([2]).standardDeviation == nil)
    #expect(SampleSummary([1, 3]).standardDeviation == 2.0.squareRoot())
  }
}
