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
    let layer = try LayerWeights.merged(name: "query", base: base, down: down, up: up, scale: -1.5)
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
  func wrongBase() {
    let turned = randomTensor([7, 5])
    let error = TempBalanceError.correctionDoesNotFit(
      layer: "query", base: [7, 5], down: [2, 7], up: [5, 2])
    #expect(throws: error) { try LayerWeights.merged(name: "query", base: turned, down: down, up: up) }
    #expect(error.fault == .data && error.description.contains("'query'"))
  }

  @Test("A correction beside its base is a layer of its own; that of a convolution is passed over")
  func besideBase() throws {
    let shapes: [(name: String, shape: [Int])] = [
      ("query.weight", [5, 7]), ("query.lora_A.default.weight", [2, 7]),
      ("query.lora_B.default.weight", [5, 2]),
      ("conv.lora_A.weight", [2, 3, 3, 3]), ("conv.lora_B.weight", [4, 2, 1, 1]),
    ]
    let layers = LayerParameters.layers(in: shapes, kinds: Set(LayerKind.allCases))
    #expect(layers.map(\.name) == ["query", "query"])
    #expect(layers.map(\.kind) == [.linear, .lowRank])
    #expect(layers[1].parameters == ["query.lora_A.default.weight", "query.lora_B.default.weight"])
  }
}
