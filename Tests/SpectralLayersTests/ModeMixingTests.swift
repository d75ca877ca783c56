import FourierTransforms
import SpectralLayers
import TensorCore
import TestSupport
import Testing

@Suite("Mixing of modes") struct ModeMixingTests {
  /// A spectrum and weights of some extents, with the corners of a field in one, two or three dimensions.
  struct Extents: CustomTestStringConvertible, Sendable {
    let samples: Int, inputs: Int, outputs: Int
    let modes: [Int]

    var testDescription: String { "\(samples) samples, \(inputs) to \(outputs) channels, \(modes) modes" }
    var transform: TruncatedTransform { TruncatedTransform(shape: modes.map { 2 * $0 }, modes: modes) }
    var weightShape: [Int] { [inputs, outputs] + modes + [2] }
  }

  /// A complex number of a spectrum `[samples, channels, 2, modes]`.
  static func value(_ spectrum: Tensor, _ sample: Int, _ channel: Int, _ mode: Int) -> (Double, Double) {
    (Double(spectrum[sample, channel, 0, mode]), Double(spectrum[sample, channel, 1, mode]))
  }

  @Test(
    "products agree with sums over channels and samples written out, whatever the modes and channels",
    arguments: [
      Extents(samples: 1, inputs: 1, outputs: 1, modes: [1]),
      Extents(samples: 2, inputs: 3, outputs: 5, modes: [3]),
      Extents(samples: 8, inputs: 4, outputs: 1, modes: [5]),
      Extents(samples: 7, inputs: 20, outputs: 20, modes: [12]),
      Extents(samples: 9, inputs: 6, outputs: 7, modes: [17]),
      Extents(samples: 3, inputs: 5, outputs: 2, modes: [40]),
      Extents(samples: 4, inputs: 4, outputs: 4, modes: [4, 4]),
      Extents(samples: 5, inputs: 2, outputs: 3, modes: [3, 7]),
      Extents(samples: 2, inputs: 3, outputs: 3, modes: [2, 3, 4]),
    ])
  func agreement(extents: Extents) {
    let transform = extents.transform
    let corners = transform.count / transform.cornerCount
    let x = GradientCheck.random([extents.samples, extents.inputs, 2, transform.count], index: 1)
    let g = GradientCheck.random([extents.samples, extents.outputs, 2, transform.count], index: 2)
    let weights = (0..<corners).map { GradientCheck.random(extents.weightShape, index: 3 + $0) }
    let mixing = ModeMixing(
      transform: transform, samples: extents.samples, inputs: extents.inputs, outputs: extents.outputs)
    let y = mixing.mix(x, weights: weights)
    let dx = mixing.inputGradient(of: g, weights: weights)
    let dw = mixing.weightGradients(of: g, spectrum: x, shape: extents.weightShape)

    func weight(_ tensors: [Tensor], _ input: Int, _ output: Int, _ mode: Int) -> (Double, Double) {
      let (corner, place) = mode.quotientAndRemainder(dividingBy: transform.cornerCount)
      let index = 2 * ((input * extents.outputs + output) * transform.cornerCount + place)
      let elements = tensors[corner].elements
      return (Double(elements[index]), Double(elements[index + 1]))
    }
    var worst = 0.0
    func compare(_ found: (Double, Double), _ terms: [((Double, Double), (Double, Double))]) {
      let real = terms.reduce(0) { $0 + $1.0.0 * $1.1.0 - $1.0.1 * $1.1.1 }
      let imaginary = terms.reduce(0) { $0 + $1.0.0 * $1.1.1 + $1.0.1 * $1.1.0 }
      worst = largerError(worst, largerError(abs(found.0 - real), abs(found.1 - imaginary)))
    }
    func conjugate(_ z: (Double, Double)) -> (Double, Double) { (z.0, -z.1) }
    let (samples, inputs, outputs) = (0..<extents.samples, 0..<extents.inputs, 0..<extents.outputs)
    for k in 0..<transform.count {
      for b in samples {
        for o in outputs {
          compare(Self.value(y, b, o, k), inputs.map { (weight(weights, $0, o, k), Self.value(x, b, $0, k)) })
        }
        for i in inputs {
          compare(
            Self.value(dx, b, i, k),
            outputs.map { (conjugate(weight(weights, i, $0, k)), Self.value(g, b, $0, k)) })
        }
      }
      for i in inputs {
        for o in outputs {
          compare(
            weight(dw, i, o, k), samples.map { (conjugate(Self.value(x, $0, i, k)), Self.value(g, $0, o, k)) }
          )
        }
      }
    }
    #expect(worst < 1e-5)
  }
}
