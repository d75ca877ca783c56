package import Autodiff
import CVectorMath
import Foundation
import FourierTransforms
import TensorCore

/// Fourier attention: a field added to a perceptron of its Fourier modes, the same for each mode.
///
/// ```
/// y = u + F⁻¹ M(F u)        M(û) = w₂·σ(w₁·û + b₁) + b₂    for each block of channels, at the kept modes; zero elsewhere
/// ```
///
/// F is the orthonormal real Fourier transform, σ GELU on real and imaginary parts apart.
///
/// | Parameter | Shape | Meaning |
/// |---|---|---|
/// | `name.w1`, `name.w2` | `[2, blocks, inputs, outputs]` | complex matrices: real parts, then imaginary ones |
/// | `name.b1`, `name.b2` | `[2, blocks, outputs]` | complex vectors |
///
/// Source: Guibas et al., *Adaptive Fourier Neural Operators*, arXiv:2111.13587, section 4; without the shrinkage, and with the
/// first modes alone, as in DPOT (Hao et al., arXiv:2403.03542, section 3.2).
struct FourierAttention: Sendable {
  let name: String
  let channels: Int
  let blocks: Int
  /// How many indices of each axis of the half spectrum are kept, at most.
  let modes: Int

  private var size: Int { channels / blocks }

  var parameterNames: [String] { ["w1", "b1", "w2", "b2"].map { "\(name).\($0)" } }

  /// The number of weights; a complex one counts as two.
  var parameterCount: Int { 4 * channels * (size + 1) }

  /// Uniform in [0, 1/size²), size being that of a block, as the released code draws them.
  func initialParameters(_ generator: (String) -> CounterGenerator) -> [(name: String, tensor: Tensor)] {
    let scale = 1 / Float(size * size)
    let shapes = [[2, blocks, size, size], [2, blocks, size]]
    return zip(parameterNames, shapes + shapes).map { name, shape in
      var generator = generator(name)
      return (name: name, tensor: Tensor.zeros(shape).map { _ in scale * generator.uniform() })
    }
  }

  /// Floating-point operations for a field, by the plain formulas.
  func operations(onShape shape: [Int]) -> Double {
    let points = Double(shape.reduce(1, *))
    let kept = shape.enumerated().reduce(1) { kept, axis in
      kept * min(modes, axis.offset == shape.count - 1 ? axis.element / 2 + 1 : axis.element)
    }
    return 2 * Double(channels) * 2.5 * points * log2(points) + 16 * Double(channels * size * kept)
  }

  /// The layer applied to `[samples, channels, points…]`.
  func callAsFunction(_ u: Variable, _ parameters: TracedParameters) -> Variable {
    let names = parameterNames
    return u.attendingModes(
      first: .init(parameters[names[0]], parameters[names[1]]),
      second: .init(parameters[names[2]], parameters[names[3]]), modes: modes)
  }
}

extension Variable {
  /// A complex linear layer for each block of channels.
  package struct BlockLayer {
    let weight: Variable
    let bias: Variable

    /// A layer of a weight `[2, blocks, inputs, outputs]` and a bias `[2, blocks, outputs]`.
    package init(_ weight: Variable, _ bias: Variable) {
      self.weight = weight
      self.bias = bias
    }

    fileprivate var matrices: BlockMatrices { BlockMatrices(weight.value, bias.value) }
  }

