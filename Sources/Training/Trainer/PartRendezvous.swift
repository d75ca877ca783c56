import Autodiff
import Foundation
import MessagePassing
import TensorCore

/// Computes the parts of a batch at the same time where layers need sums over all of them: each part has a thread of its own,
/// which waits wherever the others are not that far.
///
/// Of these threads only as many run as the pool has; with fewer parts than that, one runs at a time and its loops have all.
final class PartRendezvous: @unchecked Sendable {
  // Safety: all that changes is guarded by `condition`.
  private let condition = NSCondition()
  private let group: RankGroup
  /// The number of parts of each rank.
  private let counts: [Int]
  private let slots: Int
  private var running = 0
  /// The parts of this rank that are still computed.
  private var active: Int
  private var deposits: [[Double]?]
  private var gathered: [[Double]] = []
  private var round = 0

  /// A meeting of the parts of a batch.
  ///
  /// - Parameters:
  ///   - count: The number of parts on all ranks.
  ///   - group: The ranks.
  ///   - slots: How many of this rank's threads run at a time.
  init(count: Int, in group: RankGroup, slots: Int) {
    self.group = group
    self.slots = slots
    counts = (0..<group.size).map { group.share(of: $0, among: count).count }
    active = counts[group.rank]
    deposits = Array(repeating: nil, count: active)
  }

  /// Computes this rank's parts.
  ///
  /// - Parameters:
  ///   - threads: The threads for the loops of one part.
  ///   - body: Computes a part, given its place among this rank's.
  /// - Returns: What `body` returns for each part.
  /// - Throws: What the first part that fails throws.
  func run<Result>(
    threads: Int, _ body: @escaping (_ place: Int, _ others: any BatchParts) throws -> Result
  ) throws -> [Result] {
    guard active > 1 else {
      running = active
      return try deposits.indices.map { try body($0, Member(self, $0)) }
    }
    let outcomes = Outcomes<Result>(count: active)
    let shared = Unchecked(value: body)
    let done = DispatchGroup()
    for place in deposits.indices {
      done.enter()
      let thread = Thread { [self] in
        begin()
        outcomes.set(
          place,
          WorkerPool.withThreads(threads) { Swift.Result { try shared.value(place, Member(self, place)) } })
        leave()
        done.leave()
      }
      // That of the main thread: a backward pass releases long chains.
      thread.stackSize = 8 << 20
      thread.start()
    }
    done.wait()
    return try outcomes.all.map { try $0.get() }
  }

  private func begin() {
    condition.lock()
    takeSlot()
    condition.unlock()
  }

  private func takeSlot() {
    while running >= slots { condition.wait() }
    running += 1
  }

  private func leave() {
    condition.lock()
    running -= 1
    active -= 1
    // A part that fails must not keep the others waiting.
    if active > 0 { meetIfAllAreHere() }
    condition.broadcast()
    condition.unlock()
  }

  fileprivate func gather(_ own: [Double], from place: Int) -> [[Double]] {
    condition.lock()
    defer { condition.unlock() }
    deposits[place] = own
    running -= 1
    let mine = round
    meetIfAllAreHere()
    condition.broadcast()
    while round == mine { condition.wait() }
    let result = gathered
    takeSlot()
    return result
  }

  private func meetIfAllAreHere() {
    let here = deposits.compactMap(\.self)
    guard here.count == active, let length = here.first?.count else { return }
    let missing = Array(repeating: Double.nan, count: length)
    let own = deposits.map { $0 ?? missing }
    gathered = group.isShared ? exchange(own, length: length) : own
    deposits = Array(repeating: nil, count: deposits.count)
    round += 1
  }

  /// The numbers of the parts of all ranks that have any.
  private func exchange(_ own: [[Double]], length: Int) -> [[Double]] {
    let others = counts.indices.filter { $0 != group.rank && counts[$0] > 0 }
    let received = group.exchange(
      own.flatMap { $0 }, with: others, counts: others.map { counts[$0] * length })
    return counts.indices.flatMap { rank -> [[Double]] in
      guard let place = others.firstIndex(of: rank) else { return rank == group.rank ? own : [] }
      let numbers = received[place]
      return (0..<counts[rank]).map { Array(numbers[($0 * length)..<(($0 + 1) * length)]) }
    }
  }

  /// A part's way to the others.
  private final class Member: BatchParts {
    private let meeting: PartRendezvous
    private let place: Int

    init(_ meeting: PartRendezvous, _ place: Int) {
      self.meeting = meeting
      self.place = place
    }

    func gather(_ own: [Double]) -> [[Double]] { meeting.gather(own, from: place) }
  }

  private final class Outcomes<Value>: @unchecked Sendable {
    // Safety: guarded by `lock`.
    private let lock = NSLock()
    private var values: [Swift.Result<Value, any Error>?]

    init(count: Int) { values = Array(repeating: nil, count: count) }

    func set(_ place: Int, _ value: Swift.Result<Value, any Error>) {
      lock.withLock { values[place] = value }
    }

    var all: [Swift.Result<Value, any Error>] { lock.withLock { values.compactMap(\.self) } }
  }

  /// A closure that threads call which are waited for, as those of `parallelFor` do.
  private struct Unchecked<Value>: @unchecked Sendable {
    // Safety: the caller waits for all threads that use it; each has its own part of a batch.
    let value: Value
  }
}
