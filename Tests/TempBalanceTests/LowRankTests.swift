import SystemFiles
import TempBalance
import TensorCore
import Testing

@Suite("Low-rank corrections")
struct LowRankTests {
  private let base = randomTensor([5, 7])
  private let down = randomTensor([2, 7], index: 1)
  private let up = randomTensor([5, 2], index: 2)

  @Test("A correction is added to its base: W + s·B·A")
  func merged() throws {
    let factors = try #require(LowRankFactors([down, up]))
    let layer = try LayerWeights.merged(name: "query", kind: .linear, bases: [base], factors, scale: -1.5)
    #expect(layer.name == "query" && layer.kind == .linear && layer.shape == [5, 7])
    let expected = squaredSingularValues(rows: 5, columns: 7) { row, column in
      Double(base[row, column]) - 1.5
        * (0..<2).reduce(0) { $0 + Double(up[row, $1]) * Double(down[$1, column]) }
    }
    let found = try #require(LayerAnalyzer().analyze([layer]).first).spectrum.eigenvalues
    #expect(agree(found, expected, within: 1e-6))
    #expect(base == randomTensor([5, 7]), "the base stays as it was")
  }

  @Test("A base of another shape is an error that names the layer")
  func wrongBase() throws {
    let turned = randomTensor([7, 5])
    let factors = try #require(LowRankFactors([down, up]))
    let error = TempBalanceError.correctionDoesNotFit(
      layer: "query", base: [7, 5], down: [2, 7], up: [5, 2])
    #expect(throws: error) {
      try LayerWeights.merged(name: "query", kind: .linear, bases: [turned], factors, scale: 1)
    }
    #expect(error.fault == .data && error.description.contains("'query'"))
  }

  @Test(
    "A correction of a convolution is added to its weights, as one matrix", arguments: [[], [3], [1, 2]])
  func mergedConvolution(positions: [Int]) throws {
    let base = randomTensor([5, 4] + positions)
    let down = randomTensor([2, 4] + positions, index: 1)
    let up = randomTensor([5, 2] + positions.map { _ in 1 }, index: 2)
    let (columns, kind) = (base.count / 5, positions.isEmpty ? LayerKind.linear : .convolution)
    let (a, b) = (down.reshaped([2, columns]), up.reshaped([5, 2]))
    var sum = base.reshaped([5, columns])
    for row in 0..<5 {
      for column in 0..<columns {
        for inner in 0..<2 { sum[row, column] += 0.5 * b[row, inner] * a[inner, column] }
      }
    }
    try expectSameSpectra(kind, base, down, up, sum.reshaped(base.shape))
  }

  @Test("A correction of spectral weights is a complex product for each mode")
  func mergedSpectral() throws {
    let (down, up) = (randomTensor([5, 2, 3, 2], index: 1), randomTensor([2, 4, 3, 2], index: 2))
    let base = randomTensor([5, 4, 3, 2])
    var sum = base
    for (input, output) in (0..<20).map({ ($0 / 4, $0 % 4) }) {
      for (inner, mode) in (0..<6).map({ ($0 / 3, $0 % 3) }) {
        let (x, y) = (down[input, inner, mode, 0], down[input, inner, mode, 1])
        let (u, v) = (up[inner, output, mode, 0], up[inner, output, mode, 1])
        sum[input, output, mode, 0] += 0.5 * (x * u - y * v)
        sum[input, output, mode, 1] += 0.5 * (x * v + y * u)
      }
    }
    try expectSameSpectra(.spectral, base, down, up, sum)
  }

  /// Checks that W + ½·ΔW has the spectrum that it should.
  private func expectSameSpectra(
    _ kind: LayerKind, _ base: Tensor, _ down: Tensor, _ up: Tensor, _ sum: Tensor,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let factors = try #require(LowRankFactors([down, up]), sourceLocation: sourceLocation)
    let layers = try [
      LayerWeights.merged(name: "layer", kind: kind, bases: [base], factors, scale: 0.5),
      LayerWeights(name: "layer", kind: kind, tensors: [sum]),
    ]
    #expect(layers[0].kind == kind && layers[0].shape == base.shape, sourceLocation: sourceLocation)
    let spectra = try LayerAnalyzer().analyze(layers).map(\.spectrum.eigenvalues)
    #expect(agree(spectra[0], spectra[1], within: 1e-6), sourceLocation: sourceLocation)
  }

  @Test("A correction beside its base is a layer of its own; one that is no product is passed over")
  func besideBase() throws {
    let shapes: [(name: String, shape: [Int])] = [
      ("query.weight", [5, 7]), ("query.lora_A.default.weight", [2, 7]),
      ("query.lora_B.default.weight", [5, 2]),
      ("conv.lora_A.weight", [2, 3, 3, 3]), ("conv.lora_B.weight", [4, 2, 1, 1]),
      ("conv0.weights1", [5, 6, 4, 2]),
      ("conv0.lora_A.weights1", [5, 2, 4, 2]), ("conv0.lora_B.weights1", [2, 6, 4, 2]),
      ("conv0.lora_A.weights2", [5, 2, 4, 2]), ("conv0.lora_B.weights2", [2, 6, 4, 2]),
      ("filter.lora_A.w1", [2, 4, 8, 2]), ("filter.lora_B.w1", [2, 4, 2, 8]),
    ]
    let layers = LayerParameters.layers(in: shapes, kinds: Set(LayerKind.allCases))
    #expect(layers.map(\.name) == ["query", "query", "conv", "conv0", "conv0"])
    #expect(layers.map(\.kind) == [.linear, .lowRank, .lowRank, .spectral, .lowRank])
    #expect(layers[1].parameters == ["query.lora_A.default.weight", "query.lora_B.default.weight"])
    let corners = ["lora_A.weights1", "lora_A.weights2", "lora_B.weights1", "lora_B.weights2"]
    #expect(layers[4].parameters == corners.map { "conv0.\($0)" })
  }
}
