import Glibc
import Synchronization

/// Processes that work on the same thing, each with a number: its rank.
///
/// A group is a scoped setting, as the number of threads is: ``current`` is the one within ``use(_:_:)``, and ``alone``
/// everywhere else. A library asks `RankGroup.current` what its share is and where shares are put together; with one rank
/// nothing is sent and nothing is copied.
///
/// What the methods do is collective: all ranks call them in the same order. No sum is ever left to the message passing
/// library, whose order of additions depends on the number of ranks: numbers are gathered, and added here.
public struct RankGroup: Sendable {
  /// This process's number, from 0.
  public let rank: Int
  /// The number of processes.
  public let size: Int
  /// What this process has sent.
  public let traffic: Traffic

  private let transport: any RankTransport

  /// A process by itself.
  public static let alone = RankGroup(NoTransport())

  @TaskLocal private static var scoped: RankGroup?

  /// The group that the calling task or thread works in.
  public static var current: RankGroup { scoped ?? alone }

  /// Runs `body`, and what it calls in this task or thread, in a group.
  ///
  /// - Parameters:
  ///   - group: The group.
  ///   - body: What to run.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  public static func use<Result>(_ group: RankGroup, _ body: () throws -> Result) rethrows -> Result {
    try $scoped.withValue(group) { try body() }
  }

  package init(_ transport: any RankTransport) {
    self.transport = transport
    rank = transport.rank
    size = transport.size
    traffic = Traffic()
  }

  /// Whether this is the rank that writes files and speaks to the user, number 0.
  public var isRoot: Bool { rank == 0 }
  /// Whether there are other ranks.
  public var isShared: Bool { size > 1 }

  /// The part of a number of things, in order, that a rank takes: all parts are equal but for one.
  ///
  /// - Parameters:
  ///   - rank: The rank; this one unless given.
  ///   - count: The number of things.
  /// - Returns: Their places.
  public func share(of rank: Int? = nil, among count: Int) -> Range<Int> {
    let rank = rank ?? self.rank
    return (rank * count / size)..<((rank + 1) * count / size)
  }

  /// The rank that takes one of a number of things, see ``share(of:among:)``.
  package func owner(of place: Int, among count: Int) -> Int {
    ((place + 1) * size - 1) / count
  }

  package func exchange(_ outgoing: [Outgoing], _ incoming: [Incoming]) {
    let clock = ContinuousClock()
    let start = clock.now
    transport.exchange(outgoing, incoming)
    traffic.add(
      messages: outgoing.count, bytes: outgoing.reduce(0) { $0 + $1.bytes.count }, time: clock.now - start)
  }

  /// Ends all ranks.
  ///
  /// - Parameter code: The exit code.
  package func abort(_ code: Int32) -> Never { transport.abort(code) }

  /// Leaves the group; all ranks do.
  package func end() { transport.end() }
}

/// How much a rank has sent to others.
public final class Traffic: Sendable {
  private let sentMessages = Atomic<Int>(0)
  private let sentBytes = Atomic<Int>(0)
  private let nanoseconds = Atomic<Int>(0)

  /// The number of messages.
  public var messages: Int { sentMessages.load(ordering: .relaxed) }
  /// The number of bytes.
  public var bytes: Int { sentBytes.load(ordering: .relaxed) }

  /// The seconds that this process has sent, received and waited for the others to do so.
  public var seconds: Double { Double(nanoseconds.load(ordering: .relaxed)) / 1e9 }

  func add(messages: Int, bytes: Int, time: Duration) {
    sentMessages.wrappingAdd(messages, ordering: .relaxed)
    sentBytes.wrappingAdd(bytes, ordering: .relaxed)
    nanoseconds.wrappingAdd(Int(time / .nanoseconds(1)), ordering: .relaxed)
  }
}

/// Ends this process without running what is registered for its end.
func endProcess(_ code: Int32) -> Never {
  fflush(nil)
  _exit(code)
}
