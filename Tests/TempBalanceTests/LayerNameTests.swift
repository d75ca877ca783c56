import TempBalance
import TensorCore
import Testing

@Suite("Layers and their parameters")
struct LayerNameTests {
  @Test(
    "A parameter belongs to the layer that its name begins with",
    arguments: [
      ("fc0.weight", "fc0"), ("fc0.bias", "fc0"), ("conv0.weights1", "conv0"), ("weight", "weight"),
      ("encoder1.enc1conv1.weight", "encoder1.enc1conv1"),
      ("layer.0.query.lora_A.weight", "layer.0.query"),
      ("layer.0.query.lora_B.default.weight", "layer.0.query"),
    ])
  func layer(parameter: String, layer: String) {
    #expect(layerName(ofParameter: parameter) == layer)
  }

  @Test(
    "Names and shapes tell the kind of a layer",
    arguments: [
      ("fc0.weight", [20, 42], LayerKind.linear), ("w0.weight", [20, 20, 1, 1], .convolution),
      ("w0.weight", [20, 20, 1], .convolution), ("c.weight", [2, 2, 3, 3, 3], .convolution),
      ("upconv4.weight", [64, 32, 2, 2], .transposedConvolution),
      ("conv0.weights1", [20, 20, 12, 12, 2], .spectral), ("conv0.weights1", [20, 20, 12, 2], .spectral),
      ("roberta.embeddings.word_embeddings.weight", [100, 8], .embedding),
      ("model.embed_tokens.weight", [100, 8], .embedding), ("transformer.wte.weight", [100, 8], .embedding),
      ("query.lora_A.weight", [4, 8], .lowRank), ("fc0.bias", [20], nil), ("bn0.weight", [20], nil),
      ("norm.running_mean", [20], nil), ("conv0.weights1", [20, 20, 12], nil), ("", [2, 2], nil),
      ("lstm.weight_ih_l0", [32, 8], .matrix), ("attention.in_proj_weight", [24, 8], .matrix),
      ("attention.in_proj_bias", [24], nil), ("query.lora_A.weight", [4, 8, 3, 3], .lowRank),
      ("w0.lora_B.weight", [32, 4, 1], .lowRank), ("conv0.lora_A.weights1", [32, 4, 16, 2], .lowRank),
      ("filter.lora_A.w1", [2, 4, 8, 2], nil),
    ])
  func kind(parameter: String, shape: [Int], kind: LayerKind?) {
    #expect(LayerKind(parameter: parameter, shape: shape) == kind)
  }

  private let model: [(name: String, value: Tensor)] = [
    ("fc0.weight", randomTensor([4, 6])), ("fc0.bias", .zeros([4])),
    ("conv0.weights1", randomTensor([4, 4, 2, 2, 2])), ("conv0.weights2", randomTensor([4, 4, 2, 2, 2])),
    ("w0.weight", randomTensor([4, 4, 1, 1])), ("w0.bias", .zeros([4])),
    ("query.lora_A.weight", randomTensor([2, 6])), ("query.lora_B.weight", randomTensor([5, 2])),
  ]

  @Test("A model's layers come in its order, with all of their parameters")
  func collection() throws {
    let paper = try LayerWeights.layers(in: model)
    #expect(paper.map(\.name) == ["fc0", "w0"])
    let all = try LayerWeights.layers(in: model, kinds: Set(LayerKind.allCases))
    #expect(all.map(\.name) == ["fc0", "conv0", "w0", "query"])
    #expect(all.map(\.kind) == [.linear, .spectral, .convolution, .lowRank])
    #expect(all[1].shape == [2, 4, 4, 2, 2, 2])
    #expect(all[3].shape == [5, 6])
    let parameters = LayerParameters.layers(
      in: model.map { (name: $0.name, shape: $0.value.shape) }, kinds: [.spectral])
    #expect(parameters.map(\.parameters) == [["conv0.weights1", "conv0.weights2"]])
  }

  @Test("Half of a pair is an error that names the layer")
  func halfPair() {
    #expect(throws: TempBalanceError.unsupportedShape(layer: "query", kind: .lowRank, shapes: [[2, 6]])) {
      try LayerWeights.layers(in: Array(model.dropLast()), kinds: [.lowRank])
    }
  }

  @Test("A bias goes with its weight, and whatever is not balanced keeps the rate")
  func parameterRates() {
    let rates = LayerRates(factors: ["fc0": 2, "conv0": 3, "query": 4])
    #expect(rates.rate(ofParameter: "fc0.weight", base: 0.5) == 1)
    #expect(rates.rate(ofParameter: "fc0.bias", base: 0.5) == 1)
    #expect(rates.rate(ofParameter: "conv0.weights2", base: 0.5) == 1.5)
    #expect(rates.rate(ofParameter: "query.lora_B.weight", base: 0.5) == 2)
    #expect(rates.rate(ofParameter: "fc01.weight", base: 0.5) == 0.5)
  }

  @Test("Matrices under other names are layers of their own, each at its own rate")
  func matrices() throws {
    let lstm: [(name: String, value: Tensor)] = [
      ("lstm.weight_ih_l0", randomTensor([8, 3])), ("lstm.weight_hh_l0", randomTensor([8, 2])),
      ("lstm.bias_ih_l0", .zeros([8])),
    ]
    #expect(try LayerWeights.layers(in: lstm).isEmpty)
    let layers = try LayerWeights.layers(in: lstm, kinds: [.matrix])
    #expect(layers.map(\.name) == ["lstm.weight_ih_l0", "lstm.weight_hh_l0"])
    #expect(layers.map(\.shape) == [[8, 3], [8, 2]])
    let rates = LayerRates(factors: ["lstm.weight_ih_l0": 2])
    #expect(rates.rate(ofParameter: "lstm.weight_ih_l0", base: 1) == 2)
    #expect(rates.rate(ofParameter: "lstm.weight_hh_l0", base: 1) == 1)
  }

  @Test("A normalization follows its convolution on request alone")
  func normalization() {
    let factors = ["encoder1.enc1conv1": 2.0, "layer1.0.conv2": 3.0, "encoder1.enc1norm2": 5.0]
    let apart = LayerRates(factors: factors)
    let following = LayerRates(factors: factors, normalizationFollowsConvolution: true)
    #expect(apart.rate(ofParameter: "encoder1.enc1norm1.weight", base: 1) == 1)
    #expect(following.rate(ofParameter: "encoder1.enc1norm1.weight", base: 1) == 2)
    #expect(following.rate(ofParameter: "layer1.0.bn2.bias", base: 1) == 3)
    #expect(following.rate(ofParameter: "encoder1.enc1norm2.weight", base: 1) == 5)
    #expect(following.rate(ofParameter: "encoder9.enc9norm1.weight", base: 1) == 1)
  }
}
