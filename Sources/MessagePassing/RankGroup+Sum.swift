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
    let (others, mine) = ((0..<size).filter { $0 != rank }, share(among: length).count)
    /// The slices of this rank's nodes that a rank adds up.
    func slices(for rank: Int) -> [Tensor] {
      own.map { $0.reshaped([length]).sliced(axis: 0, share(of: rank, among: length)) }
    }
    /// The elements of the notes in a message, which come before the slices.
    func noteElements(of sender: Int) -> Int { 2 * (nodes[sender].count + 1) * noteLength }
    let bits = Tensor(bitsOf: flatNotes)
    let incoming = exchange(
      others.map { Tensor.concatenated([bits] + slices(for: $0), axis: 0) }, others,
      incoming: others.map { noteElements(of: $0) + nodes[$0].count * mine })
    let tree = OrderedSum<Tensor>(of: parts) { left, right in
      var left = left
      left.add(right)
      return left
    }
    var allNotes = Array(repeating: flatNotes, count: size)
    for (sender, nodes) in nodes.enumerated() {
      guard let place = others.firstIndex(of: sender) else {
        for (node, slice) in zip(nodes, slices(for: rank)) { tree.insert(slice, node) }
        continue
      }
      let (theirs, start) = (incoming[place], noteElements(of: sender))
      allNotes[sender] = theirs.sliced(axis: 0, 0..<start).numbersOfBits
      for (index, node) in nodes.enumerated() {
        let first = start + index * mine
        tree.insert(theirs.sliced(axis: 0, first..<first + mine), node)
      }
    }
    return (sharedOut(tree.takeTotal(), length: length, with: others), allNotes)
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
    let own = Tensor(bitsOf: numbers)
    return exchange(ranks.map { _ in own }, ranks, incoming: counts.map { 2 * $0 }).map(\.numbersOfBits)
  }

  /// Sends tensors to some ranks and receives vectors of as many elements as announced from the same.
  private func exchange(_ outgoing: [Tensor], _ ranks: [Int], incoming counts: [Int]) -> [Tensor] {
    var received = counts.map { Tensor(uninitialized: [$0]) }
    let places = received.indices.map { received[$0].mutableStorage() }
    func bytes(of storage: TensorStorage) -> UnsafeMutableRawBufferPointer {
      UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: storage.base, count: storage.count))
    }
    withExtendedLifetime((outgoing, places)) {
      exchange(
        zip(ranks, outgoing).filter { $1.count > 0 }.map { rank, tensor in
          Outgoing(rank: rank, bytes: UnsafeRawBufferPointer(bytes(of: tensor.storage)))
        },
        zip(ranks, places).filter { $1.count > 0 }.map { rank, place in
          Incoming(rank: rank, bytes: bytes(of: place))
        })
    }
    return received
  }
}

extension Tensor {
  /// The bits of numbers in double precision, two elements for each, as a message.
  fileprivate init(bitsOf numbers: [Double]) {
    self.init(uninitialized: [2 * numbers.count])
    withUnsafeMutableElements { elements in
      numbers.withUnsafeBytes { UnsafeMutableRawBufferPointer(elements).copyMemory(from: $0) }
    }
  }

  /// The numbers whose bits these are.
  fileprivate var numbersOfBits: [Double] {
    withUnsafeElements { elements in
      let bytes = UnsafeRawBufferPointer(elements)
      return (0..<elements.count / 2).map {
        bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Double>.stride, as: Double.self)
      }
    }
  }
}
