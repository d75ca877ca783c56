import Autodiff
import NeuralOperators
import SystemFiles
import TensorCore
import TestSupport
import Testing

@Suite("DPOT") struct DPOTTests {
  private static let extents = DPOT.Extents(
    width: 16, depth: 2, channelBlocks: 2, hiddenWidth: 24, modes: 3, patch: 2, outputWidth: 5)

  private static func model(_ axes: Int, staticInputs: Int = 0, initialSteps: Int = 2) -> DPOT {
    DPOT(
      extents, positions: Array(repeating: 4, count: axes), initialSteps: initialSteps, variables: 2,
      staticInputs: staticInputs)
  }

  private static func output(
    _ model: DPOT, _ frames: [Tensor], inputs: Tensor? = nil, _ parameters: Parameters
  ) -> Tensor {
    model.nextFrame(
      after: frames.map { Variable($0) }, inputs: inputs, grid: Tensor(0),
      TracedParameters(constants: parameters)
    ).value
  }

  @Test("Fourier attention has the gradient of its value", arguments: [[6], [5, 8], [4, 3, 6]])
  func attention(shape: [Int]) {
    let inputs = [
      GradientCheck.random([2, 4] + shape), GradientCheck.random([2, 2, 2, 3], index: 1),
      GradientCheck.random([2, 2, 3], index: 2), GradientCheck.random([2, 2, 3, 2], index: 3),
      GradientCheck.random([2, 2, 2], index: 4),
    ]
    let error = GradientCheck.error(at: inputs) {
      $0[0].attendingModes(
        first: .init($0[1], $0[2]), second: .init($0[3], $0[4]), modes: 3)
    }
    #expect(error < 2e-3)
  }

