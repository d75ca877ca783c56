import MessagePassing
import TensorCore
import Testing

@Suite("Sums in a fixed order") struct OrderedSumTests {
  /// A sum as the text of its brackets.
  private func text(_ count: Int, order: [Int]) -> String {
    let sum = OrderedSum<String>(of: count) { "(\($0)+\($1))" }
    for part in order { sum.insert("\(part)", at: part) }
    return sum.takeTotal()
  }

  @Test("ten parts are added as the documentation says") func brackets() {
    #expect(text(10, order: Array(0..<10)) == "((((0+1)+(2+3))+((4+5)+(6+7)))+(8+9))")
    #expect(text(3, order: [0, 1, 2]) == "((0+1)+2)")
    #expect(text(1, order: [0]) == "0")
  }

  @Test("the order of arrival does not matter", arguments: 1...17) func arrival(count: Int) {
    let expected = text(count, order: Array(0..<count))
    var generator = CounterGenerator(seed: 7, purpose: "test", epoch: count)
    for _ in 0..<10 { #expect(text(count, order: (0..<count).shuffled(using: &generator)) == expected) }
  }

  @Test("the nodes of all ranks make the sum, on any number of ranks", arguments: 1...17)
  func nodes(count: Int) {
    for size in 1...count {
      let total = OrderedSum<String>(of: count) { "(\($0)+\($1))" }
      for rank in 0..<size {
        let own = (rank * count / size)..<((rank + 1) * count / size)
        let sum = OrderedSum<String>(of: count) { "(\($0)+\($1))" }
        for part in own { sum.insert("\(part)", at: part) }
        let nodes = sum.take()
        #expect(nodes.map(\.node) == OrderedSum<String>.nodes(within: own, of: count))
        for (node, value) in nodes { total.insert(value, node) }
      }
      #expect(total.takeTotal() == text(count, order: Array(0..<count)))
    }
  }
}
