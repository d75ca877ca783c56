import Foundation
import FourierTransforms
import TensorCore
import TestSupport
import Testing

/// A field's shape and kept modes: even and odd extents, in 1, 2 and 3 dimensions, up to the highest frequency.
let transformShapes: [(shape: [Int], modes: [Int])] = [
  ([1], [1]), ([2], [2]), ([16], [5]), ([15], [8]), ([16], [9]), ([20], [3]), ([33], [17]), ([66], [12]),
  ([103], [20]),
  ([8, 10], [3, 4]), ([9, 7], [4, 4]), ([8, 8], [4, 5]), ([66, 66], [12, 12]),
  ([6, 8, 10], [2, 3, 4]), ([7, 5, 9], [3, 2, 5]), ([12, 12, 18], [4, 4, 4]),
]

/// Every shape by every method.
let transformCases = transformShapes.flatMap { shape, modes in
  TruncatedTransform.Method.allCases.map { (shape: shape, modes: modes, method: $0) }
}

@Suite("Truncated transform") struct TruncatedTransformTests {
  /// The kept wave vectors in the order of the spectrum.
  func waveVectors(_ shape: [Int], _ modes: [Int]) -> [[Int]] {
    let leading = modes.count - 1
    return (0..<(1 << leading)).flatMap { corner -> [[Int]] in
      var vectors: [[Int]] = [[]]
      for axis in modes.indices {
        let low = Array(0..<modes[axis])
        let high = Array(-modes[axis]..<0)
        let range = axis < leading && corner >> axis & 1 == 1 ? high : low
        vectors = vectors.flatMap { vector in range.map { vector + [$0] } }
      }
      return vectors
    }
  }

  /// 2π k·n/N for every point n in row-major order.
  func phases(_ k: [Int], _ shape: [Int]) -> [Double] {
    zip(k, shape).reduce([0.0]) { phases, axis in
      phases.flatMap { phase in
        (0..<axis.1).map { phase + 2 * .pi * Double(axis.0) * Double($0) / Double(axis.1) }
      }
    }
  }

  @Test("it is the discrete Fourier sum at the kept modes", arguments: transformCases)
  func transform(shape: [Int], modes: [Int], method: TruncatedTransform.Method) {
    let transform = TruncatedTransform(shape: shape, modes: modes, method: method)
    let x = GradientCheck.random([1, 1] + shape)
    let spectrum = transform.spectra(of: x, .transform).elements
    let vectors = waveVectors(shape, modes)
    #expect(transform.count == vectors.count)
    let values = x.elements.map(Double.init)
    let size = (x.sumOfSquares).squareRoot()
    for (index, k) in vectors.enumerated() {
      let angles = phases(k, shape)
      let real = zip(values, angles).reduce(0) { $0 + $1.0 * cos($1.1) }
      let imaginary = zip(values, angles).reduce(0) { $0 - $1.0 * sin($1.1) }
      #expect(abs(Double(spectrum[index]) - real) < 1e-6 * size * 10)
      #expect(abs(Double(spectrum[transform.count + index]) - imaginary) < 1e-6 * size * 10)
    }
  }

  @Test("the inverse is the real Fourier sum over the kept modes", arguments: transformCases)
  func inverse(shape: [Int], modes: [Int], method: TruncatedTransform.Method) {
    let transform = TruncatedTransform(shape: shape, modes: modes, method: method)
    let y = GradientCheck.random([1, 1, 2, transform.count])
    let field = transform.fields(of: y, .inverse).elements
    let values = y.elements.map(Double.init)
    var expected = [Double](repeating: 0, count: field.count)
    for (index, k) in waveVectors(shape, modes).enumerated() {
      let last = k[k.count - 1]
      let weight = last == 0 || 2 * last == shape[shape.count - 1] ? 1.0 : 2.0
      for (point, angle) in phases(k, shape).enumerated() {
        expected[point] +=
          weight * (values[index] * cos(angle) - values[transform.count + index] * sin(angle))
          / Double(field.count)
      }
    }
    let largest = expected.map(abs).max() ?? 0
    for (found, expected) in zip(field, expected) { #expect(abs(Double(found) - expected) < 2e-6 * largest) }
  }

  @Test("the adjoints carry inner products over", arguments: transformCases)
  func adjoints(shape: [Int], modes: [Int], method: TruncatedTransform.Method) {
    let transform = TruncatedTransform(shape: shape, modes: modes, method: method)
    let x = GradientCheck.random([2, 3] + shape, index: 1)
    let y = GradientCheck.random([2, 3, 2, transform.count], index: 2)
    let pairs: [(TruncatedTransform.Direction, TruncatedTransform.Direction)] = [
      (.transform, .adjointOfTransform), (.adjointOfInverse, .inverse),
    ]
    for (forward, backward) in pairs {
      let transformed = transform.spectra(of: x, forward)
      let left = GradientCheck.dot(transformed, y)
      let right = GradientCheck.dot(x, transform.fields(of: y, backward))
      #expect(abs(left - right) < 1e-5 * (transformed.sumOfSquares * y.sumOfSquares).squareRoot())
    }
  }

  @Test(
    "a field of kept modes alone comes back unchanged",
    arguments: [[16], [15], [8, 10], [9, 7], [6, 8, 10], [5, 7, 9]])
  func roundTrip(shape: [Int]) {
    let transform = TruncatedTransform(complete: shape)
    let x = GradientCheck.random([2, 2] + shape)
    let back = transform.fields(of: transform.spectra(of: x, .transform), .inverse)
    #expect(zip(x.elements, back.elements).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test("the method is chosen by cost: matrices for few modes, the FFT for many")
  func choice() {
    func spectrum(_ shape: [Int], _ modes: [Int], _ method: TruncatedTransform.Method?) -> Tensor {
      let transform = TruncatedTransform(shape: shape, modes: modes, method: method)
      return transform.spectra(of: GradientCheck.random([2, 3] + shape), .transform)
    }
    for (shape, modes) in [([66, 66], [12, 12]), ([258], [12])] {
      #expect(spectrum(shape, modes, nil) == spectrum(shape, modes, .matrices))
      #expect(spectrum(shape, modes, nil) != spectrum(shape, modes, .fast))
    }
    for (shape, modes) in [([1024], [200]), ([256, 256], [120, 120])] {
      #expect(spectrum(shape, modes, nil) == spectrum(shape, modes, .fast))
    }
  }

  @Test("modes that a field does not have do not fit")
  func fitting() {
    #expect(TruncatedTransform.fits(modes: [8, 9], shape: [16, 16]))
    #expect(!TruncatedTransform.fits(modes: [9, 9], shape: [16, 16]))
    #expect(!TruncatedTransform.fits(modes: [8, 10], shape: [16, 16]))
    #expect(!TruncatedTransform.fits(modes: [4], shape: [16, 16]))
    #expect(!TruncatedTransform.fits(modes: [0], shape: [16]))
  }
}
