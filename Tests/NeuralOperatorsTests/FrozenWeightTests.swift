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
  ]

  /// The gradients of the sum of squares of a step, of the parameters whose names do not begin with one of some words.
  private func gradients(of model: any NeuralOperator, frozen: [String]) -> [String: Tensor] {
    let shape = model.dimensions == 1 ? [16] : [16, 16]
    let points = shape.reduce(1, *)
    let coordinates = (0..<points * shape.count).map { Float($0 % 16) / 16 }
    let grid = Tensor(coordinates, shape: [shape.count] + shape)
    let parameters = model.initialParameters(seed: 3)
    let tape = Tape()
    let fixed = parameters.names.filter { name in frozen.contains(where: name.hasPrefix) }
    let traced = TracedParameters(parameters, watchedBy: tape, buffers: model.buffers.union(fixed))
    let frame = GradientCheck.random([3, 2] + shape, index: 5)
    let next = model.nextFrame(after: [tape.watch(frame)], grid: grid, traced)
    let found = tape.gradients(of: (next * next).sum())[traced]
    return Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.tensor) })
  }

  @Test("leave the gradients of the others as they are", arguments: models.indices)
  func others(index: Int) {
    let model = Self.models[index]
    let all = gradients(of: model, frozen: [])
    for words in [["conv"], ["w"], ["fc", "conv1"], ["encoder", "bottleneck"], ["upconv", "decoder1"]] {
      let some = gradients(of: model, frozen: words)
      for (name, gradient) in some where !words.contains(where: name.hasPrefix) {
        #expect(gradient == all[name], "\(name) with \(words) frozen")
      }
      #expect(some.keys.allSatisfy { name in !words.contains(where: name.hasPrefix) })
    }
  }
}
