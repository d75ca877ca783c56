package import TensorCore

extension TruncatedTransform {
  /// The spectra `[samples, channels, 2, modes]` of fields `[samples, channels, points…]`.
  package func spectra(of fields: Tensor, _ direction: Direction) -> Tensor {
    let (samples, channels) = (fields.shape[0], fields.shape[1])
    var result = Tensor(uninitialized: [samples, channels, 2, count])
    let (source, target) = (fields.storage, result.mutableStorage())
    parallelFor(samples, scratch: scratchCount) { sample, scratch in
      apply(
        direction, fields: source.base + sample * channels * points, lines: channels,
        spectra: target.base + sample * channels * 2 * count, scratch: scratch)
    }
    return result
  }

  /// The fields `[samples, channels, points…]` of spectra `[samples, channels, 2, modes]`.
  package func fields(of spectra: Tensor, _ direction: Direction) -> Tensor {
    let (samples, channels) = (spectra.shape[0], spectra.shape[1])
    var result = Tensor(uninitialized: [samples, channels] + shape)
    let (source, target) = (spectra.storage, result.mutableStorage())
    parallelFor(samples, scratch: scratchCount) { sample, scratch in
      let fields = target.base + sample * channels * points
      fields.update(repeating: 0, count: channels * points)
      apply(
        direction, spectra: source.base + sample * channels * 2 * count, lines: channels, addingTo: fields,
        scratch: scratch)
    }
    return result
  }
}
