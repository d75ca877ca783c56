import Synchronization
import TensorCore

/// The samples that stay in memory: those first asked for, as many as fit.
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

  /// Keeps a sample if it is not kept yet and there is room; only then is it made.
  func keep(_ sample: Int, bytes: Int, _ make: () -> Tensor) {
    state.withLock { state in
      guard state.kept[sample] == nil, bytes <= capacity - state.bytes else { return }
      state.kept[sample] = make()
      state.bytes += bytes
    }
  }
}
