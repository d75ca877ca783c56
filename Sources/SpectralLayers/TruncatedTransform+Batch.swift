package import TensorCore

extension TruncatedTransform {
  /// The spectra `[samples, channels, 2, modes]` of fields `[samples, channels, points…]`.
  package func spectra(of fields: Tensor, _ direction: Direction) -> Tensor {
    let lines = fields.count / points
    var result = Tensor(uninitialized: [fields.shape[0], lines / fields.shape[0], 2, count])
    let (source, target) = (fields.storage, result.mutableStorage())
    parallelFor(lines, scratch: scratchCount) { line, scratch in
      apply(
        direction, field: source.base + line * points, spectrum: target.base + line * 2 * count,
        scratch: scratch)
    }
    return result
  }

  /// The fields `[samples, channels, points…]` of spectra `[samples, channels, 2, modes]`.
  package func fields(of spectra: Tensor, _ direction: Direction) -> Tensor {
    let lines = spectra.count / (2 * count)
    var result = Tensor(uninitialized: spectra.shape.prefix(2) + shape)
    let (source, target) = (spectra.storage, result.mutableStorage())
    parallelFor(lines, scratch: scratchCount) { line, scratch in
      apply(
        direction, spectrum: source.base + line * 2 * count, field: target.base + line * points,
        scratch: scratch)
    }
    return result
  }
}
