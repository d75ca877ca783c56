extension RankGroup {
  /// The bytes of every rank, in order of ranks.
  ///
  /// - Parameter own: This rank's, of any number.
  /// - Returns: One entry for each rank.
  public func gather(_ own: [UInt8]) -> [[UInt8]] {
    guard isShared else { return [own] }
    let counts = gather(counts: own.count)
    return gather(own, counts: counts)
  }

  /// The numbers of every rank, in order of ranks, bit for bit.
  ///
  /// - Parameter own: This rank's, of any number.
  /// - Returns: One entry for each rank.
  public func gather(_ own: [Double]) -> [[Double]] {
    guard isShared else { return [own] }
    return gather(own.withUnsafeBytes { Array($0) }).map { bytes in
      bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    }
  }

  /// Whether any rank says yes.
  public func any(_ own: Bool) -> Bool {
    guard isShared else { return own }
    return gather([own ? 1 : 0], counts: Array(repeating: 1, count: size)).contains { $0 == [1] }
  }

  /// What rank 0 has, on all ranks.
  ///
  /// - Parameter own: The bytes; those of other ranks than 0 do not count.
  /// - Returns: Rank 0's.
  public func fromRoot(_ own: [UInt8]) -> [UInt8] {
    guard isShared else { return own }
    return gather(isRoot ? own : [])[0]
  }

  /// Sends bytes to one rank, which calls ``receive(from:)``.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - rank: The other rank.
  public func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) {
    withUnsafeBytes(of: Int64(bytes.count)) { exchange([Outgoing(rank: rank, bytes: $0)], []) }
    if !bytes.isEmpty { exchange([Outgoing(rank: rank, bytes: bytes)], []) }
  }

  /// Sends bytes to one rank.
  public func send(_ bytes: [UInt8], to rank: Int) {
    bytes.withUnsafeBytes { send($0, to: rank) }
  }

  /// Receives what a rank sends by `send(_:to:)`.
  ///
  /// - Parameter rank: The other rank.
  /// - Returns: The bytes.
  public func receive(from rank: Int) -> [UInt8] {
    var count = Int64(0)
    withUnsafeMutableBytes(of: &count) { exchange([], [Incoming(rank: rank, bytes: $0)]) }
    guard count > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
      exchange([], [Incoming(rank: rank, bytes: UnsafeMutableRawBufferPointer(buffer))])
      initialized = Int(count)
    }
  }

  private func gather(counts own: Int) -> [Int] {
    let each = Array(repeating: MemoryLayout<Int64>.size, count: size)
    let bytes = withUnsafeBytes(of: Int64(own)) { Array($0) }
    return gather(bytes, counts: each).map { count in
      count.withUnsafeBytes { Int($0.loadUnaligned(as: Int64.self)) }
    }
  }

  /// As ``gather(_:)``, where each rank knows how much the others have.
  private func gather(_ own: [UInt8], counts: [Int]) -> [[UInt8]] {
    let starts = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let all = [UInt8](unsafeUninitializedCapacity: starts[size]) { buffer, initialized in
      let place = UnsafeMutableRawBufferPointer(buffer)
      own.withUnsafeBytes { bytes in
        place[starts[rank]..<starts[rank + 1]].copyBytes(from: bytes)
        let others = (0..<size).filter { $0 != rank }
        exchange(
          own.isEmpty ? [] : others.map { Outgoing(rank: $0, bytes: bytes) },
          others.filter { counts[$0] > 0 }.map {
            Incoming(
              rank: $0, bytes: UnsafeMutableRawBufferPointer(rebasing: place[starts[$0]..<starts[$0 + 1]]))
          })
      }
      initialized = starts[size]
    }
    return (0..<size).map { Array(all[starts[$0]..<starts[$0 + 1]]) }
  }
}
