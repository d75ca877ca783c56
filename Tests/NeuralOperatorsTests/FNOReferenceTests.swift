import Autodiff
import NeuralOperators
import TensorCore
import TestSupport
import Testing

@Suite("FNO agrees with PyTorch")
struct FNOReferenceTests {
  @Test("output and gradients", arguments: ["fno1d", "fno2d", "fno3d"], Reference.sets)
  func agreement(name: String, set: Reference) throws {
    let reference = try ModelReference(name, in: set)
    let (model, parameters) = (reference.model, reference.parameters)
    let output = model.nextFrame(
      after: reference.frames.map(Variable.init), grid: reference.grid,
      TracedParameters(constants: parameters)
    ).value
    #expect(relativeError(output, try reference.output("output_eval")) < 2e-5)

    let tape = Tape()
    let traced = TracedParameters(parameters, watchedBy: tape)
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
    #expect(relativeError(inputGradient, try reference.inputGradient()) < 1e-4)
  }
}
