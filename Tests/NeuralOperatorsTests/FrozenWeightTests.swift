import Autodiff
import NeuralOperators
import TensorCore
import TestSupport
import Testing

@Suite("Weights that are not trained") struct FrozenWeightTests {
  static let models: [any NeuralOperator] = [
    FNO(modes: [3], width: 4, initialSteps: 1, variables: 2, hasResidualBlocks: true),
    FNO(modes: [3, 3], width: 4, initialSteps: 1, variables: 2),
    FNO(modes: [3], width: 4, initialSteps: 1, variables: 2, boundary: .open(points: 3)),
    UNet(dimensions: 1, initialFeatures: 2, initialSteps: 1, variables: 2),
    DPOT(
      DPOT.Extents(
        width: 16, depth: 1, channelBlocks: 2, hiddenWidth: 12, modes: 2, patch: 4, outputWidth: 5),
      positions: [4], initialSteps: 1, variables: 2),
  ]

  /// What the names of frozen parameters begin with: single layers, weights and biases apart, and all before or after a layer.
  static let frozen = [
    ["conv"], ["w"], ["fc", "conv1"], ["encoder", "bottleneck"], ["upconv", "decoder1"], ["fc0"],
    ["fc0.weight"], ["fc0.bias"], ["fc1"], ["fc2"], ["fc1", "fc2"], ["fc1.weight", "fc2.bias"],
    ["fc0", "conv0"], ["fc0", "w0"], ["fc0", "conv0", "w"], ["fc0", "conv", "w"],
    ["fc0", "conv", "w", "fc1"], ["fc0", "conv", "w", "fc1", "fc2.weight"], ["patch_embed"],
    ["patch_embed.proj.2", "pos_embed", "time_agg_layer"], ["time_agg_layer.gamma"],
    ["blocks.0.filter.w1", "blocks.0.filter.b1"], ["blocks.0.filter.w2", "blocks.0.filter.b2"],
    ["blocks.0.filter"], ["out_layer.2"], ["out_layer"],
  ]

  /// The gradients of the sum of squares of a step: of the parameters whose names do not begin with one of some words, and of the
  /// frame that it starts from, unless that is given.
  private func gradients(of model: any NeuralOperator, frozen: [String], isGiven: Bool) -> [String: Tensor] {
    let shape = model.dimensions == 1 ? [16] : [16, 16]
    let points = shape.reduce(1, *)
    let coordinates = (0..<points * shape.count).map { Float($0 % 16) / 16 }
    let grid = Tensor(coordinates, shape: [shape.count] + shape)
    let parameters = model.initialParameters(seed: 3)
    let tape = Tape()
    let fixed = parameters.names.filter { name in frozen.contains(where: name.hasPrefix) }
    let traced = TracedParameters(parameters, watchedBy: tape, buffers: model.buffers.union(fixed))
    let values = GradientCheck.random([3, 2] + shape, index: 5)
    let frame = isGiven ? Variable(values) : tape.watch(values)
    let next = model.nextFrame(after: [frame], grid: grid, traced)
    let found = tape.gradients(of: (next * next).sum())
    var gradients = Dictionary(uniqueKeysWithValues: found[traced].map { ($0.name, $0.tensor) })
    if !isGiven { gradients["the frame"] = found[frame] }
    return gradients
  }

  @Test("leave the gradients of the others as they are", arguments: models.indices, [false, true])
  func others(index: Int, isGiven: Bool) {
    let model = Self.models[index]
    let all = gradients(of: model, frozen: [], isGiven: isGiven)
    for words in Self.frozen {
      let some = gradients(of: model, frozen: words, isGiven: isGiven)
      #expect(Set(some.keys) == Set(all.keys.filter { name in !words.contains(where: name.hasPrefix) }))
      for (name, gradient) in some { #expect(gradient == all[name], "\(name) with \(words) frozen") }
    }
  }

  @Test("need no gradient of their own in DPOT's layers, whose others keep their bits", arguments: 0..<6)
  func primitives(frozen: Int) {
    let sizes = [[2, 6, 5], [4, 3, 1], [4], [1, 4, 5], [2, 4, 4], [1, 4]]
    let attention = [[2, 4, 6], [2, 2, 2, 3], [2, 2, 3], [2, 2, 3, 2], [2, 2, 2]]
    func check(_ shapes: [[Int]], _ function: ([Variable]) -> Variable) {
      guard shapes.indices.contains(frozen) else { return }
      func gradients(_ frozen: Int?) -> [Tensor?] {
        let tape = Tape()
        let watched = shapes.enumerated().map { tape.watch(GradientCheck.random($1, index: $0)) }
        var inputs = watched
        if let frozen { inputs[frozen] = watched[frozen].detached }
        let y = function(inputs)
        let found = tape.gradients(of: (y * y).sum())
        return watched.map { found[$0] }
      }
      var expected = gradients(nil)
      expected[frozen] = nil
      #expect(gradients(frozen) == expected)
    }
    check(sizes) {
      aggregated($0[0], embedding: ($0[1], $0[2]), position: $0[3], weight: $0[4], frequency: $0[5])
    }
    check(attention) {
      $0[0].attendingModes(first: .init($0[1], $0[2]), second: .init($0[3], $0[4]), modes: 3)
    }
  }
}
