import MessagePassing
import TensorCore
import Testing

@Suite("Groups of ranks") struct RankGroupTests {
  @Test("a process by itself is rank 0 of 1, and sends nothing") func alone() {
    let group = RankGroup.current
    #expect(group.size == 1 && group.isRoot && !group.isShared)
    #expect(group.gather([1.5, 2]) == [[1.5, 2]])
    #expect(group.share(among: 5) == 0..<5)
    #expect(group.traffic.messages == 0)
  }

  @Test("all ranks gather what each has, bit for bit, of any length", arguments: [2, 3, 5])
  func gathering(size: Int) throws {
    let all = try LocalRanks.run(size) {
      let group = RankGroup.current
      return group.gather((0..<group.rank).map { Double($0) + 0.1 } + [-.infinity])
    }
    let expected = (0..<size).map { rank in (0..<rank).map { Double($0) + 0.1 } + [-.infinity] }
    #expect(all == Array(repeating: expected, count: size))
  }

  @Test("one rank that says yes is enough") func any() throws {
    #expect(
      try LocalRanks.run(3) { RankGroup.current.any(RankGroup.current.rank == 2) } == [true, true, true])
    #expect(try LocalRanks.run(3) { RankGroup.current.any(false) } == [false, false, false])
  }

  @Test("shares cover all things in order") func shares() throws {
    for count in [1, 2, 7, 20] {
      let shares = try LocalRanks.run(4) { RankGroup.current.share(among: count) }
      #expect(shares.flatMap { Array($0) } == Array(0..<count))
    }
  }

  @Test("ranks exchange numbers bit for bit, of any length", arguments: [2, 3])
  func exchange(size: Int) throws {
    @Sendable func numbers(of rank: Int) -> [Double] { (0..<rank).map { Double($0) - 0.1 } + [-0.0] }
    let all = try LocalRanks.run(size) {
      let group = RankGroup.current
      let others = (0..<group.size).filter { $0 != group.rank }
      return group.exchange(numbers(of: group.rank), with: others, counts: others.map { $0 + 1 })
    }
    for (rank, received) in all.enumerated() {
      let expected = (0..<size).filter { $0 != rank }.map(numbers)
      #expect(received.map { $0.map(\.bitPattern) } == expected.map { $0.map(\.bitPattern) })
    }
  }

  @Test(
    "the sum of parts has the same bits on any number of ranks, of more elements and of fewer",
    arguments: [1, 2, 3, 8, 10, 13], [37, 2])
  func sum(parts: Int, length: Int) throws {
    let values = (0..<parts).map { part -> Tensor in
      var generator = CounterGenerator(seed: 3, purpose: "test", epoch: part)
      return Tensor((0..<length).map { _ in generator.normal() * 1e3 }, shape: [length])
    }
    @Sendable func total() -> [Float] {
      let group = RankGroup.current
      let own = OrderedSum<Tensor>(of: parts) { left, right in
        var left = left
        left.add(right)
        return left
      }
      for part in group.share(among: parts) { own.insert(values[part], at: part) }
      let nodes = own.take().map(\.value)
      let notes = Array(repeating: [Double(group.rank)], count: nodes.count + 1)
      let (total, all) = group.sum(nodes, of: parts, length: length, notes: notes)
      for (rank, notes) in all.enumerated() { #expect(notes.allSatisfy { $0 == Double(rank) }) }
      return total.elements
    }
    let expected = try LocalRanks.run(1) { total() }[0]
    for size in 2...5 {
      for result in try LocalRanks.run(size, { total() }) { #expect(result == expected) }
    }
  }

  @Test("a rank that fails reports what happened") func failure() {
    struct Broken: Error, Equatable { let rank: Int }
    #expect(throws: Broken(rank: 1)) {
      try LocalRanks.run(3) { if RankGroup.current.rank > 0 { throw Broken(rank: RankGroup.current.rank) } }
    }
  }

  @Test("what is sent is counted") func traffic() throws {
    let sent = try LocalRanks.run(2) {
      let group = RankGroup.current
      if group.isRoot {
        group.send(Array(repeating: UInt8(1), count: 10), to: 1)
      } else {
        _ = group.receive(from: 0)
      }
      return [group.traffic.messages, group.traffic.bytes]
    }
    #expect(sent == [[2, 18], [0, 0]])
  }
}
