import TempBalance
import TensorCore
import Testing

@Suite("Sub-matrices of one aspect ratio")
struct SubmatrixSamplingTests {
  private func eigenvalues(_ weight: Tensor, ratio: Double?) throws -> [Double] {
    let layer = try LayerWeights(name: "layer", kind: .linear, tensors: [weight])
    let analyzer = LayerAnalyzer(submatrices: ratio.map { SubmatrixSampling(aspectRatio: $0) })
    return try #require(analyzer.analyze([layer]).first).spectrum.eigenvalues
  }

  @Test(
    "A matrix of the very ratio stays whole",
    arguments: [([6, 6], 1.0), ([4, 12], 3.0), ([10, 4], 2.5)] as [([Int], Double)])
  func whole(shape: [Int], ratio: Double) throws {
    let weight = randomTensor(shape)
    #expect(agree(try eigenvalues(weight, ratio: ratio), try eigenvalues(weight, ratio: nil), within: 1e-12))
  }

  @Test(
    "Windows cover every weight evenly and overlap where they must",
    arguments: [
      // Rows and columns, ratio, and of each window its first row and column and its extents.
      ([7, 3], 1.0, [[0, 0, 3, 3], [2, 0, 3, 3], [4, 0, 3, 3]]),
      ([3, 7], 1.0, [[0, 0, 3, 3], [0, 2, 3, 3], [0, 4, 3, 3]]),
      ([4, 6], 3.0, [[0, 0, 2, 6], [2, 0, 2, 6]]), ([6, 4], 3.0, [[0, 0, 6, 2], [0, 2, 6, 2]]),
      ([8, 2], 2.0, [[0, 0, 4, 2], [4, 0, 4, 2]]), ([2, 2], 9.0, [[0, 0, 2, 1], [0, 1, 2, 1]]),
    ] as [([Int], Double, [[Int]])])
  func windows(shape: [Int], ratio: Double, windows: [[Int]]) throws {
    let weight = randomTensor(shape)
    let expected = windows.flatMap { window in
      squaredSingularValues(rows: window[2], columns: window[3]) {
        Double(weight[window[0] + $0, window[1] + $1])
      }
    }
    #expect(agree(try eigenvalues(weight, ratio: ratio), expected.sorted(), within: 1e-12))
  }

  @Test("α of random matrices depends on their shape, and hardly at all over square sub-matrices")
  func bias() throws {
    let layers = try [[240, 240], [480, 120], [60, 960]].enumerated().map { index, shape in
      try LayerWeights(name: "\(shape)", kind: .linear, tensors: [randomTensor(shape, index: index)])
    }
    let spread = { (analyzer: LayerAnalyzer) in try #require(Imbalance(of: analyzer.analyze(layers))).alphaStd
    }
    let whole = try spread(LayerAnalyzer())
    let sampled = try spread(LayerAnalyzer(submatrices: SubmatrixSampling()))
    #expect(whole > 0.5)
    #expect(sampled < 0.1 * whole)
  }

  @Test("Sub-matrices of complex and convolution weights are taken from each of their matrices")
  func otherKinds() throws {
    let layers = try [
      LayerWeights(name: "spectral", kind: .spectral, tensors: [randomTensor([6, 3, 2, 2])]),
      LayerWeights(name: "convolution", kind: .convolution, tensors: [randomTensor([2, 8, 3])]),
    ]
    let analyses = try LayerAnalyzer(submatrices: SubmatrixSampling()).analyze(layers)
    #expect(analyses.map(\.spectrum.eigenvalues.count) == [2 * 2 * 3, 3 * 4 * 2])
    // The squares of the weights are shared out among windows that do not overlap here.
    let halves = analyses.map(\.squaredFrobeniusNorm)
    let whole = try LayerAnalyzer().analyze(layers).map(\.squaredFrobeniusNorm)
    #expect(zip(halves, whole).allSatisfy { abs($0 / $1 - 1) < 1e-9 })
  }
}
