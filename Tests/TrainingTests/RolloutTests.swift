import Autodiff
import NeuralOperators
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Rollout") struct RolloutTests {
  private let model = FNO(modes: [4], width: 6, initialSteps: 3, variables: 2)
  private let parameters: Parameters
  private let rollout: Rollout
  private let frames = GradientCheck.random([2, 8, 2, 16], seed: 4)

  init() {
    parameters = model.initialParameters(seed: 3)
    let grid = Tensor((0..<16).map { Float($0) / 16 }, shape: [1, 16])
    rollout = Rollout(model: model, grid: grid)
  }

  private func frame(_ time: Int, of frames: Tensor) -> Variable {
    Variable(frames.sliced(axis: 1, time..<time + 1).reshaped([2, 2, 16]))
  }

  @Test("a prediction is the given frames, and each frame after them from those before it")
  func prediction() {
    let constants = TracedParameters(constants: parameters)
    var window = (0..<3).map { frame($0, of: frames) }
    let prediction = rollout.prediction(after: frames, count: 8, parameters)
    #expect(prediction.shape == [2, 8, 2, 16])
    #expect(prediction.sliced(axis: 1, 0..<3) == frames.sliced(axis: 1, 0..<3))
    for time in 3..<8 {
      let next = model.nextFrame(after: window, grid: rollout.grid, constants)
      #expect(frame(time, of: prediction).value == next.value, "frame \(time)")
      window = window.dropFirst() + [next]
    }
  }

  @Test("the loss is the sum of the mean squared errors of the predicted frames")
  func loss() {
    let constants = TracedParameters(constants: parameters)
    let prediction = rollout.prediction(after: frames, count: 8, parameters)
    for unroll in [nil, 1, 3, 100] {
      var expected: Double = 0
      for time in (8 - min(unroll ?? 5, 5))..<8 {
        let (found, wanted) = (frame(time, of: prediction).value, frame(time, of: frames).value)
        expected +=
          zip(found.elements, wanted.elements)
          .reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) } / Double(wanted.count)
      }
      let loss = Double(rollout.loss(on: frames, unroll: unroll, constants).value.scalar)
      #expect(abs(loss / expected - 1) < 1e-5, "unroll \(unroll ?? 0)")
    }
  }

  @Test(
    "with checkpointed activations loss, gradients and running statistics are the same bits",
    arguments: [nil, 2])
  func checkpointing(unroll: Int?) {
    let unet = UNet(dimensions: 1, initialFeatures: 2, initialSteps: 3, variables: 2)
    for model: any NeuralOperator in [model, unet] {
      let parameters = model.initialParameters(seed: 5)
      let results = [false, true].map { checkpointed in
        let rollout = Rollout(model: model, grid: rollout.grid, checkpointsActivations: checkpointed)
        let tape = Tape()
        let traced = TracedParameters(parameters, watchedBy: tape, buffers: model.buffers)
        let loss = rollout.loss(on: frames, unroll: unroll, traced)
        return (loss.value, tape.gradients(of: loss)[traced], traced.buffers?.values)
      }
      #expect(results[0].0 == results[1].0)
      #expect(results[0].1 == results[1].1)
      #expect(results[0].2 == results[1].2)
      #expect(results[0].1.contains { $0.tensor.elements.contains { $0 != 0 } })
    }
  }

  @Test("with the pushforward trick the steps before the last ones contribute no gradient")
  func pushforward() {
    func gradients(_ body: (TracedParameters) -> Variable) -> Parameters {
      let tape = Tape()
      let traced = TracedParameters(parameters, watchedBy: tape)
      return tape.gradients(of: body(traced))[traced]
    }
    let found = gradients { rollout.loss(on: frames, unroll: 2, $0) }
    // The same two steps from frames that are given as numbers, whatever they came from.
    let prediction = rollout.prediction(after: frames, count: 6, parameters)
    let expected = gradients { traced in
      let window = (3..<6).map { frame($0, of: prediction) }
      let first = model.nextFrame(after: window, grid: rollout.grid, traced)
      let second = model.nextFrame(after: window.dropFirst() + [first], grid: rollout.grid, traced)
      return first.meanSquaredError(to: frame(6, of: frames).value)
        + second.meanSquaredError(to: frame(7, of: frames).value)
    }
    let whole = gradients { rollout.loss(on: frames, $0) }
    for (name, gradient) in expected {
      #expect(found[name] == gradient, "\(name)")
      #expect(gradient.sumOfSquares > 0 && whole[name] != gradient, "\(name)")
    }
  }

  @Test("a rollout may start from other frames than those it is compared with")
  func otherStart() {
    let constants = TracedParameters(constants: parameters)
    let other = GradientCheck.random([2, 3, 2, 16], seed: 9)
    let mixed = Tensor.concatenated([other, frames.sliced(axis: 1, 3..<8)], axis: 1)
    #expect(
      rollout.loss(on: frames, initial: other, constants).value == rollout.loss(on: mixed, constants).value)
  }
}
