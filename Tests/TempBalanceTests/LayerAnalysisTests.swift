import Foundation
import SystemFiles
import TempBalance
import TensorCore
import TestSupport
import Testing

@Suite("Analyses of layers")
struct LayerAnalysisTests {
  @Test("Every score is what its formula says")
  func scores() throws {
    let layer = try analysis(eigenvalues: [1e-6, 1, 2, 4, 16])
    let near = { (value: Double?, expected: Double) in abs((value ?? .nan) - expected) < 2e-6 * abs(expected)
    }
    #expect(layer.spectrum.keptCount == 4)
    #expect(near(layer.largestEigenvalue, 16))
    #expect(near(layer.squaredFrobeniusNorm, 23.000001))
    #expect(near(layer.stableRank, 23.0 / 16))
    #expect(near(layer.normalizedStableRank, 23.0 / 4))
    #expect(near(layer.eigenvalueRatio, 4))
    let alpha = 1 + 2 / log(4.0)
    #expect(near(layer.alpha, alpha))
    #expect(near(layer.alphaHat, alpha * log10(16)))
    for (score, value) in [
      (LayerScore.alpha, layer.alpha), (.distance, layer.distance), (.stableRank, layer.stableRank),
      (.normalizedStableRank, layer.normalizedStableRank), (.largestEigenvalue, layer.largestEigenvalue),
      (.squaredFrobeniusNorm, layer.squaredFrobeniusNorm), (.eigenvalueRatio, layer.eigenvalueRatio),
      (.alphaHat, layer.alphaHat),
    ] { #expect(layer.value(of: score) == value) }
  }

  @Test("A layer of zeros has scores of zero, or none")
  func zeros() throws {
    let layer = try analysis(eigenvalues: [0, 0, 0])
    #expect(layer.spectrum.keptCount == 3)
    #expect(layer.largestEigenvalue == 0 && layer.squaredFrobeniusNorm == 0 && layer.stableRank == 0)
    #expect(layer.normalizedStableRank == 0)
    #expect(
      layer.alpha == nil && layer.distance == nil && layer.alphaHat == nil && layer.eigenvalueRatio == nil)
  }

  @Test("A layer below the threshold throughout is analyzed like any other")
  func belowThreshold() throws {
    let large = try analysis(eigenvalues: [1, 2, 4, 16, 20])
    let small = try analysis(eigenvalues: [1, 2, 4, 16, 20].map { $0 * 1e-7 })
    #expect(small.spectrum.keptCount == 5)
    #expect(abs(try #require(small.alpha) / #require(large.alpha) - 1) < 1e-5)
  }

  @Test(
    "A layer below a strict threshold throughout has no α, and no rate of its own",
    arguments: FitMethod.allCases)
  func strictThreshold(fit: FitMethod) throws {
    let analyzer = LayerAnalyzer(fit: fit, threshold: .strict(20))
    let layer = try analysis(eigenvalues: [1, 2, 4, 16], by: analyzer)
    #expect(layer.spectrum.keptCount == 0 && layer.spectrum.eigenvalues.count == 4)
    #expect(layer.alpha == nil && layer.distance == nil && layer.eigenvalueRatio == nil)
    #expect(layer.stableRank == 0 && layer.normalizedStableRank == 0)
    #expect(BalancingSchedule(minimumEigenvalues: 0).rates(for: [layer]).factors.isEmpty)
  }

  @Test("Every number is in the JSON, an undefined one as null")
  func json() throws {
    let keys: Set = [
      "name", "kind", "shape", "eigenvalues", "above_threshold_count", "eigenvalue_count", "alpha", "D",
      "lower_bound", "tail_count",
      "lambda_max", "squared_frobenius_norm", "stable_rank", "normalized_stable_rank", "eigenvalue_ratio",
      "alpha_hat",
    ]
    for eigenvalues in [[1.0, 2, 4, 16], [0, 0]] {
      let layer = try analysis(named: "fc0", eigenvalues: eigenvalues)
      let json = try JSON.object(JSONEncoder().encode(layer))
      let object = try #require(json as? [String: Any])
      #expect(Set(object.keys) == keys)
      #expect(object["name"] as? String == "fc0")
      #expect(object["shape"] as? [Int] == [eigenvalues.count, eigenvalues.count])
      let alpha = object["alpha"] as? Double
      #expect((alpha == nil) == (layer.alpha == nil))
      #expect(abs((alpha ?? 0) - (layer.alpha ?? 0)) < 1e-12)
      #expect((object["eigenvalues"] as? [Double])?.count == eigenvalues.count)
    }
  }

