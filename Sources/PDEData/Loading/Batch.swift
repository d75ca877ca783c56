public import TensorCore

/// Some samples of a data set, subsampled in space and time.
public struct Batch: Sendable {
  /// The places of the samples in the data set.
  public let samples: [Int]
  /// The fields, `[sample, time, variable, x(, y(, z))]`: a window of frames of one sample is one range of elements,
  /// time-major as the models take it.
  public let frames: Tensor
  /// What a model sees beside the frames and does not predict, `[sample, input, x(, y(, z))]`; nil if there is nothing.
  public let inputs: Tensor?
}
