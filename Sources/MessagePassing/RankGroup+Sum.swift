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
    let (flatNotes, noteLength) = (notes.flatMap { $0 }, notes[0].count)
    let (others, mine) = ((0..<size).filter { $0 != rank }, share(among: length))
    let incoming = exchange(
      others.map { packed(own, share(of: $0, among: length), notes: flatNotes) }, others,
      incoming: others.map { sender in
        (nodes[sender].count + 1) * noteLength * MemoryLayout<Double>.stride
          + nodes[sender].count * mine.count * MemoryLayout<Float>.stride
      })
    let tree = OrderedSum<Tensor>(of: parts) { left, right in
      var left = left
      left.add(right)
      return left
    }
    var allNotes = Array(repeating: flatNotes, count: size)
    for (sender, nodes) in nodes.enumerated() {
      let slices: [Tensor]
      if let place = others.firstIndex(of: sender) {
        let theirs = unpacked(
          incoming[place], nodes: nodes.count, noteLength: noteLength, length: mine.count)
        allNotes[sender] = theirs.notes
        slices = theirs.slices
      } else {
        slices = own.map { $0.reshaped([length]).sliced(axis: 0, mine) }
      }
      for (node, slice) in zip(nodes, slices) { tree.insert(slice, node) }
    }
    return (sharedOut(tree.takeTotal(), length: length, with: others), allNotes)
  }

  /// What goes to a rank: this rank's notes, then the slice of each of its nodes that the other adds up.
  private func packed(_ own: [Tensor], _ slice: Range<Int>, notes: [Double]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(
      notes.count * MemoryLayout<Double>.stride + own.count * slice.count * MemoryLayout<Float>.stride)
    notes.withUnsafeBytes { bytes.append(contentsOf: $0) }
    for tensor in own {
      tensor.withUnsafeElements { elements in
        bytes.append(contentsOf: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: elements[slice])))
      }
    }
    return bytes
  }

  /// What came from a rank: its notes, and a slice of `length` elements of each of its nodes.
  private func unpacked(
    _ bytes: [UInt8], nodes: Int, noteLength: Int, length: Int
  ) -> (notes: [Double], slices: [Tensor]) {
    let noteCount = (nodes + 1) * noteLength
    let sliceBytes = length * MemoryLayout<Float>.stride
    return bytes.withUnsafeBytes { bytes in
      let notes = (0..<noteCount).map {
        bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Double>.stride, as: Double.self)
      }
      let slices = (0..<nodes).map { place -> Tensor in
        var tensor = Tensor(uninitialized: [length])
        let start = noteCount * MemoryLayout<Double>.stride + place * sliceBytes
        tensor.withUnsafeMutableElements { elements in
          UnsafeMutableRawBufferPointer(elements).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + sliceBytes]))
        }
        return tensor
      }
      return (notes: notes, slices: slices)
    }
  }

  /// The whole vector, from this rank's slice of the sum and those that the others send.
  private func sharedOut(_ sum: Tensor, length: Int, with others: [Int]) -> Tensor {
    var total = Tensor(uninitialized: [length])
    total.withUnsafeMutableElements { elements in
      sum.withUnsafeElements { sum in
        let bytes = UnsafeMutableRawBufferPointer(elements)
        func place(_ rank: Int) -> UnsafeMutableRawBufferPointer {
          let slice = share(of: rank, among: length)
          let size = MemoryLayout<Float>.stride
          return UnsafeMutableRawBufferPointer(
            rebasing: bytes[slice.lowerBound * size..<slice.upperBound * size])
        }
        place(rank).copyMemory(from: UnsafeRawBufferPointer(sum))
        exchange(
          sum.isEmpty ? [] : others.map { Outgoing(rank: $0, bytes: UnsafeRawBufferPointer(sum)) },
          others.filter { !share(of: $0, among: length).isEmpty }.map {
            Incoming(rank: $0, bytes: place($0))
          })
      }
    }
    return total
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
