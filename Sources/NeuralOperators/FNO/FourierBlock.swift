import Autodiff
import CVectorMath
import FourierTransforms
import SpectralLayers
import TensorCore

/// Pieces of about 256 points for the pointwise part of a block, so that all their channels stay in the core's nearest
/// cache from the activation to the product. The last one takes what is left over.
private func tiles(of points: Int) -> [Range<Int>] {
  let size = 256
  let count = max((points + size / 2) / size, 1)
  return (0..<count).map { ($0 * size)..<($0 + 1 < count ? ($0 + 1) * size : points) }
}

/// Calls `body` with every group of a sample's channels, in parallel where there is one sample alone. Groups have
/// enough points to be worth a thread's waking up.
private func forEachChannelGroup(
  _ channels: Int, points: Int, scratch: Int,
  _ body: (_ channels: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) -> Void
) {
  let size = max(16384 / points, 1)
  parallelFor((channels + size - 1) / size, scratch: scratch) { group, scratch in
    body(group * size..<min((group + 1) * size, channels), scratch)
  }
}

extension Variable {
  /// One Fourier block: z′ = K(x) + W·x + c, and + z if it is residual, with x = GELU(z), or x = z for the first block.
  ///
  /// K is the spectral convolution, W mixes the channels at every point. Taking the activation at the block's entrance
  /// and not at its end means that one tensor a block is kept for the backward pass, which recomputes x and GELU′(z).
  /// A sample's fields stay in the core's cache from the activation to the transform; the mixing of modes takes the whole
  /// batch, so that each weight is read once for several samples.
  ///
  /// - Precondition: A residual block has as many channels at its exit as at its entrance.
  func fourierBlock(
    activated: Bool, isResidual: Bool, spectralWeights: [Variable], weight: Variable, bias: Variable
  ) -> Variable {
    let shape = shape
    let (samples, inputs, outputs) = (shape[0], shape[1], weight.shape[0])
    precondition(!isResidual || inputs == outputs, "cannot add \(inputs) channels to \(outputs)")
    let weightShape = spectralWeights[0].shape
    let transform = TruncatedTransform(shape: Array(shape[2...]), modes: Array(weightShape[2...].dropLast()))
    let mixing = ModeMixing(transform: transform, samples: samples, inputs: inputs, outputs: outputs)
    let points = transform.points
    let tiles = tiles(of: points)
    let largestTile = tiles.reduce(0) { max($0, $1.count) }
    let z = value.storage
    let (w, c) = (weight.value.storage, bias.value.storage)
    let spectralValues = spectralWeights.map(\.value)
    /// Where z is read after a tile. A tile's lines are short and far apart, so they are asked for while the one before is computed.
    func nextTile(_ sample: Int, _ number: Int) -> UnsafePointer<Float>? {
      if number + 1 < tiles.count {
        return UnsafePointer(z.base) + sample * inputs * points + tiles[number + 1].lowerBound
      }
      return sample + 1 < samples ? UnsafePointer(z.base) + (sample + 1) * inputs * points : nil
    }

    var spectrum = Tensor(uninitialized: [samples, inputs, 2, transform.count])
    var result = Tensor(uninitialized: [samples, outputs] + shape[2...])
    let (xHat, y) = (spectrum.mutableStorage(), result.mutableStorage())
    parallelFor(samples, scratch: inputs * points) { sample, activation in
      let source = z.base + sample * inputs * points
      let x = activated ? UnsafePointer(activation) : UnsafePointer(source)
      let target = y.base + sample * outputs * points
      parallelFor(tiles.count) { number in
        let tile = tiles[number]
        let next = nextTile(sample, number)
        for channel in 0..<inputs {
          let place = channel * points + tile.lowerBound
          if channel < outputs { vm_prefetch(target + place, tile.count) }
          if let next { vm_prefetch(next + channel * points, tile.count) }
          if activated { vm_gelu(activation + place, source + place, tile.count) }
        }
        BLAS.multiply(
          rows: outputs, columns: tile.count, inner: inputs, w.base, stride: inputs, x + tile.lowerBound,
          stride: points, into: target + tile.lowerBound, stride: points, bias: c.base)
      }
      forEachChannelGroup(inputs, points: points, scratch: transform.scratchCount) { channels, scratch in
        let spectra = xHat.base + (sample * inputs + channels.lowerBound) * 2 * transform.count
        transform.apply(
          .transform, fields: x + channels.lowerBound * points, lines: channels.count, spectra: spectra,
          scratch: scratch)
      }
    }
    let mixed = mixing.mix(spectrum, weights: spectralValues)
    let yHat = mixed.storage
    parallelFor(samples) { sample in
      forEachChannelGroup(outputs, points: points, scratch: transform.scratchCount) { channels, scratch in
        let first = sample * outputs + channels.lowerBound
        transform.apply(
          .inverse, spectra: yHat.base + first * 2 * transform.count, lines: channels.count,
          addingTo: y.base + first * points, scratch: scratch)
        if isResidual {
          vm_add_scaled(y.base + first * points, z.base + first * points, 1, channels.count * points)
        }
      }
    }

    let needsInput = needsGradient
    let needsWeight = weight.needsGradient || bias.needsGradient
    let savedSpectrum = spectralWeights.contains(where: \.needsGradient) ? spectrum : nil
    let weightExtents = weight.shape
    return .primitive(result, inputs: [self] + spectralWeights + [weight, bias]) { gradient in
      let gHat = transform.spectra(of: gradient, .adjointOfInverse)
      let spectralGradients: [Tensor?] =
        savedSpectrum.map { mixing.weightGradients(of: gHat, spectrum: $0, shape: weightShape) }
        ?? spectralValues.map { _ in nil }
      let inputSpectrum = needsInput ? mixing.inputGradient(of: gHat, weights: spectralValues) : nil

      var inputGradient = needsInput ? Tensor(uninitialized: shape) : nil
      var weightPartials = Tensor.zeros([samples, outputs, inputs])
      var biasPartials = Tensor.zeros([samples, outputs])
      let (dz, dw) = (inputGradient?.mutableStorage(), weightPartials.mutableStorage())
      let dc = biasPartials.mutableStorage()
      let (g, dxHat) = (gradient.storage, inputSpectrum?.storage)
      let tasks = needsInput || needsWeight ? samples : 0
      parallelFor(tasks, scratch: transform.scratchCount + inputs * (points + largestTile)) {
        sample, scratch in
        let slope = scratch + transform.scratchCount
        let activation = slope + inputs * points
        let input = z.base + sample * inputs * points
        let source = g.base + sample * outputs * points
        let target = dz.map { $0.base + sample * inputs * points }
        let partial = dw.base + sample * outputs * inputs
        for (number, tile) in tiles.enumerated() {
          let next = nextTile(sample, number)
          for channel in 0..<inputs {
            let place = channel * points + tile.lowerBound
            if channel < outputs { vm_prefetch(source + place, tile.count) }
            if let target { vm_prefetch(target + place, tile.count) }
            if let next { vm_prefetch(next + channel * points, tile.count) }
            if activated {
              vm_gelu_with_slope(
                activation + channel * tile.count, slope + place, input + place, tile.count)
            }
          }
          let (x, stride) =
            activated
            ? (UnsafePointer(activation), tile.count) : (UnsafePointer(input + tile.lowerBound), points)
          if needsWeight {
            BLAS.multiply(
              rows: outputs, columns: inputs, inner: tile.count, source + tile.lowerBound, stride: points,
              x, .transposed, stride: stride, into: partial, stride: inputs, beta: 1)
          }
          if let target {
            BLAS.multiply(
              rows: inputs, columns: tile.count, inner: outputs, w.base, .transposed, stride: inputs,
              source + tile.lowerBound, stride: points, into: target + tile.lowerBound, stride: points)
          }
          for channel in 0..<outputs where needsWeight {
            dc.base[sample * outputs + channel] += vm_sum(
              source + channel * points + tile.lowerBound, tile.count)
          }
        }
        if let target, let dxHat {
          transform.apply(
            .adjointOfTransform, spectra: dxHat.base + sample * inputs * 2 * transform.count, lines: inputs,
            addingTo: target, scratch: scratch)
          if activated { vm_multiply(target, slope, inputs * points) }
          if isResidual { vm_add_scaled(target, source, 1, inputs * points) }
        }
      }
      let own: [Tensor?] =
        needsWeight
        ? [
          weightPartials.summedOverFirstAxis(shape: weightExtents),
          biasPartials.summedOverFirstAxis(shape: [outputs]),
        ] : [nil, nil]
      return [inputGradient] + spectralGradients + own
    }
  }
}
