import Autodiff
import Foundation
import TestSupport
import SpectralLayers
import TensorCore
import Testing

@Suite("Spectral convolution") struct SpectralConvolutionTests {
  func weights(_ layer: SpectralConvolution) -> [Tensor] {
    layer.weightNames.indices.map { GradientCheck.random(layer.weightShape, index: 10 + $0) }
  }

  @Test(
    "it has the right gradients",
    arguments: [
      (shape: [16], modes: [5]), ([15], [8]), ([8, 10], [3, 4]), ([9, 7], [4, 4]), ([8, 8], [4, 5]),
      ([6, 8, 10], [2, 3, 4]), ([4, 5, 6], [2, 2, 4]),
    ])
  func gradients(shape: [Int], modes: [Int]) {
    let layer = SpectralConvolution(name: "conv", inputs: 3, outputs: 5, modes: modes)
    let x = GradientCheck.random([3, 3] + shape)
    let error = GradientCheck.error(at: [x] + weights(layer)) { inputs in
      inputs[0].spectrallyConvolved(weights: Array(inputs[1...]))
    }
    #expect(error < 2e-3)
  }

  @Test("channels are mixed mode by mode", arguments: [1, 2, 3, 17])
  func mixing(samples: Int) {
    // A wave of one kept wave vector comes back as the same wave, scaled and turned by its complex weight.
    let layer = SpectralConvolution(name: "conv", inputs: 2, outputs: 3, modes: [3, 4])
    let w = weights(layer)
    let n = [10, 12]
    for (k, corner, row) in [([2, 3], 0, 2), ([-1, 2], 1, 2), ([-3, 1], 1, 0)] {
      var x = Tensor.zeros([samples, 2] + n)
      for i in 0..<n[0] {
        for j in 0..<n[1] {
          let angle = 2 * Double.pi * (Double(k[0] * i) / 10 + Double(k[1] * j) / 12)
          x[samples - 1, 1, i, j] = Float(cos(angle))
        }
      }
      let y = Variable(x).spectrallyConvolved(weights: w.map { Variable($0) }).value
      for o in 0..<3 {
        let (real, imaginary) = (Double(w[corner][1, o, row, k[1], 0]), Double(w[corner][1, o, row, k[1], 1]))
        let angle = 2 * Double.pi * (Double(k[0] * 3) / 10 + Double(k[1] * 5) / 12)
        #expect(abs(Double(y[samples - 1, o, 3, 5]) - (real * cos(angle) - imaginary * sin(angle))) < 1e-5)
      }
    }
  }

  @Test("the same weights act alike on a finer grid")
  func resolution() {
    let layer = SpectralConvolution(name: "conv", inputs: 1, outputs: 2, modes: [4, 4])
    let w = weights(layer).map { Variable($0) }
    func field(_ n: Int) -> Tensor {
      var x = Tensor.zeros([1, 1, n, n])
      for i in 0..<n {
        for j in 0..<n {
          let (s, t) = (2 * Double.pi * Double(i) / Double(n), 2 * Double.pi * Double(j) / Double(n))
          x[0, 0, i, j] = Float(sin(s + 2 * t) + 0.5 * cos(3 * s - t))
        }
      }
      return x
    }
    let coarse = Variable(field(16)).spectrallyConvolved(weights: w).value
    let fine = Variable(field(48)).spectrallyConvolved(weights: w).value
    for i in 0..<16 { #expect(abs(coarse[0, 1, i, 5] - fine[0, 1, 3 * i, 15]) < 2e-6) }
  }

  @Test("initial weights fill [0, 1/(inputs·outputs)) and depend on the generator alone")
  func initialWeights() {
    let layer = SpectralConvolution(name: "conv0", inputs: 4, outputs: 5, modes: [6])
    let parameters = layer.initialParameters { _ in CounterGenerator(seed: 3, purpose: .weights) }
    let again = layer.initialParameters { _ in CounterGenerator(seed: 3, purpose: .weights) }
    #expect(parameters.map(\.name) == ["conv0.weights1"])
    let elements = parameters[0].tensor.elements
    #expect(elements.allSatisfy { $0 >= 0 && $0 < 0.05 } && elements.max() ?? 0 > 0.045)
    #expect(again[0].tensor == parameters[0].tensor)
  }
}
