import Autodiff
import NeuralOperators
import SystemFiles
import TensorCore
import TestSupport
import Testing

@Suite("U-Net") struct UNetTests {
  private static let models = [1, 2, 3].map {
    UNet(dimensions: $0, initialFeatures: 2, initialSteps: 2, variables: 3)
  }

  private func frames(_ model: UNet, _ shape: [Int], samples: Int = 2) -> [Tensor] {
    (0..<model.initialSteps).map { GradientCheck.random([samples, model.variables] + shape, index: 2 + $0) }
  }

  /// A prediction in evaluation mode; the grid does not matter.
  private func prediction(_ model: UNet, _ frames: [Tensor]) -> Tensor {
    let constants = TracedParameters(constants: model.initialParameters(seed: 5))
    return model.nextFrame(after: frames.map(Variable.init), grid: Tensor(0), constants).value
  }

  @Test("parameters have PDEBench's names; the running statistics are buffers", arguments: models)
  func parameters(model: UNet) {
    let parameters = model.initialParameters(seed: 5)
    #expect(parameters.count == 118)
    #expect(
      parameters["encoder1.enc1conv1.weight"].shape == [2, 6] + Array(repeating: 3, count: model.dimensions))
    #expect(parameters["bottleneck.bottleneckconv2.weight"].shape.prefix(2) == [32, 32])
    #expect(parameters["upconv4.weight"].shape == [32, 16] + Array(repeating: 2, count: model.dimensions))
    #expect(parameters["decoder4.dec4conv1.weight"].shape.prefix(2) == [16, 32])
    #expect(parameters["conv.weight"].shape == [3, 2] + Array(repeating: 1, count: model.dimensions))
    #expect(model.buffers.count == 54)
    #expect(model.buffers.allSatisfy { parameters.tensor(named: $0) != nil })
    let trained = parameters.filter { !model.buffers.contains($0.name) }
    #expect(trained.reduce(0) { $0 + $1.tensor.count } == model.parameterCount)
    #expect(model.initialParameters(seed: 5) == parameters)
    #expect(model.initialParameters(seed: 6) != parameters)
  }

  @Test("sizes that 16 does not divide are refused with those that fit, unless they are padded")
  func sizes() {
    let (line, plane) = (Self.models[0], Self.models[1])
    #expect(line.objection(toShape: [64]) == nil && plane.objection(toShape: [32, 16]) == nil)
    for words in ["16 does not divide 100 points", "96 or 112", "pad", "reduced-resolution"] {
      #expect(line.objection(toShape: [100])?.description.contains(words) == true)
    }
    #expect(plane.objection(toShape: [33, 64])?.description.contains("such as 32×64 or 48×64") == true)
    #expect(line.objection(toShape: [10])?.description.contains("such as 16:") == true)
    #expect(line.objection(toShape: [64, 64])?.description.contains("1D") == true)
    let padded = UNet(dimensions: 2, initialFeatures: 2, initialSteps: 1, variables: 1, padsFields: true)
    #expect(padded.objection(toShape: [33, 7]) == nil && padded.objection(toShape: [33]) != nil)
  }

  @Test("padding continues a field by half at each end, and the prediction is cropped")
  func padding() {
    for mode in PaddingMode.allCases {
      func model(pads: Bool) -> UNet {
        UNet(
          dimensions: 2, initialFeatures: 2, initialSteps: 2, variables: 3, padding: mode, padsFields: pads)
      }
      let small = frames(model(pads: true), [21, 16])
      let large = small.map { frame in
        switch mode {
        case .zeros: frame.padded(axis: 2, before: 5, after: 6)
        case .periodic:
          Tensor.concatenated(
            [frame.sliced(axis: 2, 16..<21), frame, frame.sliced(axis: 2, 0..<6)], axis: 2)
        }
      }
      let found = prediction(model(pads: true), small)
      let whole = prediction(model(pads: false), large)
      #expect(relativeError(found, whole.sliced(axis: 2, 5..<26)) < 1e-6)
      // A size that fits is left as it is: the same shape, so the same bits.
      #expect(prediction(model(pads: true), large) == prediction(model(pads: false), large))
    }
    let tiny = UNet(
      dimensions: 1, initialFeatures: 2, initialSteps: 1, variables: 1, padding: .periodic, padsFields: true)
    let frame = Tensor([1, 2, 3], shape: [1, 1, 3])
    let whole = Tensor([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1], shape: [1, 1, 16])
    #expect(
      relativeError(prediction(tiny, [frame]), prediction(tiny, [whole]).sliced(axis: 2, 6..<9)) < 1e-6)
  }

  @Test("with periodic padding, a field moved round by 16 points has its prediction moved likewise")
  func periodic() {
    for mode in PaddingMode.allCases {
      let model = UNet(dimensions: 2, initialFeatures: 2, initialSteps: 2, variables: 3, padding: mode)
      func moved(_ field: Tensor) -> Tensor {
        .concatenated([field.sliced(axis: 3, 16..<48), field.sliced(axis: 3, 0..<16)], axis: 3)
      }
      let frames = frames(model, [16, 48])
      let error = relativeError(prediction(model, frames.map(moved)), moved(prediction(model, frames)))
      #expect(mode == .periodic ? error < 1e-5 : error > 1e-3, "\(mode): \(error)")
    }
  }

  @Test("gradients of the whole model in training mode, padding and cropping included")
  func gradients() {
    let model = UNet(dimensions: 1, initialFeatures: 2, initialSteps: 2, variables: 1, padsFields: true)
    let parameters = model.initialParameters(seed: 5)
    let names = [
      "encoder1.enc1conv1.weight", "encoder3.enc3norm2.bias", "upconv2.weight", "decoder1.dec1norm1.weight",
    ]
    let inputs = frames(model, [45], samples: 4) + names.map { parameters[$0] }
    func run(_ inputs: [Tensor]) -> (loss: Double, gradients: [Tensor?]) {
      let tape = Tape()
      var parameters = parameters
      for (name, tensor) in zip(names, inputs[2...]) { parameters[name] = tensor }
      let traced = TracedParameters(parameters, watchedBy: tape, buffers: model.buffers)
      let watched = inputs[..<2].map(tape.watch)
      let y = model.nextFrame(after: watched, grid: Tensor(0), traced)
      let weights = GradientCheck.random(y.shape, index: 8)
      let gradients = tape.gradients(of: (y * Variable(weights)).sum())
      return (
        GradientCheck.dot(y.value, weights),
        watched.map { gradients[$0] } + names.map { gradients[traced[$0]] }
      )
    }
    let gradients = run(inputs).gradients
    for index in inputs.indices {
      let direction = GradientCheck.random(inputs[index].shape, index: 20 + index)
      let losses = [Float(2e-3), -2e-3].map { step in
        var inputs = inputs
        inputs[index].add(direction, scaledBy: step)
        return run(inputs).loss
      }
      let gradient = gradients[index] ?? Tensor.zeros(inputs[index].shape)
      let size = (gradient.sumOfSquares * direction.sumOfSquares).squareRoot()
      let error = abs(GradientCheck.dot(gradient, direction) - (losses[0] - losses[1]) / 4e-3) / size
      #expect(error < 1e-2, "input \(index): \(error)")
    }
  }

  @Test("the same bits come out at any number of threads", arguments: models)
  func threads(model: UNet) {
    let parameters = model.initialParameters(seed: 5)
    let frames = frames(model, Array(repeating: 16, count: model.dimensions), samples: 3)
    func run(_ threads: Int) -> [Parameters] {
      WorkerPool.withThreads(threads) {
        let tape = Tape()
        let traced = TracedParameters(parameters, watchedBy: tape, buffers: model.buffers)
        let y = model.nextFrame(after: frames.map(Variable.init), grid: Tensor(0), traced)
        let gradients = tape.gradients(of: y.meanSquaredError(to: .zeros(y.shape)))[traced]
        return [gradients, traced.buffers?.values ?? Parameters()]
      }
    }
    let one = run(1)
    #expect(one[1].count == model.buffers.count)
    #expect(run(2) == one)
    #expect(run(3) == one)
  }
}
