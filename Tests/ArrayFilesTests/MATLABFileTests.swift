import ArrayFiles
import TestSupport
import Testing

@Suite("MATLAB files")
struct MATLABFileTests {
  private let files: WrittenFile

  init() throws { files = try WrittenFile() }

  @Test(
    "have their columns turned to rows, in either order of bytes, compressed or not",
    arguments: [false, true], [false, true])
  func columns(isBigEndian: Bool, isCompressed: Bool) throws {
    let seed = MATLABSeed(isBigEndian: isBigEndian)
    // u(i, j) = 10·i + j for i up to 3 and j up to 2.
    let matrices = [
      seed.doubles("u", shape: [3, 2], [11, 21, 31, 12, 22, 32]),
      seed.doubles("longer", shape: [1, 1], [0.1]),
    ]
    let file = try files.contents(seed.file(isCompressed ? matrices.map(seed.compressed) : matrices))
    #expect(file["u"] == .init(shape: [3, 2], type: "double", values: [11, 12, 21, 22, 31, 32]))
    #expect(file["longer"] == .init(shape: [1, 1], type: "double", values: [0.1]))
    #expect(file.count == 2)
  }

  @Test("may store numbers smaller than their class, and small arrays within their tag")
  func storage() throws {
    let seed = MATLABSeed()
    let file = try files.contents(
      seed.file([
        seed.matrix("bytes", kind: 6, shape: [1, 5], parts: [seed.part(2, [1, 2, 3, 4, 255])]),
        seed.matrix("s", kind: 6, shape: [1, 3], parts: [seed.part(1, [1, 0xFF, 3], isSmall: true)]),
        seed.matrix("n", kind: 10, shape: [2, 1], parts: [seed.part(3, [0xFE, 0xFF, 2, 0], isSmall: true)]),
        seed.matrix("f", kind: 7, shape: [1, 2], parts: [seed.part(7, NumPySeed.floats([1.5, -2]))]),
        seed.matrix("l", kind: 9, flags: 2, shape: [1, 2], parts: [seed.part(2, [0, 1], isSmall: true)]),
        seed.matrix("none", kind: 6, shape: [0, 3], parts: []),
      ]))
    #expect(file["bytes"]?.values == [1, 2, 3, 4, 255])
    #expect(file["s"]?.values == [1, -1, 3])
    #expect(file["n"] == .init(shape: [2, 1], type: "int16", values: [-2, 2]))
    #expect(file["f"] == .init(shape: [1, 2], type: "single", values: [1.5, -2]))
    #expect(file["l"] == .init(shape: [1, 2], type: "logical", values: [0, 1]))
    #expect(file["none"]?.values == [])
  }

  @Test("name what they hold beside arrays of real numbers")
  func skipped() throws {
    let seed = MATLABSeed()
    let numbers = seed.part(9, [UInt8](repeating: 0, count: 8))
    let file = try #require(
      try files.open(
        seed.file([
          seed.matrix("cells", kind: 1, shape: [1, 1], parts: [seed.doubles("", shape: [1, 1], [1])]),
          seed.matrix("record", kind: 2, shape: [1, 1], parts: []),
          seed.matrix("text", kind: 4, shape: [1, 2], parts: [seed.part(16, [65, 66], isSmall: true)]),
          seed.matrix("sparse", kind: 5, shape: [9, 9], parts: [numbers]),
          seed.matrix("z", kind: 6, flags: 8, shape: [1, 1], parts: [numbers, numbers]),
          seed.doubles("u", shape: [1, 1], [1]),
        ])))
    #expect(file.arrays.map(\.name) == ["u"])
    #expect(file.skipped.map(\.name) == ["cells", "record", "text", "sparse", "z"])
    #expect(
      file.skipped.map(\.kind)
        == ["a cell array", "a structure", "a text", "a sparse matrix", "a complex matrix"])
  }

  @Test("whose sizes cannot be are refused")
  func sizes() throws {
    let seed = MATLABSeed()
    let good = seed.doubles("u", shape: [2, 2], [1, 2, 3, 4])
    var lies: [[UInt8]] = []
    for shape in [[-1, 2], [3, 2], [2, 1], [0x7FFF_FFFF, 0x7FFF_FFFF], [2]] {
      lies.append(
        seed.matrix("u", kind: 6, shape: shape, parts: [seed.part(9, [UInt8](repeating: 0, count: 32))]))
    }
    lies.append(
      seed.matrix("u", kind: 6, shape: [2, 2], parts: [seed.number(9, 4) + seed.number(1 << 31, 4)]))
    lies.append(
      seed.matrix("u", kind: 6, shape: [2, 2], parts: [seed.part(99, [UInt8](repeating: 0, count: 32))]))
    lies.append(seed.matrix("u", kind: 6, shape: [2, 2], parts: []))
    lies.append(seed.number(14, 4) + seed.number(1 << 31, 4))
    lies.append(seed.number(15, 4) + seed.number(8, 4) + [UInt8](repeating: 7, count: 8))
    lies.append(seed.number(77, 4) + seed.number(0, 4))
    lies.append(seed.compressed(seed.number(14, 4) + seed.number(1 << 31, 4)))
    lies.append(seed.compressed(seed.compressed(good)))
    lies.append(seed.compressed(good + [0]))
    lies.append(seed.compressed(Array(good.dropLast(8))))
    lies.append(good + good)
    for lie in lies {
      #expect(throws: ArrayFileError.self, "\(lie.prefix(80))") { try files.contents(seed.file([lie])) }
    }
  }
}
