import Autodiff
import NeuralOperators
import TensorCore
import TestSupport
import Testing

@Suite("Layer and group normalization") struct LayerAndGroupNormalizationTests {
  /// γ and β of no simple values.
  private func scales(_ channels: Int) -> [Tensor] {
    [GradientCheck.random([channels], index: 8).map { $0 + 1.5 }, GradientCheck.random([channels], index: 9)]
  }

  private func constants(_ names: [String], _ tensors: [Tensor]) -> TracedParameters {
    TracedParameters(constants: Parameters(zip(names, tensors).map { (name: $0, tensor: $1) }))
  }

  @Test(
    "each vector of features is normalized, in any number of axes",
    arguments: [[4, 6], [2, 3, 6], [6], [300, 6]])
  func layer(shape: [Int]) {
    let layer = LayerNormalization(name: "norm", features: 6)
    let x = GradientCheck.random(shape, index: 1)
    let (gamma, beta) = (scales(6)[0], scales(6)[1])
    let y = layer(Variable(x), constants([layer.weightName, layer.biasName], scales(6))).value
    #expect(y.shape == shape)
    for row in 0..<x.count / 6 {
      let values = x.elements[(6 * row)..<(6 * row + 6)].map(Double.init)
      let mean = values.reduce(0, +) / 6
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 6
      for feature in 0..<6 {
        let exact =
          Double(gamma[feature]) * (values[feature] - mean) / (variance + 1e-5).squareRoot()
          + Double(beta[feature])
        #expect(abs(Double(y.elements[6 * row + feature]) - exact) < 1e-5)
      }
    }
    guard x.count < 100 else { return }
    let error = GradientCheck.error(at: [x] + scales(6)) { inputs in
      inputs[0].normalizingGroups(
        groups: 1, channels: 6, points: 1, weight: inputs[1], bias: inputs[2], epsilon: 0.1)
    }
    #expect(error < 2e-3)
  }

  @Test("each group of channels of each sample is normalized", arguments: [1, 2, 3, 6], [[5], [3, 4]])
  func group(groups: Int, points: [Int]) {
    let layer = GroupNormalization(name: "norm", groups: groups, channels: 6)
    let x = GradientCheck.random([3, 6] + points, index: 1)
    let count = points.reduce(1, *)
    let (gamma, beta) = (scales(6)[0], scales(6)[1])
    let y = layer(Variable(x), constants([layer.weightName, layer.biasName], scales(6))).value
    let length = 6 / groups * count
    for row in 0..<3 * groups {
      let values = x.elements[(row * length)..<((row + 1) * length)].map(Double.init)
      let mean = values.reduce(0, +) / Double(length)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(length)
      for place in 0..<length {
        let channel = row % groups * (6 / groups) + place / count
        let exact =
          Double(gamma[channel]) * (values[place] - mean) / (variance + 1e-5).squareRoot()
          + Double(beta[channel])
        #expect(abs(Double(y.elements[row * length + place]) - exact) < 1e-5)
      }
    }
    let error = GradientCheck.error(at: [x] + scales(6)) { inputs in
      inputs[0].normalizingGroups(
        groups: groups, channels: 6, points: count, weight: inputs[1], bias: inputs[2], epsilon: 0.1)
    }
    #expect(error < 2e-3)
  }

  @Test("new layers leave what is normalized as it is")
  func initialParameters() {
    let layers = [
      LayerNormalization(name: "a", features: 4).initialParameters,
      GroupNormalization(name: "a", groups: 2, channels: 4).initialParameters,
    ]
    for parameters in layers {
      #expect(parameters.map(\.name) == ["a.weight", "a.bias"])
      #expect(parameters.map(\.tensor) == [Tensor(repeating: 1, shape: [4]), .zeros([4])])
    }
  }

  @Test("the bits do not depend on the number of threads", .serialized, arguments: [1, 2, 3])
  func threads(count: Int) {
    let x = GradientCheck.random([90, 8, 60], index: 5)
    func result() -> [Tensor?] {
      let tape = Tape()
      let inputs = ([x] + scales(8)).map(tape.watch)
      let y = inputs[0].normalizingGroups(
        groups: 2, channels: 8, points: 60, weight: inputs[1], bias: inputs[2], epsilon: 1e-5)
      let gradients = tape.gradients(of: (y * y).sum())
      return [y.value] + inputs.map { gradients[$0] }
    }
    let expected = result()
    #expect(WorkerPool.withThreads(count) { result() } == expected)
  }
}
