import Autodiff
import SpectralLayers
import TensorCore
import Testing

/// Models that another package puts together, with the public interface alone.
@Suite("A model of one's own") struct OwnModelTests {
  @Test("a spectral convolution owns its weights' names and initial values")
  func layer() {
    let layer = SpectralConvolution(inputs: 2, outputs: 3, modes: [4, 4], seed: 7)
    let parameters = layer.initialParameters
    #expect(parameters.names == ["convolution.weights1", "convolution.weights2"])
    #expect(parameters.names == layer.weightNames)
    for (_, tensor) in parameters {
      #expect(tensor.shape == [2, 3, 4, 4, 2])
      #expect(tensor.elements.allSatisfy { $0 >= 0 && $0 < 1.0 / 6 })
    }
    #expect(parameters["convolution.weights1"] != parameters["convolution.weights2"])
    #expect(
      SpectralConvolution(inputs: 2, outputs: 3, modes: [4, 4], seed: 7).initialParameters == parameters)
    #expect(
      SpectralConvolution(inputs: 2, outputs: 3, modes: [4, 4], seed: 8).initialParameters != parameters)
  }

  @Test("a model of two spectral convolutions learns a shift")
  func training() {
    let layers = [
      SpectralConvolution(name: "first", inputs: 1, outputs: 4, modes: [5], seed: 1),
      SpectralConvolution(name: "last", inputs: 4, outputs: 1, modes: [5], seed: 2),
    ]
    var parameters = Parameters(layers.flatMap { Array($0.initialParameters) })
    // Waves, and the same an eighth of the period on.
    var generator = CounterGenerator(seed: 3, purpose: "waves")
    let spectrum = Tensor((0..<8 * 4).map { _ in generator.normal() }, shape: [8, 4])
    let waves = Variable(spectrum).matrixProduct(Variable(Self.waves(shiftedBy: 0))).reshaped([8, 1, 16])
      .value
    let shifted = Variable(spectrum).matrixProduct(Variable(Self.waves(shiftedBy: 2))).reshaped([8, 1, 16])
      .value

    var losses: [Float] = []
    for _ in 0..<200 {
      let tape = Tape()
      let traced = TracedParameters(parameters, watchedBy: tape)
      let prediction = layers[1](layers[0](Variable(waves), traced), traced)
      let loss = prediction.meanSquaredError(to: shifted)
      losses.append(loss.value.scalar)
      for (name, gradient) in tape.gradients(of: loss)[traced] {
        parameters[name].add(gradient, scaledBy: -0.2)
      }
    }
    #expect(losses[199] < 0.01 * losses[0])
  }

  /// The functions cos x, sin x, cos 2x and sin 2x at 16 points, `[4, 16]`.
  private static func waves(shiftedBy points: Int) -> Tensor {
    // cos(πj/8), without a library of functions: whole turns of a rotation by an eighth of π.
    let (c, s): (Float, Float) = (0.923_879_5, 0.382_683_43)
    var rotation: [(Float, Float)] = [(1, 0)]
    for _ in 1..<16 {
      let (x, y) = rotation[rotation.count - 1]
      rotation.append((c * x - s * y, s * x + c * y))
    }
    let rows = [1, 2].flatMap { wave in
      [0, 1].map { part in
        (0..<16).map { point in
          let angle = rotation[(wave * (point + points)) % 16]
          return part == 0 ? angle.0 : angle.1
        }
      }
    }
    return Tensor(rows.flatMap { $0 }, shape: [4, 16])
  }

  @Test("a stream's purpose is a number or a name")
  func purposes() {
    func first(_ purpose: CounterGenerator.Purpose) -> UInt64 {
      var generator = CounterGenerator(seed: 1, purpose: purpose)
      return generator.next()
    }
    #expect(first("dropout") == first(CounterGenerator.Purpose("dropout")))
    #expect(first("dropout") != first("noise") && first(.init(number: 3)) != first("noise"))
    #expect(first(.init(number: 3)) != first(.init(number: 4)))
  }
}