  @Test("λmax can be asked for by the name that it had before")
  func oldName() throws {
    let names = Data(#"["lambda-max", "spectral-norm", "alpha"]"#.utf8)
    let scores = try JSONDecoder().decode([LayerScore].self, from: names)
    #expect(scores == [.largestEigenvalue, .largestEigenvalue, .alpha])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([LayerScore].self, from: Data(#"["beta"]"#.utf8))
    }
  }

  @Test("The imbalance is the mean and spread of α over the layers that have one")
  func imbalance() throws {
    let layers = try [
      analysis(eigenvalues: [1, 2, 4, 16]), analysis(eigenvalues: [3, 3, 3, 3]),
      analysis(eigenvalues: [1, 1, 1, 2]),
    ]
    let (a, b) = (1 + 2 / log(4.0), 1 + 2 / log(2.0))
    let imbalance = try #require(Imbalance(of: layers))
    #expect(abs(imbalance.alphaMean - (a + b) / 2) < 1e-5)
    #expect(abs(imbalance.alphaStd - abs(a - b) / 2) < 1e-5)
    #expect(Imbalance(of: [layers[1]]) == nil)
  }

  @Test(
    "A weight that is not finite is an error that names the first such layer",
    arguments: [Float.nan, -.infinity])
  func nonFinite(value: Float) throws {
    var broken = randomTensor([3, 4])
    broken[1, 2] = value
    let layers = try [
      LayerWeights(name: "fc0", kind: .linear, tensors: [randomTensor([4, 4])]),
      LayerWeights(name: "fc1", kind: .linear, tensors: [broken]),
      LayerWeights(name: "fc2", kind: .linear, tensors: [broken]),
    ]
    let expected = TempBalanceError.nonFiniteWeights(layer: "fc1", value: "\(value)")
    #expect(throws: expected) { try LayerAnalyzer().analyze(layers) }
    #expect(expected.description.contains("'fc1'"))
    #expect(expected.fault == .data)
  }

  @Test(
    "Weights whose shape is not that of the layer's kind are an error that names the layer",
    arguments: [
      (LayerKind.linear, [[3]]), (.linear, [[3, 4], [3, 4]]), (.linear, []), (.linear, [[0, 4]]),
      (.convolution, [[3, 4]]), (.convolution, [[2, 2, 1, 1, 1, 1]]), (.spectral, [[3, 4, 5]]),
      (.spectral, [[3, 4, 2, 3]]), (.spectral, [[3, 4, 5, 2], [3, 4, 6, 2]]), (.lowRank, [[2, 5], [4, 3]]),
      (.lowRank, [[2, 5]]), (.lowRank, [[2, 5, 3], [4, 2, 3]]), (.lowRank, [[5, 2, 4, 2], [3, 6, 4, 2]]),
      (.lowRank, [[2, 5], [2, 5], [4, 2], [4, 2]]),
    ])
  func wrongShape(kind: LayerKind, shapes: [[Int]]) {
    let expected = TempBalanceError.unsupportedShape(layer: "w0", kind: kind, shapes: shapes)
    #expect(throws: expected) {
      try LayerWeights(name: "w0", kind: kind, tensors: shapes.map { Tensor.zeros($0) })
    }
    #expect(expected.description.contains("'w0'"))
  }

  @Test("No layers have no analyses")
  func nothing() throws {
    #expect(try LayerAnalyzer().analyze([]).isEmpty)
    #expect(BalancingSchedule().rates(for: []).factors.isEmpty)
    #expect(Imbalance(of: [LayerAnalysis]()) == nil)
  }
}