  /// This field and the perceptron of its kept Fourier modes, as described at ``FourierAttention``.
  ///
  /// - Parameters:
  ///   - first: w₁ and b₁.
  ///   - second: w₂ and b₂.
  ///   - modes: How many indices of each axis of the half spectrum are kept, at most.
  /// - Returns: A field of the same shape.
  package func attendingModes(first: BlockLayer, second: BlockLayer, modes: Int) -> Variable {
    let shape = shape
    let (samples, channels) = (shape[0], shape[1])
    let (layer1, layer2) = (first.matrices, second.matrices)
    precondition(
      layer1.blocks == layer2.blocks && layer1.blocks * layer1.inputs == channels
        && layer2.blocks * layer2.outputs == channels && layer1.outputs == layer2.inputs,
      "blocks of shapes \(first.weight.shape) and \(second.weight.shape) do not fit \(channels) channels")
    let transform = TruncatedTransform(shape: Array(shape[2...]), firstIndices: modes)
    // The transform is unscaled, its inverse divides by the points.
    let scale = Float(transform.points).squareRoot()
    let columns = 2 * transform.count
    let blocks = layer1.blocks

    var spectra = transform.spectra(of: value, .transform)
    spectra.multiply(by: 1 / scale)
    var hidden = Tensor(uninitialized: [samples, blocks * layer1.outputs, columns])
    var mixed = Tensor(uninitialized: [samples, channels, columns])
    let (x, z, y) = (spectra.storage, hidden.mutableStorage(), mixed.mutableStorage())
    let widest = max(layer1.outputs, layer2.outputs) * columns
    parallelFor(samples * blocks, scratch: widest + layer1.outputs * columns) { task, scratch in
      let block = task % blocks
      let own = z.base + task * layer1.outputs * columns
      layer1.multiply(
        block, x.base + task * layer1.inputs * columns, into: own, columns: columns, scratch: scratch)
      let activation = scratch + widest
      vm_gelu(activation, own, layer1.outputs * columns)
      let result = y.base + task * layer2.outputs * columns
      layer2.multiply(block, activation, into: result, columns: columns, scratch: scratch)
      vm_scale(result, scale, layer2.outputs * columns)
    }
    var result = value
    transform.add(mixed, .inverse, to: &result)

    let inputs = [self, first.weight, first.bias, second.weight, second.bias]
    let needsFirst = first.weight.needsGradient || first.bias.needsGradient
    let needsSecond = second.weight.needsGradient || second.bias.needsGradient
    let hiddenValue = hidden
    let (spectraShape, savedSpectra) = (spectra.shape, needsFirst ? spectra : nil)
    return .primitive(result, inputs: inputs) { gradient in
      var outer = transform.spectra(of: gradient, .adjointOfInverse)
      outer.multiply(by: scale)
      var activations = Tensor(uninitialized: hiddenValue.shape)
      var inner = Tensor(uninitialized: hiddenValue.shape)
      var inputSpectra = Tensor(uninitialized: spectraShape)
      let (z, dy) = (hiddenValue.storage, outer.storage)
      let (a, dz, dx) = (activations.mutableStorage(), inner.mutableStorage(), inputSpectra.mutableStorage())
      let count = layer1.outputs * columns
      parallelFor(samples * blocks, scratch: max(layer1.inputs, layer1.outputs) * columns + count) {
        task, scratch in
        let block = task % blocks
        let slope = scratch + max(layer1.inputs, layer1.outputs) * columns
        vm_gelu_with_slope(a.base + task * count, slope, z.base + task * count, count)
        layer2.multiplyBack(
          block, dy.base + task * layer2.outputs * columns, into: dz.base + task * count, columns: columns,
          scratch: scratch)
        vm_multiply(dz.base + task * count, slope, count)
        let target = dx.base + task * layer1.inputs * columns
        layer1.multiplyBack(block, dz.base + task * count, into: target, columns: columns, scratch: scratch)
        vm_scale(target, 1 / scale, layer1.inputs * columns)
      }
      var inputGradient = gradient
      transform.add(inputSpectra, .adjointOfTransform, to: &inputGradient)
      let one = savedSpectra.map {
        layer1.gradients(input: $0, gradient: inner, samples: samples, columns: columns)
      }
      let two =
        needsSecond
        ? layer2.gradients(input: activations, gradient: outer, samples: samples, columns: columns) : nil
      return [inputGradient, one?.weight, one?.bias, two?.weight, two?.bias]
    }
  }
}

/// The matrices of a complex layer. Spectra are rows of channels with real parts in the first half of the columns.
private struct BlockMatrices: Sendable {
  let blocks: Int
  let inputs: Int
  let outputs: Int
  private let weight: Tensor
  private let bias: Tensor

  /// Rows of a gradient that one task computes.
  private static let rowsPerTask = 64

  init(_ weight: Tensor, _ bias: Tensor) {
    precondition(
      weight.shape.count == 4 && weight.shape[0] == 2 && bias.shape == [2, weight.shape[1], weight.shape[3]],
      "a layer of complex blocks has no weight \(weight.shape) with bias \(bias.shape)")
    (blocks, inputs, outputs) = (weight.shape[1], weight.shape[2], weight.shape[3])
    self.weight = weight
    self.bias = bias
  }

  private func matrix(_ part: Int, _ block: Int) -> UnsafeMutablePointer<Float> {
    weight.storage.base + (part * blocks + block) * inputs * outputs
  }

