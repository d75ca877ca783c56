import ArrayFiles
import Testing

@Suite("Parts of arrays")
struct ArraySlabTests {
  @Test("have a stride of one, and as many elements as their counts multiply to")
  func elements() {
    let slab = ArraySlab(start: [1, 0, 2], count: [3, 4, 5])
    #expect(slab.stride == [1, 1, 1])
    #expect(slab.elements == 60)
  }
}
