import Autodiff
import NeuralOperators
import TensorCore

extension Rollout {
  /// The next frame as one primitive that keeps its inputs and nothing else: activation checkpointing.
  ///
  /// The backward pass recomputes the frame on its own tape, so memory holds the activations of one step of the
  /// rollout instead of all, for one more forward pass. Values and gradients are the same bits.
  ///
  /// Source: Chen et al., *Training Deep Nets with Sublinear Memory Cost*, arXiv:1604.06174, section 4.
  func checkpointedFrame(
    after window: [Variable], inputs: Tensor?, _ parameters: TracedParameters
  ) -> Variable {
    let constants = parameters.detached
    let frames = window.map(\.value)
    let needed = window.map(\.needsGradient)
    let names = parameters.names
    let next = model.nextFrame(after: window.map(\.detached), inputs: inputs, grid: grid, constants).value
    return .primitive(next, inputs: window + names.map { parameters[$0] }) { gradient in
      let tape = Tape()
      let watched = constants.watched(by: tape)
      let window = zip(frames, needed).map { $1 ? tape.watch($0) : Variable($0) }
      let gradients = tape.gradients(
        of: model.nextFrame(after: window, inputs: inputs, grid: grid, watched), from: gradient)
      return zip(window, needed).map { $1 ? gradients[$0] : nil } + names.map { gradients[watched[$0]] }
    }
  }
}
