public import TensorCore

/// Tensors that a model's layers change themselves as they see batches in training, such as running means.
///
/// They are saved with the parameters, but have no gradient and no optimizer moves them. A forward pass in training mode
/// changes a copy; the trainer puts it back after the step (``Parameters/replace(with:)``).
public final class Buffers {
  /// The tensors as they are now.
  public private(set) var values: Parameters

  /// Where the other parts of the batch are, if the pass sees a part; nil if it sees the whole batch.
  public let otherParts: (any BatchParts)?

  init(_ values: Parameters, otherParts: (any BatchParts)?) {
    self.values = values
    self.otherParts = otherParts
  }

  /// Changes a tensor; its shape stays.
  ///
  /// - Precondition: There is one of that name.
  public func update(_ name: String, _ change: (Tensor) -> Tensor) {
    let old = values[name]
    let new = change(old)
    precondition(new.shape == old.shape, "buffer '\(name)' has shape \(old.shape), not \(new.shape)")
    values[name] = new
  }
}
