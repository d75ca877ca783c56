import Synchronization

/// The sum of a number of parts in an order that depends on that number alone: not on who computes which part, on how many
/// ranks, nor on which is done first.
///
/// The parts are the leaves of a binary tree. Node i of level k covers the parts from i·2ᵏ on, 2ᵏ of them or those that there
/// are, and is the sum of its two nodes of level k − 1, the left one first; where the right one covers nothing it is the left
/// one. A node is added up as soon as both halves are there, so a row of parts that comes in order leaves at most
/// log₂ N + 1 sums in memory.
///
/// ```
/// 10 parts:   (((0+1)+(2+3)) + ((4+5)+(6+7))) + (8+9)
/// ```
///
/// A rank that has a row of parts comes to the nodes that lie within it whole (``nodes(within:of:)``); these are what ranks
/// send, one node where shares are powers of two.
package final class OrderedSum<Value: Sendable>: Sendable {
  /// A node of the tree.
  package struct Node: Hashable, Sendable {
    /// k; parts have level 0.
    package var level: Int
    /// i.
    package var index: Int

    /// The first part that the node covers.
    var first: Int { index << level }
  }

  /// The number of parts.
  package let count: Int
  private let add: @Sendable (_ left: consuming Value, _ right: Value) -> Value
  private let nodes = Mutex<[Node: Value]>([:])

  /// A sum without parts yet.
  ///
  /// - Parameters:
  ///   - count: The number of parts, at least one.
  ///   - add: Adds two sums.
  package init(of count: Int, _ add: @escaping @Sendable (_ left: consuming Value, _ right: Value) -> Value) {
    precondition(count > 0, "a sum needs parts, got \(count)")
    self.count = count
    self.add = add
  }

  /// Takes a part, from any thread.
  package func insert(_ value: Value, at part: Int) { insert(value, Node(level: 0, index: part)) }

  /// Takes a node, from any thread, with all nodes that are whole by it.
  package func insert(_ value: Value, _ node: Node) {
    var (value, node) = (value, node)
    while !isRoot(node) {
      let isLeft = node.index.isMultiple(of: 2)
      let sibling = Node(level: node.level, index: node.index ^ 1)
      let parent = Node(level: node.level + 1, index: node.index / 2)
      if isLeft, sibling.first >= count {
        node = parent
        continue
      }
      let other = nodes.withLock { nodes -> Value? in
        let other = nodes.removeValue(forKey: sibling)
        if other == nil { nodes[node] = value }
        return other
      }
      guard let other else { return }
      value = isLeft ? add(value, other) : add(other, value)
      node = parent
    }
    nodes.withLock { $0[node] = value }
  }

  private func isRoot(_ node: Node) -> Bool { node.index == 0 && 1 << node.level >= count }

  /// The nodes that are there and have not become part of others, in order of their parts. They are given away.
  package func take() -> [(node: Node, value: Value)] {
    nodes.withLock { nodes in
      defer { nodes = [:] }
      return nodes.sorted { $0.key.first < $1.key.first }.map { (node: $0.key, value: $0.value) }
    }
  }

  /// The whole sum, when all parts are there.
  package func takeTotal() -> Value {
    let all = take()
    precondition(all.count == 1 && isRoot(all[0].node), "\(all.count) nodes of \(count) parts are no sum yet")
    return all[0].value
  }

  /// The nodes that a row of parts comes to, in order.
  ///
  /// - Parameters:
  ///   - parts: The places of the parts.
  ///   - count: The number of all parts.
  /// - Returns: The nodes.
  package static func nodes(within parts: Range<Int>, of count: Int) -> [Node] {
    let sum = OrderedSum<Bool>(of: max(count, 1)) { left, _ in left }
    for part in parts { sum.insert(true, at: part) }
    return sum.take().map { Node(level: $0.node.level, index: $0.node.index) }
  }
}
