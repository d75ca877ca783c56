import Autodiff
import NeuralOperators
import SystemFiles
import SpectralLayers
import TensorCore
import TestSupport
import Testing

@Suite("FNO") struct FNOTests {
  static let cases: [(model: FNO, shape: [Int])] = [
    (FNO(modes: [5], width: 6, initialSteps: 3, variables: 2), [21]),
    (FNO(modes: [3, 4], width: 5, initialSteps: 2, variables: 3), [10, 13]),
    (FNO(modes: [2, 3, 4], width: 4, initialSteps: 2, variables: 2), [5, 6, 7]),
    // Rows that are taken as two of 256 and of 195 points.
    (FNO(modes: [5], width: 4, initialSteps: 1, variables: 1), [512]),
    (FNO(modes: [2, 4], width: 4, initialSteps: 1, variables: 1), [6, 390]),
  ]

  /// The model written out in single primitives: the oracle of the fused ones.
  func plain(_ model: FNO, _ frames: [Variable], grid: Tensor, _ p: TracedParameters) -> Variable {
    let samples = frames[0].shape[0]
    let copies = Variable(
      Tensor.concatenated(
        (0..<samples).map { _ in grid.reshaped([1] + grid.shape) }, axis: 0))
    var z = Variable.concatenated(frames + [copies], axis: 1)
      .mixingChannels(weight: p["fc0.weight"], bias: p["fc0.bias"])
    for (axis, count) in model.padding.enumerated() { z = z.padded(axis: axis + 2, after: count) }
    for block in 0..<4 {
      let x = block == 0 ? z : z.gelu()
      let corners = (1...(1 << (model.dimensions - 1))).map { p["conv\(block).weights\($0)"] }
      z =
        x.spectrallyConvolved(weights: corners)
        + x.mixingChannels(weight: p["w\(block).weight"], bias: p["w\(block).bias"])
    }
    for (axis, extent) in grid.shape[1...].enumerated() { z = z.sliced(axis: axis + 2, 0..<extent) }
    return z.mixingChannels(weight: p["fc1.weight"], bias: p["fc1.bias"]).gelu()
      .mixingChannels(weight: p["fc2.weight"], bias: p["fc2.bias"])
  }

  @Test(
    "the fused primitives agree with the plain composition, values and gradients", arguments: cases.indices)
  func fusion(index: Int) {
    let (model, shape) = Self.cases[index]
    let parameters = model.initialParameters(seed: 5)
    let grid = GradientCheck.random([shape.count] + shape, index: 1)
    let values = (0..<model.initialSteps).map {
      GradientCheck.random([3, model.variables] + shape, index: 2 + $0)
    }
    let target = GradientCheck.random([3, model.variables] + shape, index: 9)

    func run(_ forward: ([Variable], TracedParameters) -> Variable) -> (Tensor, Parameters, [Tensor?]) {
      let tape = Tape()
      let traced = TracedParameters(parameters, watchedBy: tape)
      let frames = values.map(tape.watch)
      let y = forward(frames, traced)
      let gradients = tape.gradients(of: y.meanSquaredError(to: target))
      return (y.value, gradients[traced], frames.map { gradients[$0] })
    }
    let fused = run { model.nextFrame(after: $0, grid: grid, $1) }
    let oracle = run { plain(model, $0, grid: grid, $1) }
    #expect(relativeError(fused.0, oracle.0) < 2e-6)
    for (name, gradient) in fused.1 { #expect(relativeError(gradient, oracle.1[name]) < 2e-5, "\(name)") }
    for (a, b) in zip(fused.2, oracle.2) {
      guard let a, let b else {
        Issue.record("a frame has no gradient")
        continue
      }
      #expect(relativeError(a, b) < 2e-5)
    }
  }

  @Test("the same bits come out at any number of threads")
  func threads() {
    let (model, shape) = Self.cases[1]
    let parameters = model.initialParameters(seed: 5)
    let grid = GradientCheck.random([2] + shape, index: 1)
    let frames = (0..<2).map { GradientCheck.random([7, 3] + shape, index: 2 + $0) }
    func gradients(threads: Int) -> Parameters {
      WorkerPool.withThreads(threads) {
        let tape = Tape()
        let traced = TracedParameters(parameters, watchedBy: tape)
        let y = model.nextFrame(after: frames.map(Variable.init), grid: grid, traced)
        return tape.gradients(of: y.meanSquaredError(to: .zeros(y.shape)))[traced]
      }
    }
    let one = gradients(threads: 1)
    #expect(gradients(threads: 2) == one)
    #expect(gradients(threads: 3) == one)
  }

  @Test("a field without the model's modes is refused with the numbers that would fit")
  func objections() {
    let model = FNO(modes: [12, 12], width: 4, initialSteps: 2, variables: 4)
    #expect(model.objection(toShape: [64, 64]) == nil)
    #expect(model.objection(toShape: [16, 64])?.description.contains("at most 9×34") == true)
    #expect(model.objection(toShape: [64])?.description.contains("1D") == true)
  }
}
