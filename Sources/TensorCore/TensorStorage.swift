import CVectorMath
import Glibc
import Synchronization

/// A 64-byte aligned buffer of floats, returned to a pool when its last owner lets go.
///
/// A training step asks for the same sizes again and again; handing back fresh pages each time would cost a page
/// fault for every 4 KiB written.
package final class TensorStorage: @unchecked Sendable {
  // Safety: `base` is set once; writes go through `Tensor`, which first makes sure that it is the only owner.
  package let base: UnsafeMutablePointer<Float>
  package let count: Int

  /// Storage with unspecified content.
  package init(count: Int) {
    self.count = count
    base = StoragePool.shared.take(count)
  }

  /// Storage for at least `count` floats of unspecified content that is given back soon.
  ///
  /// Its size is a power of two, so that loops of many shapes take turns with the same few buffers. Pages that are never
  /// written take no memory.
  package convenience init(scratch count: Int) {
    var size = 16
    while size < count { size *= 2 }
    self.init(count: size)
  }

  deinit {
    StoragePool.shared.give(base, count)
  }
}

/// Free buffers by capacity.
///
/// A program whose tensors always have the same shapes finds each of them again. One whose shapes change, such as sequences of
/// any length, leaves buffers of many sizes behind; before there are more free bytes than were ever in use at a time, besides a
/// reserve, buffers of other sizes are given back to the system.
package final class StoragePool: Sendable {
  package static let shared = StoragePool()

  private struct Buffer: @unchecked Sendable {
    // Safety: a buffer in the pool has no other owner.
    let base: UnsafeMutablePointer<Float>
  }

  private struct State {
    var free: [Int: [Buffer]] = [:]
    /// In floats.
    var freeCount = 0
    var usedCount = 0
    var mostUsed = 0
  }

  private let state = Mutex(State())

  /// Free floats that are kept however few are in use: 256 MB.
  private static let reserve = 1 << 26

  /// The number of floats set aside for a tensor of `count`: a multiple of a cache line.
  static func capacity(for count: Int) -> Int {
    max((count + 15) / 16 * 16, 16)
  }

  func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    let capacity = Self.capacity(for: count)
    let (found, unwanted) = state.withLock { state -> (Buffer?, [Buffer]) in
      state.usedCount += capacity
      state.mostUsed = max(state.mostUsed, state.usedCount)
      if let buffer = state.free[capacity]?.popLast() {
        state.freeCount -= capacity
        return (buffer, [])
      }
      guard state.freeCount > state.mostUsed + Self.reserve else { return (nil, []) }
      defer { (state.free, state.freeCount) = ([:], 0) }
      return (nil, state.free.values.flatMap { $0 })
    }
    for buffer in unwanted { Glibc.free(buffer.base) }
    let base = found?.base ?? Self.allocate(capacity)
    vm_mark_usable(base, count * MemoryLayout<Float>.stride, capacity * MemoryLayout<Float>.stride)
    return base
  }

  func give(_ base: UnsafeMutablePointer<Float>, _ count: Int) {
    let capacity = Self.capacity(for: count)
    let isKept = vm_keeps_buffers() != 0
    vm_mark_usable(base, 0, capacity * MemoryLayout<Float>.stride)
    let buffer = Buffer(base: base)
    state.withLock { state in
      state.usedCount -= capacity
      guard isKept else { return }
      state.free[capacity, default: []].append(buffer)
      state.freeCount += capacity
    }
    if !isKept { Glibc.free(base) }
  }

  /// The size of a large page of the processor.
  private static let largePage = 1 << 21

  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Float> {
    let bytes = capacity * MemoryLayout<Float>.stride
    let takesLargePages = bytes >= largePage
    var pointer: UnsafeMutableRawPointer?
    let status = posix_memalign(&pointer, takesLargePages ? largePage : 64, bytes)
    guard status == 0, let pointer else {
      preconditionFailure("out of memory: could not allocate \(bytes) bytes")
    }
    // Fields of many channels touch hundreds of small pages in turn. A system that gives none is as good without.
    if takesLargePages { _ = madvise(pointer, bytes / largePage * largePage, MADV_HUGEPAGE) }
    return pointer.bindMemory(to: Float.self, capacity: capacity)
  }

  /// Hands every free buffer back to the operating system.
  package func trim() {
    let buffers = state.withLock { state in
      defer { (state.free, state.freeCount) = ([:], 0) }
      return state.free.values.flatMap { $0 }
    }
    for buffer in buffers { Glibc.free(buffer.base) }
  }
}
