import Synchronization
import TensorCore

/// The samples that stay in memory: the first ones requested, as far as they fit.
final class SampleCache: Sendable {
  private struct State {
    var kept: [Int: Tensor] = [:]
    var bytes = 0
  }

  private let capacity: Int
  private let state = Mutex(State())

  init(capacity: Int) {
    self.capacity = capacity
  }

  /// The bytes that the kept samples take.
  var bytes: Int { state.withLock { $0.bytes } }

  /// A kept sample.
  subscript(sample: Int) -> Tensor? { state.withLock { $0.kept[sample] } }

  /// Whether a sample of a given size, in floats, would be kept.
  func hasRoom(for count: Int) -> Bool {
    state.withLock { count * MemoryLayout<Float>.stride <= capacity - $0.bytes }
  }

  /// Keeps a sample if it is not kept yet and there is room.
  func keep(_ sample: Int, _ frames: Tensor) {
    let bytes = frames.count * MemoryLayout<Float>.stride
    state.withLock { state in
      guard state.kept[sample] == nil, bytes <= capacity - state.bytes else { return }
      state.kept[sample] = frames
      state.bytes += bytes
    }
  }
}
