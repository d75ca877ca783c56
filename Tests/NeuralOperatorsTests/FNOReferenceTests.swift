import Autodiff
import NeuralOperators
import PDEData
import TensorCore
import TestSupport
import Testing
import Training

@Suite("FNO agrees with PyTorch", .enabled(if: Reference.isPresent, "\(Reference.absence)"))
struct FNOReferenceTests {
  @Test("output and gradients", arguments: ["fno1d", "fno2d", "fno3d"])
  func agreement(name: String) throws {
    let checkpoint = try Checkpoint(reading: Reference.path("\(name).safetensors"))
    let (model, parameters) = (checkpoint.model, checkpoint.parameters)
    let file = try HDF5File(reading: Reference.path("\(name).hdf5"))
    let input = channelsFirst(try file.floats(at: "input"))
    let grid = try file.floats(at: "grid").movingLastAxisFirst()
    let v = model.variables
    let frames = (0..<model.initialSteps).map { input.sliced(axis: 1, ($0 * v)..<(($0 + 1) * v)) }
    let target = channelsFirst(try file.floats(at: "target"), droppingTime: true)

    let output = model.nextFrame(
      after: frames.map(Variable.init), grid: grid, TracedParameters(constants: parameters)
    ).value
    let expected = channelsFirst(try file.floats(at: "output_eval"), droppingTime: true)
    #expect(relativeError(output, expected) < 2e-5)

    let tape = Tape()
    let traced = TracedParameters(parameters, watchedBy: tape)
    let watched = frames.map(tape.watch)
    let loss = model.nextFrame(after: watched, grid: grid, traced).meanSquaredError(to: target)
    let expectedLoss = try #require(try file.attributes()["loss"]?.number)
    #expect(abs(Double(loss.value.scalar) / expectedLoss - 1) < 1e-5)
    let gradients = tape.gradients(of: loss)
    for (name, gradient) in gradients[traced] {
      let expected = try file.floats(at: "grad/\(name)")
      let error = relativeError(gradient, expected.reshaped(gradient.shape))
      #expect(error < 1e-4, "\(name): \(error)")
    }
    let inputGradient = Tensor.concatenated(watched.compactMap { gradients[$0] }, axis: 1)
    #expect(relativeError(inputGradient, channelsFirst(try file.floats(at: "grad/input"))) < 1e-4)
  }

  /// `[sample, channel, space…]` of `[sample, space…, channel]`, or of `[sample, space…, 1, channel]`.
  private func channelsFirst(_ tensor: Tensor, droppingTime: Bool = false) -> Tensor {
    var tensor = tensor
    if droppingTime {
      var shape = tensor.shape
      shape.remove(at: shape.count - 2)
      tensor = tensor.reshaped(shape)
    }
    let samples = (0..<tensor.shape[0]).map { sample in
      let one = tensor.sliced(axis: 0, sample..<(sample + 1)).reshaped(Array(tensor.shape.dropFirst()))
      let moved = one.movingLastAxisFirst()
      return moved.reshaped([1] + moved.shape)
    }
    return .concatenated(samples, axis: 0)
  }
}

extension Tensor {
  /// `[channel, space…]` of `[space…, channel]`.
  fileprivate func movingLastAxisFirst() -> Tensor {
    let channels = shape[rank - 1]
    let points = count / channels
    let source = elements
    var result: [Float] = []
    for channel in 0..<channels {
      for point in 0..<points { result.append(source[point * channels + channel]) }
    }
    return Tensor(result, shape: [channels] + shape.dropLast())
  }
}
