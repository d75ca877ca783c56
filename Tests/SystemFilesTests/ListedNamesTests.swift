import SystemFiles
import Testing

@Suite("Names in a message") struct ListedNamesTests {
  @Test("are a dozen at most, and none is long")
  func names() {
    #expect([String]().listed == "nothing")
    #expect(["a", "b"].listed == "a, b")
    let many = (0..<15).map { "n\($0)" }
    #expect(many.listed == many.prefix(12).joined(separator: ", ") + " and 3 more")
    #expect([String(repeating: "x", count: 1000)].listed.count == 40)
  }
}
