import TensorCore
import Testing

@Suite("Parallel maps")
struct ParallelMapTests {
  private struct Failure: Error, Equatable {
    let index: Int
  }

  @Test("Values come in order, whatever their type", arguments: [0, 1, 7, 1000])
  func order(count: Int) {
    #expect(
      parallelMap(count) { [String](repeating: "\($0)", count: $0 % 3) }
        == (0..<count).map { [String](repeating: "\($0)", count: $0 % 3) })
  }

  @Test("The error of the lowest index is thrown")
  func failure() {
    #expect(throws: Failure(index: 13)) {
      try parallelMap(200) { index throws(Failure) in
        if index % 100 >= 13 { throw Failure(index: index) }
        return "\(index)"
      }
    }
  }
}
