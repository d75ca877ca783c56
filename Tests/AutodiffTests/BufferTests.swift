import Autodiff
import TensorCore
import Testing

@Suite("Parameters in training and in evaluation mode") struct BufferTests {
  private let parameters = Parameters([
    ("a.weight", Tensor([1, 2], shape: [2])), ("a.mean", Tensor([3, 4], shape: [2])),
  ])

  @Test("a buffer can be changed in training mode, from detached parameters too, and has no gradient")
  func training() {
    let tape = Tape()
    let traced = TracedParameters(parameters, watchedBy: tape, buffers: ["a.mean"])
    #expect(traced.isTraining && traced.detached.isTraining)
    traced.buffers?.update("a.mean") { $0.map { 2 * $0 } }
    traced.detached.buffers?.update("a.mean") { $0.map { $0 + 1 } }
    #expect(traced.buffers?.values == Parameters([("a.mean", Tensor([7, 9], shape: [2]))]))
    // A pass sees the values that it began with.
    #expect(traced["a.mean"].value == parameters["a.mean"])

    let gradients = tape.gradients(of: (traced["a.weight"] * traced["a.mean"]).sum())[traced]
    #expect(gradients == Parameters([("a.weight", parameters["a.mean"])]))
    var replaced = parameters
    replaced.replace(with: traced.buffers?.values ?? Parameters())
    #expect(replaced["a.mean"].elements == [7, 9] && replaced["a.weight"] == parameters["a.weight"])
  }

  @Test("in evaluation mode there are no buffers to change")
  func evaluation() {
    let constants = TracedParameters(constants: parameters)
    #expect(!constants.isTraining && constants.buffers == nil)
    #expect(constants["a.mean"].value == parameters["a.mean"])
  }
}
