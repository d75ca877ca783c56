import Foundation
import Synchronization

/// Ranks that are threads of one process: what a program does on several ranks, without a message passing library.
///
/// It is what tests use, and a way to see that a program's results do not depend on the number of ranks:
///
/// ```swift
/// let weights = try LocalRanks.run(4) { try train() }
/// ```
public enum LocalRanks {
  /// Runs `body` on some ranks at the same time, each with its group as the current one.
  ///
  /// - Parameters:
  ///   - size: The number of ranks.
  ///   - body: What each rank does.
  /// - Returns: What each rank returns, in order.
  /// - Throws: What the first rank that fails throws. The others must fail as well, or not wait for it.
  public static func run<Result: Sendable>(
    _ size: Int, _ body: @escaping @Sendable () throws -> Result
  ) throws -> [Result] {
    precondition(size > 0, "there must be a rank, got \(size)")
    let post = LocalPost()
    let outcomes = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
    let done = DispatchGroup()
    for rank in 0..<size {
      done.enter()
      let thread = Thread {
        let group = RankGroup(LocalTransport(rank: rank, size: size, post: post))
        let outcome = RankGroup.use(group) { Swift.Result { try body() } }
        outcomes.withLock { $0[rank] = outcome }
        done.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    done.wait()
    return try outcomes.withLock { outcomes in
      try outcomes.sorted { $0.key < $1.key }.map { try $0.value.get() }
    }
  }
}

/// Messages between threads.
private final class LocalPost: Sendable {
  private struct Way: Hashable {
    let from, to: Int
  }

  private struct Boxes: Sendable {
    var waiting: [Way: [[UInt8]]] = [:]
  }

  private let boxes = Mutex(Boxes())
  private let arrived = NSCondition()

  func put(_ bytes: [UInt8], from: Int, to: Int) {
    boxes.withLock { $0.waiting[Way(from: from, to: to), default: []].append(bytes) }
    arrived.lock()
    arrived.broadcast()
    arrived.unlock()
  }

  /// The first message of a way that is not taken yet; waits for it.
  func take(from: Int, to: Int) -> [UInt8] {
    arrived.lock()
    defer { arrived.unlock() }
    while true {
      let message = boxes.withLock { boxes -> [UInt8]? in
        guard boxes.waiting[Way(from: from, to: to)]?.isEmpty == false else { return nil }
        return boxes.waiting[Way(from: from, to: to)]?.removeFirst()
      }
      if let message { return message }
      arrived.wait()
    }
  }
}

private struct LocalTransport: RankTransport {
  let rank: Int
  let size: Int
  let post: LocalPost

  func exchange(_ outgoing: [Outgoing], _ incoming: [Incoming]) {
    for message in outgoing { post.put(Array(message.bytes), from: rank, to: message.rank) }
    for place in incoming {
      let bytes = post.take(from: place.rank, to: rank)
      precondition(
        bytes.count == place.bytes.count,
        "rank \(rank) expected \(place.bytes.count) bytes from rank \(place.rank), got \(bytes.count)")
      place.bytes.copyBytes(from: bytes)
    }
  }

  func abort(_ code: Int32) -> Never { endProcess(code) }

  func end() {}
}
