import TensorCore
import Testing

@Suite("Tensor") struct TensorTests {
  @Test("a copy does not see later writes")
  func copyOnWrite() {
    var original = Tensor([1, 2, 3, 4], shape: [2, 2])
    let copy = original
    original[1, 0] = 9
    #expect(copy.elements == [1, 2, 3, 4])
    #expect(original.elements == [1, 2, 9, 4])
  }

  @Test("a NaN or an infinity anywhere is noticed", arguments: [Float.nan, .infinity, -.infinity])
  func finiteness(bad: Float) {
    var tensor = Tensor.zeros([3, 5])
    #expect(tensor.isFinite)
    tensor[2, 4] = bad
    #expect(!tensor.isFinite)
  }

  @Test("adding a scaled tensor changes every element")
  func addScaled() {
    var tensor = Tensor((0..<37).map(Float.init), shape: [37])
    tensor.add(Tensor(repeating: 2, shape: [37]), scaledBy: 0.5)
    #expect(tensor.elements == (1...37).map(Float.init))
  }

  @Test("a product multiplies element by element and leaves its factors alone")
  func product() {
    let tensor = Tensor((0..<37).map(Float.init), shape: [37])
    #expect((tensor * Tensor(repeating: 0.5, shape: [37])).elements == (0..<37).map { Float($0) / 2 })
    #expect((tensor * tensor).elements == (0..<37).map { Float($0 * $0) })
    #expect(tensor.elements == (0..<37).map(Float.init))
  }

  @Test("extents are written for the user")
  func extents() {
    #expect([64, 32].extents == "64×32" && [7].extents == "7")
  }
}

@Suite("Counter-based generator") struct CounterGeneratorTests {
  // Known answers of Philox 4×32-10 published with the algorithm's reference implementation.
  @Test("the block function gives the published values")
  func knownAnswers() {
    let zeros = CounterGenerator.philox((0, 0, 0, 0), (0, 0))
    #expect(zeros == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = CounterGenerator.philox((.max, .max, .max, .max), (.max, .max))
    #expect(ones == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
  }

  @Test("numbers depend on the position alone")
  func position() {
    var a = CounterGenerator(seed: 7, purpose: "test", epoch: 3, index: 11)
    var b = CounterGenerator(seed: 7, purpose: "test", epoch: 3, index: 11)
    var c = CounterGenerator(seed: 7, purpose: "test", epoch: 3, index: 12)
    let first = (0..<5).map { _ in a.next() }
    #expect(first == (0..<5).map { _ in b.next() })
    #expect(first != (0..<5).map { _ in c.next() })
  }

  @Test(
    "a purpose's number is the last word of the block, and a name's is above all numbers",
    arguments: [0, 1, 5])
  func purposes(number: Int) {
    var generator = CounterGenerator(seed: 7, purpose: .init(number: number), epoch: 3, index: 11)
    let block = CounterGenerator.philox((0, 3, 11, UInt32(number)), (7, 0))
    #expect(generator.next() == UInt64(block.0) | UInt64(block.1) << 32)
    // FNV-1a of "a" is e40c292c.
    var named = CounterGenerator(seed: 7, purpose: "a", epoch: 3, index: 11)
    let other = CounterGenerator.philox((0, 3, 11, 0xe40c_292c), (7, 0))
    #expect(named.next() == UInt64(other.0) | UInt64(other.1) << 32)
  }
}

@Suite("Worker pool", .serialized) struct WorkerPoolTests {
  @Test("every index is visited once at any number of threads", arguments: [1, 2, 5])
  func coverage(threads: Int) {
    WorkerPool.withThreads(threads) {
      for count in [0, 1, 2, 7, 1000] {
        var visits = Tensor.zeros([count])
        visits.withUnsafeMutableElements { slots in
          nonisolated(unsafe) let slots = slots
          parallelFor(count) { slots[$0] += 1 }
        }
        #expect(visits.elements == Array(repeating: 1, count: count))
      }
    }
  }

  @Test("nested loops visit every index once")
  func nested() {
    var visits = Tensor.zeros([8, 10])
    visits.withUnsafeMutableElements { slots in
      nonisolated(unsafe) let slots = slots
      parallelFor(8) { outer in
        parallelFor(10) { inner in slots[10 * outer + inner] += 1 }
      }
    }
    #expect(visits.elements == Array(repeating: 1, count: 80))
  }
}
