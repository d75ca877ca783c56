import CVectorMath

extension Tensor {
  /// The sum over the first axis, from its first entry to its last, under the given shape.
  ///
  /// Kernels that run over samples in parallel leave one partial sum each; this adds them up in a fixed order.
  package func summedOverFirstAxis(shape: [Int]) -> Tensor {
    var result = Tensor.zeros(shape)
    precondition(
      result.count * self.shape[0] == count, "cannot sum \(self.shape) over its first axis to \(shape)")
    let target = result.mutableStorage().base
    for index in 0..<self.shape[0] {
      vm_add_scaled(target, storage.base + index * result.count, 1, result.count)
    }
    return result
  }

  /// The sum over samples and points for each channel: `[channels]` for a tensor `[samples, channels, points…]`.
  package func summedOverSamplesAndPoints() -> Tensor {
    let (samples, channels) = (shape[0], shape[1])
    let points = shape[2...].reduce(1, *)
    var partials = Tensor(uninitialized: [samples, channels])
    let (source, target) = (storage, partials.mutableStorage())
    parallelFor(samples) { sample in
      for channel in 0..<channels {
        let row = sample * channels + channel
        target.base[row] = vm_sum(source.base + row * points, points)
      }
    }
    return partials.summedOverFirstAxis(shape: [channels])
  }
}
