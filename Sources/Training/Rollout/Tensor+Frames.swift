package import TensorCore

extension Tensor {
  /// `[samples, 1, …]` of `[samples, …]`.
  package var addingTimeAxis: Tensor { reshaped([shape[0], 1] + shape[1...]) }

  /// Replaces frames of `[samples, time, …]` by those of another tensor with as many samples.
  mutating func setFrames(from place: Int, to other: Tensor) {
    precondition(
      shape[0] == other.shape[0] && shape[2...] == other.shape[2...] && place + other.shape[1] <= shape[1],
      "frames of \(other.shape) do not fit \(shape) from frame \(place) on")
    let frame = shape[2...].reduce(1, *)
    let (frames, count) = (shape[1], other.shape[1])
    let (source, target) = (other.storage, mutableStorage())
    for sample in 0..<shape[0] {
      (target.base + (sample * frames + place) * frame).update(
        from: source.base + sample * count * frame, count: count * frame)
    }
  }
}

extension [Tensor] {
  /// The mean of tensors of one shape; nil if there are none.
  var mean: Tensor? {
    guard var sum = first else { return nil }
    for other in dropFirst() { sum.add(other) }
    let factor = 1 / Float(count)
    return sum.map { factor * $0 }
  }
}