  @Test("the aggregation has the gradient of its value, and is the plain composition", arguments: [1, 3])
  func aggregation(frames: Int) {
    let (samples, hidden, width) = (2, 3, 4)
    let inputs = [
      GradientCheck.random([samples, frames * hidden, 5]),
      GradientCheck.random([width, hidden, 1], index: 1),
      GradientCheck.random([width], index: 2), GradientCheck.random([1, width, 5], index: 3),
      GradientCheck.random([frames, width, width], index: 4), GradientCheck.random([1, width], index: 5),
    ]
    func fused(_ inputs: [Variable]) -> Variable {
      aggregated(
        inputs[0], embedding: (inputs[1], inputs[2]), position: inputs[3], weight: inputs[4],
        frequency: inputs[5])
    }
    #expect(GradientCheck.error(at: inputs, fused) < 2e-3)
    let found = fused(inputs.map { Variable($0) }).value
    let (h, a, c, p, w, gamma) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5])
    for sample in 0..<samples {
      for j in 0..<width {
        for point in 0..<5 {
          var sum: Float = 0
          for frame in 0..<frames {
            for i in 0..<width {
              var z = c[i] + p[0, i, point]
              for k in 0..<hidden { z += a[i, k, 0] * h[sample, frame * hidden + k, point] }
              let time = frames > 1 ? Float(frame) / Float(frames - 1) : 0
              sum += w[frame, i, j] * z * cosine(gamma[0, i] * time)
            }
          }
          #expect(abs(found[sample, j, point] - sum) < 1e-4)
        }
      }
    }
  }

  /// The cosine of a small angle by its series.
  private func cosine(_ x: Float) -> Float {
    let square = Double(x) * Double(x)
    return Float(1 - square / 2 * (1 - square / 12 * (1 - square / 30 * (1 - square / 56))))
  }

  @Test("positions are interpolated as PyTorch does, with the gradient of the value")
  func interpolation() {
    let field = GradientCheck.random([1, 2, 4, 3])
    #expect(GradientCheck.error(at: [field]) { $0[0].interpolated(to: [6, 2]) } < 1e-3)
    // torch.nn.functional.interpolate(tensor([0, 1, 2, 3]), size=8 and 2, mode="linear")
    let line = Variable(Tensor([0, 1, 2, 3], shape: [1, 1, 4]))
    #expect(
      line.interpolated(to: [8]).value.elements == [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3])
    #expect(line.interpolated(to: [2]).value.elements == [0.5, 2.5])
  }

  @Test("other resolutions than trained are predicted", arguments: [1, 2, 3])
  func otherResolution(axes: Int) {
    let model = Self.model(axes)
    let parameters = model.initialParameters(seed: 1)
    for points in [4, 8, 12] {
      let shape = [2, 2] + Array(repeating: points, count: axes)
      #expect(model.objection(toShape: Array(shape[2...])) == nil)
      let frames = (0..<2).map { GradientCheck.random(shape, index: $0) }
      let output = Self.output(model, frames, parameters)
      #expect(output.shape == shape && output.isFinite)
    }
    #expect(model.objection(toShape: Array(repeating: 7, count: axes))?.description.contains("6") == true)
    #expect(model.objection(toShape: [8, 8, 8, 8]) != nil)
  }

  @Test("static inputs are seen, and all weights but theirs stay in their places")
  func staticInputs() throws {
    let (plain, seeing) = (Self.model(2), Self.model(2, staticInputs: 1))
    var parameters = seeing.initialParameters(seed: 4)
    let frames = (0..<2).map { GradientCheck.random([1, 2, 8, 8], index: $0) }
    let inputs = [8, 9].map { GradientCheck.random([1, 1, 8, 8], index: $0) }
    let outputs = inputs.map { Self.output(seeing, frames, inputs: $0, parameters) }
    #expect(outputs[0] != outputs[1])
    let name = "patch_embed.proj.0.weight"
    let weight = parameters[name]
    var reduced = Parameters()
    for (key, tensor) in parameters {
      reduced.append(
        key == name
          ? .concatenated([weight.sliced(axis: 1, 0..<2), weight.sliced(axis: 1, 3..<6)], axis: 1) : tensor,
        named: key)
    }
    parameters[name] = weight
    let without = Self.output(plain, frames, reduced)
    let zeros = Self.output(seeing, frames, inputs: .zeros([1, 1, 8, 8]), parameters)
    #expect(relativeError(zeros, without) < 1e-5)
  }

  @Test("a model is recognized from its tensors, with the modes from the metadata", arguments: [1, 2, 3])
  func recognition(axes: Int) throws {
    let model = Self.model(axes, staticInputs: 1, initialSteps: 3)
    let parameters = model.initialParameters(seed: 0)
    #expect(parameters.elementCount == model.parameterCount)
    let shapes = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.tensor.shape) })
    let found = try ModelRegistry.standard.recognize(WeightShapes(shapes: shapes, metadata: model.metadata))
    let dpot = try #require(found as? DPOT)
    #expect(dpot.metadata == model.metadata && dpot.extents.hiddenWidth == 24)
    #expect(dpot.initialParameters(seed: 0).map(\.tensor.shape) == parameters.map(\.tensor.shape))
    let description = try #require(DPOT.Description(describing: dpot))
    let again = try description.model(
      for: ModelTask(
        shape: Array(repeating: 16, count: axes), variables: 2, initialSteps: 3, staticInputs: 1))
    #expect(again.metadata == model.metadata)
    var broken = shapes
    broken["time_agg_layer.w"] = [3, 16, 8]
    #expect(throws: RecognitionError.self) {
      try ModelRegistry.standard.recognize(WeightShapes(shapes: broken, metadata: model.metadata))
    }
  }

  @Test(
    "the published sizes have the published numbers of weights",
    arguments: [(DPOT.Description.Size.tiny, 7.5e6), (.small, 30.8e6)])
  func sizes(size: DPOT.Description.Size, weights: Double) throws {
    let model = try DPOT.Description(size: size).model(
      for: ModelTask(shape: [128, 128], variables: 4, initialSteps: 10))
    #expect(abs(Double(model.parameterCount) / weights - 1) < 0.1, "\(model.parameterCount)")
  }

  @Test("bits do not depend on the number of threads")
  func threads() {
    let model = Self.model(2)
    let parameters = model.initialParameters(seed: 2)
    let frames = (0..<2).map { GradientCheck.random([3, 2, 8, 8], index: $0) }
    func gradients(_ threads: Int) -> Parameters {
      WorkerPool.withThreads(threads) {
        let tape = Tape()
        let traced = TracedParameters(parameters, watchedBy: tape)
        let output = model.nextFrame(after: frames.map { Variable($0) }, grid: Tensor(0), traced)
        return tape.gradients(of: output.meanSquaredError(to: .zeros(output.shape)))[traced]
      }
    }
    #expect(gradients(1) == gradients(2))
  }
}
