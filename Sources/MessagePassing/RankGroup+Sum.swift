package import TensorCore

extension RankGroup {
  /// The sum of the parts of all ranks, on all ranks, with the bits that one process comes to (``OrderedSum``).
  ///
  /// Each rank adds up a slice of the vector: it receives that slice of every node from the others, and sends them the
  /// result. A rank of P so sends 2·(P − 1)/P of the vector for each of its nodes, in 2·(P − 1) messages, as the ring
  /// algorithm of a reduction does.
  ///
  /// - Parameters:
  ///   - own: The sums of this rank's share of the parts, in order.
  ///   - parts: The number of all parts.
  ///   - length: The number of elements of a sum.
  ///   - notes: A few numbers for all ranks, which go along with the first messages; as many on each rank for each node
  ///     and one more.
  /// - Returns: The sum, and the notes of all ranks.
  /// - Precondition: This rank's nodes are those of its share.
  package func sum(
    _ own: [Tensor], of parts: Int, length: Int, notes: [[Double]]
  ) -> (total: Tensor, notes: [[Double]]) {
    let nodes = (0..<size).map { OrderedSum<Tensor>.nodes(within: share(of: $0, among: parts), of: parts) }
    precondition(
      own.count == nodes[rank].count && notes.count == own.count + 1,
      "rank \(rank) has \(own.count) sums and \(notes.count) notes for \(nodes[rank].count) nodes")
    let noteLength = notes[0].count
    let noteBytes = noteLength * MemoryLayout<Double>.stride
    func slice(_ rank: Int) -> Range<Int> { share(of: rank, among: length) }
    // What goes to a rank: the notes, then its slice of each node.
    func byteCount(from sender: Int, to receiver: Int) -> Int {
      (nodes[sender].count + 1) * noteBytes
        + nodes[sender].count * slice(receiver).count * MemoryLayout<Float>.stride
    }
    let flatNotes = notes.flatMap { $0 }
    let others = (0..<size).filter { $0 != rank }
    let outgoing = others.map { receiver -> [UInt8] in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(byteCount(from: rank, to: receiver))
      flatNotes.withUnsafeBytes { bytes.append(contentsOf: $0) }
      for tensor in own {
        tensor.withUnsafeElements { elements in
          bytes.append(
            contentsOf: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: elements[slice(receiver)])))
        }
      }
      return bytes
    }
    let incoming = exchange(outgoing, others, incoming: others.map { byteCount(from: $0, to: rank) })

    // The slice, from the nodes of all ranks in order.
    let mine = slice(rank)
    let tree = OrderedSum<Tensor>(of: parts) { left, right in
      var left = left
      left.add(right)
      return left
    }
    var allNotes: [[Double]] = Array(repeating: [], count: size)
    allNotes[rank] = flatNotes
    for sender in 0..<size {
      if sender == rank {
        for (node, tensor) in zip(nodes[rank], own) {
          tree.insert(
            tensor.reshaped([length]).sliced(axis: 0, mine), .init(level: node.level, index: node.index))
        }
        continue
      }
      let bytes = incoming[others.firstIndex(of: sender) ?? 0]
      bytes.withUnsafeBytes { bytes in
        let noteCount = (nodes[sender].count + 1) * noteLength
        allNotes[sender] = (0..<noteCount).map {
          bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Double>.stride, as: Double.self)
        }
        for (place, node) in nodes[sender].enumerated() {
          var tensor = Tensor(uninitialized: [mine.count])
          let start =
            noteCount * MemoryLayout<Double>.stride + place * mine.count * MemoryLayout<Float>.stride
          tensor.withUnsafeMutableElements { elements in
            UnsafeMutableRawBufferPointer(elements).copyMemory(
              from: UnsafeRawBufferPointer(
                rebasing: bytes[start..<(start + mine.count * MemoryLayout<Float>.stride)]))
          }
          tree.insert(tensor, .init(level: node.level, index: node.index))
        }
      }
    }
    let sum = tree.takeTotal()

    // The slices of all.
    var total = Tensor(uninitialized: [length])
    total.withUnsafeMutableElements { elements in
      sum.withUnsafeElements { sum in
        let bytes = UnsafeMutableRawBufferPointer(elements)
        func place(_ rank: Int) -> UnsafeMutableRawBufferPointer {
          let slice = slice(rank)
          let size = MemoryLayout<Float>.stride
          return UnsafeMutableRawBufferPointer(
            rebasing: bytes[slice.lowerBound * size..<slice.upperBound * size])
        }
        place(rank).copyMemory(from: UnsafeRawBufferPointer(sum))
        exchange(
          mine.isEmpty ? [] : others.map { Outgoing(rank: $0, bytes: UnsafeRawBufferPointer(sum)) },
          others.filter { !slice($0).isEmpty }.map { Incoming(rank: $0, bytes: place($0)) })
      }
    }
    return (total, allNotes)
  }

  /// Sends numbers to some ranks and receives numbers from the same.
  ///
  /// - Parameters:
  ///   - numbers: What each of them is sent.
  ///   - ranks: The ranks, each of which makes the same call.
  ///   - counts: How many numbers each of them sends.
  /// - Returns: The numbers of each.
  package func exchange(_ numbers: [Double], with ranks: [Int], counts: [Int]) -> [[Double]] {
    let bytes = numbers.withUnsafeBytes { Array($0) }
    let received = exchange(
      ranks.map { _ in bytes }, ranks, incoming: counts.map { $0 * MemoryLayout<Double>.stride })
    return received.map { bytes in bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) } }
  }

  /// Sends bytes to some ranks and receives as many as announced from the same.
  private func exchange(_ outgoing: [[UInt8]], _ ranks: [Int], incoming counts: [Int]) -> [[UInt8]] {
    var received = counts.map { [UInt8](repeating: 0, count: $0) }
    let places = counts.map { UnsafeMutableRawBufferPointer.allocate(byteCount: max($0, 1), alignment: 16) }
    defer { for place in places { place.deallocate() } }
    let sent = outgoing.map { bytes -> UnsafeMutableRawBufferPointer in
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
      copy.copyBytes(from: bytes)
      return copy
    }
    defer { for copy in sent { copy.deallocate() } }
    exchange(
      ranks.indices.filter { !outgoing[$0].isEmpty }.map {
        Outgoing(
          rank: ranks[$0], bytes: UnsafeRawBufferPointer(rebasing: sent[$0][..<outgoing[$0].count]))
      },
      ranks.indices.filter { counts[$0] > 0 }.map {
        Incoming(rank: ranks[$0], bytes: UnsafeMutableRawBufferPointer(rebasing: places[$0][..<counts[$0]]))
      })
    for index in ranks.indices where counts[index] > 0 {
      received[index].withUnsafeMutableBytes { $0.copyBytes(from: places[index][..<counts[index]]) }
    }
    return received
  }
}
