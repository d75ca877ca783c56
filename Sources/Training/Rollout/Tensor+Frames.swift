package import TensorCore

extension Tensor {
  /// `[samples, 1, …]` of `[samples, …]`.
  package var addingTimeAxis: Tensor { reshaped([shape[0], 1] + shape[1...]) }

  /// One frame `[samples, variables, …]` of `[samples, time, variables, …]`.
  package func frame(_ time: Int) -> Tensor {
    sliced(axis: 1, time..<(time + 1)).reshaped([shape[0]] + shape[2...])
  }

  /// Some of the variables of `[samples, time, variables, …]`.
  ///
  /// - Parameter places: Their places, in the order that they are to have.
  /// - Returns: As many frames of these.
  func variables(_ places: [Int]) -> Tensor {
    guard places != Array(0..<shape[2]) else { return self }
    return .concatenated(places.map { sliced(axis: 2, $0..<($0 + 1)) }, axis: 2)
  }

  /// As many frames of each sample of `[samples, time, variables, …]`, from a place of its own on.
  ///
  /// - Parameters:
  ///   - starts: The first frame of each sample's window.
  ///   - count: The number of frames of a window.
  /// - Returns: `[samples, count, variables, …]`.
  package func windows(from starts: [Int], count: Int) -> Tensor {
    var result = Tensor(uninitialized: [shape[0], count] + shape[2...])
    let frame = shape[2...].reduce(1, *)
    let frames = shape[1]
    precondition(
      starts.count == shape[0] && starts.allSatisfy { $0 >= 0 && $0 + count <= frames },
      "windows of \(count) frames from \(starts) of \(shape)")
    let (source, target) = (storage, result.mutableStorage())
    for (sample, start) in starts.enumerated() {
      (target.base + sample * count * frame).update(
        from: source.base + (sample * frames + start) * frame, count: count * frame)
    }
    return result
  }

  /// Replaces frames of `[samples, time, …]` by those of another tensor with as many samples.
  ///
  /// - Parameters:
  ///   - place: The first frame that is replaced.
  ///   - other: The other tensor.
  ///   - range: Which of its frames are copied; nil for all.
  mutating func setFrames(from place: Int, to other: Tensor, frames range: Range<Int>? = nil) {
    let range = range ?? 0..<other.shape[1]
    precondition(
      shape[0] == other.shape[0] && shape[2...] == other.shape[2...],
      "frames of \(other.shape) are not like those of \(shape)")
    precondition(
      range.lowerBound >= 0 && range.upperBound <= other.shape[1] && place >= 0
        && place + range.count <= shape[1],
      "frames \(range) of \(other.shape) do not fit \(shape) from frame \(place) on")
    let frame = shape[2...].reduce(1, *)
    let (frames, otherFrames) = (shape[1], other.shape[1])
    let (source, target) = (other.storage, mutableStorage())
    for sample in 0..<shape[0] {
      (target.base + (sample * frames + place) * frame).update(
        from: source.base + (sample * otherFrames + range.lowerBound) * frame, count: range.count * frame)
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
