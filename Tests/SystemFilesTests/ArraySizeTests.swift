import SystemFiles
import Testing

@Suite("Sizes of arrays") struct ArraySizeTests {
  @Test("are products of the extents")
  func products() {
    #expect(ArraySize.elements(of: []) == 1)
    #expect(ArraySize.elements(of: [3, 4, 5]) == 60)
    #expect(ArraySize.elements(of: [3, 0, 5]) == 0)
    #expect(ArraySize.bytes(of: [3, 4, 5], element: 8) == 480)
  }

  @Test(
    "are none where an integer does not hold them, whatever a zero hides, or an extent is below zero",
    arguments: [
      [1 << 32, 1 << 32], [0, 1 << 32, 1 << 32], [1 << 32, 1 << 32, 0], [-1], [2, -3], [0, -1],
    ])
  func none(shape: [Int]) {
    #expect(ArraySize.elements(of: shape) == nil)
    #expect(ArraySize.bytes(of: shape, element: 1) == nil)
  }

  @Test("in bytes are none where the elements alone can be counted")
  func bytes() {
    #expect(ArraySize.elements(of: [1 << 61]) == 1 << 61)
    #expect(ArraySize.bytes(of: [1 << 61], element: 8) == nil)
  }
}