  /// z = wᵀ·x + b, with `outputs × columns` floats of scratch.
  func multiply(
    _ block: Int, _ x: UnsafePointer<Float>, into z: UnsafeMutablePointer<Float>, columns: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let half = columns / 2
    for row in 0..<outputs {
      for part in 0..<2 {
        (z + row * columns + part * half).update(
          repeating: bias.storage.base[(part * blocks + block) * outputs + row], count: half)
      }
    }
    BLAS.multiply(
      rows: outputs, columns: columns, inner: inputs, matrix(0, block), .transposed, stride: outputs, x,
      stride: columns, into: z, stride: columns, beta: 1)
    BLAS.multiply(
      rows: outputs, columns: columns, inner: inputs, matrix(1, block), .transposed, stride: outputs, x,
      stride: columns, into: scratch, stride: columns)
    for row in 0..<outputs {
      let (target, turned) = (z + row * columns, scratch + row * columns)
      vm_add_scaled(target, turned + half, -1, half)
      vm_add_scaled(target + half, turned, 1, half)
    }
  }

  /// ∂L/∂x = conj(w)·∂L/∂z, with `inputs × columns` floats of scratch.
  func multiplyBack(
    _ block: Int, _ dz: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, columns: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let half = columns / 2
    BLAS.multiply(
      rows: inputs, columns: columns, inner: outputs, matrix(0, block), stride: outputs, dz, stride: columns,
      into: dx, stride: columns)
    BLAS.multiply(
      rows: inputs, columns: columns, inner: outputs, matrix(1, block), stride: outputs, dz, stride: columns,
      into: scratch, stride: columns)
    for row in 0..<inputs {
      let (target, turned) = (dx + row * columns, scratch + row * columns)
      vm_add_scaled(target, turned + half, 1, half)
      vm_add_scaled(target + half, turned, -1, half)
    }
  }

  /// ∂L/∂w and ∂L/∂b, summed over samples in order.
  func gradients(
    input: Tensor, gradient: Tensor, samples: Int, columns: Int
  ) -> (weight: Tensor, bias: Tensor) {
    let half = columns / 2
    var (weightGradient, biasGradient) = (Tensor(uninitialized: weight.shape), Tensor.zeros(bias.shape))
    let (dw, db) = (weightGradient.mutableStorage(), biasGradient.mutableStorage())
    let (x, dz) = (input.storage, gradient.storage)
    let chunks = (inputs + Self.rowsPerTask - 1) / Self.rowsPerTask
    parallelFor(blocks * chunks) { task in
      let (block, chunk) = task.quotientAndRemainder(dividingBy: chunks)
      let rows = (chunk * Self.rowsPerTask)..<min((chunk + 1) * Self.rowsPerTask, inputs)
      let real = dw.base + (block * inputs + rows.lowerBound) * outputs
      let imaginary = real + blocks * inputs * outputs
      for sample in 0..<samples {
        let source = x.base + ((sample * blocks + block) * inputs + rows.lowerBound) * columns
        let outer = dz.base + (sample * blocks + block) * outputs * columns
        let beta: Float = sample == 0 ? 0 : 1
        BLAS.multiply(
          rows: rows.count, columns: outputs, inner: columns, source, stride: columns, outer, .transposed,
          stride: columns, into: real, stride: outputs, beta: beta)
        BLAS.multiply(
          rows: rows.count, columns: outputs, inner: half, source, stride: columns, outer + half, .transposed,
          stride: columns, into: imaginary, stride: outputs, beta: beta)
        BLAS.multiply(
          rows: rows.count, columns: outputs, inner: half, source + half, stride: columns, outer, .transposed,
          stride: columns, into: imaginary, stride: outputs, alpha: -1, beta: 1)
        guard chunk == 0 else { continue }
        for output in 0..<outputs {
          for part in 0..<2 {
            db.base[(part * blocks + block) * outputs + output] += vm_sum(
              outer + output * columns + part * half, half)
          }
        }
      }
    }
    return (weightGradient, biasGradient)
  }
}

extension Tensor {
  fileprivate mutating func multiply(by factor: Float) {
    let target = mutableStorage()
    parallelForPieces(of: count) { vm_scale(target.base + $0.lowerBound, factor, $0.count) }
  }
}

extension TruncatedTransform {
  /// Adds the fields of spectra `[samples, channels, …]` to fields `[samples, channels, points…]`.
  fileprivate func add(_ spectra: Tensor, _ direction: Direction, to fields: inout Tensor) {
    let (samples, channels) = (fields.shape[0], fields.shape[1])
    let (source, target) = (spectra.storage, fields.mutableStorage())
    parallelFor(samples, scratch: scratchCount) { sample, scratch in
      apply(
        direction, spectra: source.base + sample * channels * 2 * count, lines: channels,
        addingTo: target.base + sample * channels * points, scratch: scratch)
    }
  }
}
