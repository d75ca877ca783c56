import Autodiff
import NeuralOperators
import TensorCore
import TestSupport
import Testing

@Suite("DPOT agrees with PyTorch")
struct DPOTReferenceTests {
  /// The own set has all numbers of axes, the larger one the authors' code in 2D.
  static let cases: [(String, Reference)] =
    ["dpot1d", "dpot2d", "dpot3d"].map { ($0, Reference.own) }
    + (Reference.larger.map { [("dpot2d", $0)] } ?? [])

  @Test("output and gradients", arguments: cases)
  func agreement(name: String, set: Reference) throws {
    let reference = try ModelReference(name, in: set)
    let (model, parameters) = (reference.model, reference.parameters)
    let output = model.nextFrame(
      after: reference.frames.map(Variable.init), grid: reference.grid,
      TracedParameters(constants: parameters)
    ).value
    let error = relativeError(output, try reference.output("output_eval"))
    #expect(error < 2e-5, "output: \(error)")

    let tape = Tape()
    let traced = TracedParameters(parameters, watchedBy: tape, buffers: model.buffers)
    let watched = reference.frames.map(tape.watch)
    let loss = model.nextFrame(after: watched, grid: reference.grid, traced)
      .meanSquaredError(to: reference.target)
    #expect(abs(Double(loss.value.scalar) / reference.loss - 1) < 1e-5)
    let gradients = tape.gradients(of: loss)
    for (name, gradient) in gradients[traced] {
      let error = relativeError(gradient, try reference.gradient(name).reshaped(gradient.shape))
      #expect(error < 1e-4, "\(name): \(error)")
    }
    let inputGradient = Tensor.concatenated(watched.compactMap { gradients[$0] }, axis: 1)
    let inputError = relativeError(inputGradient, try reference.inputGradient())
    #expect(inputError < 1e-4, "input: \(inputError)")
  }

  @Test("the released classifier is kept", .enabled(if: Reference.larger != nil, "\(Reference.absence)"))
  func classifier() throws {
    let reference = try ModelReference("dpot2d", in: #require(Reference.larger))
    #expect(reference.model.buffers.count == 6)
    #expect(reference.parameters.tensor(named: "cls_head.4.weight")?.shape == [3, 32])
  }
}
