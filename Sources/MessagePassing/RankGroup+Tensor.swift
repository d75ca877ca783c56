package import TensorCore

extension RankGroup {
  /// Sends a tensor to one rank, which calls ``receive(_:from:)``.
  ///
  /// - Parameters:
  ///   - tensor: The tensor.
  ///   - rank: The other rank.
  package func send(_ tensor: Tensor, to rank: Int) {
    guard tensor.count > 0 else { return }
    tensor.withUnsafeElements { exchange([Outgoing(rank: rank, bytes: UnsafeRawBufferPointer($0))], []) }
  }

  /// Receives a tensor that a rank sends by ``send(_:to:)``.
  ///
  /// - Parameters:
  ///   - shape: The tensor's shape.
  ///   - rank: The other rank.
  /// - Returns: The tensor.
  package func receive(_ shape: [Int], from rank: Int) -> Tensor {
    var tensor = Tensor(uninitialized: shape)
    guard tensor.count > 0 else { return tensor }
    tensor.withUnsafeMutableElements {
      exchange([], [Incoming(rank: rank, bytes: UnsafeMutableRawBufferPointer($0))])
    }
    return tensor
  }
}
