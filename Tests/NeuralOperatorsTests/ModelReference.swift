import Autodiff
import HDF5
import NeuralOperators
import PDEData
import TensorCore
import TestSupport
import Testing
import Training

/// A model with weights, an input, and what PyTorch made of it.
struct ModelReference {
  let model: any NeuralOperator
  let parameters: Parameters
  let frames: [Tensor]
  let grid: Tensor
  let target: Tensor
  let loss: Double
  private let file: HDF5File

  init(_ name: String, in set: Reference) throws {
    let checkpoint = try Checkpoint(reading: set.path("\(name).safetensors"))
    model = checkpoint.model
    parameters = checkpoint.parameters
    file = try HDF5File(reading: set.path("\(name).hdf5"))
    let input = Self.channelsFirst(Self.joinedFrames(try file.floats(at: "input"), model))
    let v = model.variables
    frames = (0..<model.initialSteps).map { input.sliced(axis: 1, ($0 * v)..<(($0 + 1) * v)) }
    // A model with coordinates of its own needs none.
    grid = try file.contains("grid") ? file.floats(at: "grid").movingLastAxisFirst() : Tensor(0)
    target = Self.channelsFirst(try file.floats(at: "target"), droppingTime: true)
    loss = try #require(try file.attributes()["loss"]?.number)
  }

  /// A predicted frame, `[samples, variables, space…]`.
  func output(_ name: String) throws -> Tensor {
    Self.channelsFirst(try file.floats(at: name), droppingTime: true)
  }

  /// The gradient of a parameter.
  func gradient(_ name: String) throws -> Tensor { try file.floats(at: "grad/\(name)") }

  /// The gradient of all frames, joined along the channels.
  func inputGradient() throws -> Tensor {
    Self.channelsFirst(Self.joinedFrames(try gradient("input"), model))
  }

  /// `[sample, space…, frame · channel]` also of `[sample, space…, frame, channel]`.
  private static func joinedFrames(_ tensor: Tensor, _ model: any NeuralOperator) -> Tensor {
    tensor.rank == model.dimensions + 2
      ? tensor
      : tensor.reshaped(tensor.shape.prefix(model.dimensions + 1) + [model.initialSteps * model.variables])
  }

  /// `[sample, channel, space…]` of `[sample, space…, channel]`, or of `[sample, space…, 1, channel]`.
  private static func channelsFirst(_ tensor: Tensor, droppingTime: Bool = false) -> Tensor {
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
