/// How the ranks of a group reach each other: by MPI, or within one process.
///
/// Every call is collective among the ranks that it names: each of them makes the matching call in the same order.
package protocol RankTransport: Sendable {
  /// This rank's number, from 0.
  var rank: Int { get }
  /// The number of ranks.
  var size: Int { get }

  /// Sends bytes to some ranks and receives bytes from some, all at once.
  ///
  /// - Parameters:
  ///   - outgoing: For each other rank that is sent something, its bytes.
  ///   - incoming: For each other rank that something is received from, where its bytes go.
  func exchange(_ outgoing: [Outgoing], _ incoming: [Incoming])

  /// Ends all ranks at once.
  ///
  /// - Parameter code: The exit code of the process.
  func abort(_ code: Int32) -> Never

  /// Leaves the group, when all ranks are about to.
  func end()
}

/// Bytes for a rank.
package struct Outgoing {
  /// The rank.
  package let rank: Int
  /// The bytes.
  package let bytes: UnsafeRawBufferPointer
}

/// The place of bytes from a rank.
package struct Incoming {
  /// The rank.
  package let rank: Int
  /// The place, as large as what comes.
  package let bytes: UnsafeMutableRawBufferPointer
}

/// One process by itself: there is nobody to send anything to.
struct NoTransport: RankTransport {
  let rank = 0
  let size = 1

  func exchange(_ outgoing: [Outgoing], _ incoming: [Incoming]) {
    precondition(outgoing.isEmpty && incoming.isEmpty, "a process by itself has no other ranks")
  }

  func abort(_ code: Int32) -> Never { endProcess(code) }

  func end() {}
}
