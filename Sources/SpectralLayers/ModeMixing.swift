import CVectorMath
package import FourierTransforms
package import TensorCore

/// Products of spectra with complex weights, mode by mode, for a whole batch.
///
/// Spectra are tensors `[samples, channels, 2, modes]` in the order of ``TruncatedTransform``; the weights are one tensor
/// `[inputs, outputs, modes…, 2]` for each corner of the spectrum.
package struct ModeMixing {
  private let transform: TruncatedTransform
  private let samples: Int
  private let inputs: Int
  private let outputs: Int

  /// Modes that a kernel works on side by side.
  private static let tile = 16
  /// Samples that one task takes; enough to use a tile's weights several times while they are in the cache.
  private static let samplesPerTask = 8

  /// Products for spectra of that transform.
  package init(transform: TruncatedTransform, samples: Int, inputs: Int, outputs: Int) {
    self.transform = transform
    self.samples = samples
    self.inputs = inputs
    self.outputs = outputs
  }

  private func modes(samples: Int) -> vm_modes {
    vm_modes(
      samples: samples, inputs: inputs, outputs: outputs, spectrum: transform.count,
      block: transform.cornerCount)
  }

  /// Calls `body` in parallel with every tile of every corner.
  private func forEachTile(
    times repetitions: Int = 1, _ body: (_ repetition: Int, _ corner: Int, _ first: Int, _ count: Int) -> Void
  ) {
    let tiles = (transform.cornerCount + Self.tile - 1) / Self.tile
    let corners = transform.count / transform.cornerCount
    parallelFor(tiles * corners * repetitions) { index in
      let (repetition, place) = index.quotientAndRemainder(dividingBy: tiles * corners)
      let (corner, tile) = place.quotientAndRemainder(dividingBy: tiles)
      let first = tile * Self.tile
      body(repetition, corner, first, min(Self.tile, transform.cornerCount - first))
    }
  }

  private func forEachTileAndSamples(
    _ body: (_ samples: Range<Int>, _ corner: Int, _ first: Int, _ count: Int) -> Void
  ) {
    forEachTile(times: (samples + Self.samplesPerTask - 1) / Self.samplesPerTask) {
      group, corner, first, count in
      let start = group * Self.samplesPerTask
      body(start..<min(start + Self.samplesPerTask, samples), corner, first, count)
    }
  }

  /// ŷ[b, o, k] = Σᵢ R[i, o, k] · x̂[b, i, k].
  package func mix(_ spectrum: Tensor, weights: [Tensor]) -> Tensor {
    product(of: spectrum, channels: inputs, weights, channels: outputs, by: vm_mix_modes)
  }

  /// ∂L/∂x̂[b, i, k] = Σₒ conj(R[i, o, k]) · ∂L/∂ŷ[b, o, k].
  package func inputGradient(of gradient: Tensor, weights: [Tensor]) -> Tensor {
    product(of: gradient, channels: outputs, weights, channels: inputs, by: vm_mix_modes_input_gradient)
  }

  private typealias Kernel = (
    UnsafePointer<vm_modes>?, UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int
  ) -> Void

  /// A spectrum of some channels times the weights, as a spectrum of others.
  private func product(
    of source: Tensor, channels sourceChannels: Int, _ weights: [Tensor], channels targetChannels: Int,
    by kernel: Kernel
  ) -> Tensor {
    var result = Tensor(uninitialized: [samples, targetChannels, 2, transform.count])
    let (x, y, w) = (source.storage, result.mutableStorage(), weights.map(\.storage))
    forEachTileAndSamples { samples, corner, first, count in
      var modes = modes(samples: samples.count)
      let place = corner * transform.cornerCount + first
      let sample = samples.lowerBound * 2 * transform.count
      kernel(
        &modes, x.base + sample * sourceChannels + place, w[corner].base + 2 * first,
        y.base + sample * targetChannels + place, count)
    }
    return result
  }

  /// ∂L/∂R[i, o, k] = Σ_b conj(x̂[b, i, k]) · ∂L/∂ŷ[b, o, k], for each corner a tensor of the given shape.
  package func weightGradients(of gradient: Tensor, spectrum: Tensor, shape: [Int]) -> [Tensor] {
    var results = (0..<(transform.count / transform.cornerCount)).map { _ in Tensor(uninitialized: shape) }
    let (x, g) = (spectrum.storage, gradient.storage)
    let targets = results.indices.map { results[$0].mutableStorage() }
    forEachTile { _, corner, first, count in
      var modes = modes(samples: samples)
      let place = corner * transform.cornerCount + first
      vm_mix_modes_weight_gradient(
        &modes, x.base + place, g.base + place, targets[corner].base + 2 * first, count)
    }
    return results
  }
}
