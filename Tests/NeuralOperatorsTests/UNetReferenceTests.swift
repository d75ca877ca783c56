import Autodiff
import NeuralOperators
import TensorCore
import TestSupport
import Testing

@Suite("U-Net agrees with PyTorch")
struct UNetReferenceTests {
  @Test(
    "output in both modes, loss and gradients through the batch's statistics",
    arguments: ["unet1d", "unet2d", "unet3d"], Reference.sets)
  func agreement(name: String, set: Reference) throws {
    let reference = try ModelReference(name, in: set)
    let (model, parameters) = (reference.model, reference.parameters)
    let evaluated = model.nextFrame(
      after: reference.frames.map(Variable.init), grid: reference.grid,
      TracedParameters(constants: parameters)
    ).value
    let evaluationError = relativeError(evaluated, try reference.output("output_eval"))
    #expect(evaluationError < 5e-5, "\(evaluationError)")

    let tape = Tape()
    let traced = TracedParameters(parameters, watchedBy: tape, buffers: model.buffers)
    let watched = reference.frames.map(tape.watch)
    let output = model.nextFrame(after: watched, grid: reference.grid, traced)
    let trainingError = relativeError(output.value, try reference.output("output_train"))
    #expect(trainingError < 5e-5, "\(trainingError)")
    let loss = output.meanSquaredError(to: reference.target)
    #expect(abs(Double(loss.value.scalar) / reference.loss - 1) < 1e-5)

    let gradients = tape.gradients(of: loss)
    #expect(gradients[traced].count == parameters.count - model.buffers.count)
    var all = (difference: 0.0, size: 0.0)
    for (name, gradient) in gradients[traced] {
      let expected = try reference.gradient(name).reshaped(gradient.shape)
      var difference = gradient
      difference.add(expected, scaledBy: -1)
      all.difference += difference.sumOfSquares
      all.size += expected.sumOfSquares
      // Normalizing two values of a channel, as at the bottom in 3D, leaves their signs alone: some gradients are zero but
      // for rounding.
      let size = max(expected.sumOfSquares.squareRoot(), 1e-6)
      let error = difference.sumOfSquares.squareRoot() / size
      #expect(error < 1e-3, "\(name): \(error)")
    }
    #expect(all.difference < 1e-6 * all.size)
    let inputGradient = Tensor.concatenated(watched.compactMap { gradients[$0] }, axis: 1)
    #expect(relativeError(inputGradient, try reference.inputGradient()) < 1e-3)
  }
}
