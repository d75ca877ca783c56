import ArrayFiles
import SystemFiles
import TestSupport
import Testing

@Suite("NumPy files")
struct NumPyFileTests {
  private let files: WrittenFile

  init() throws { files = try WrittenFile() }

  private func contents(_ description: String, _ data: [UInt8], count: Int) throws -> WrittenFile.Content? {
    try files.contents(NumPySeed.array(description, "(\(count),)", data))[""]
  }

  @Test("hold numbers of any size and order of bytes")
  func types() throws {
    let little = NumPySeed.little
    for (type, size) in [("i1", 1), ("i2", 2), ("i4", 4), ("i8", 8)] {
      let expected: [Float] = [-3, 0, 100]
      let data = [-3, 0, 100].flatMap { little($0, size) }
      #expect(try contents("<\(type)", data, count: 3)?.values == expected)
      let swapped = [-3, 0, 100].flatMap { little($0, size).reversed() }
      #expect(try contents(">\(type)", swapped, count: 3)?.values == expected)
    }
    for (type, size) in [("u1", 1), ("u2", 2), ("u4", 4), ("u8", 8)] {
      #expect(
        try contents("<\(type)", [0, 200].flatMap { little($0, size) }, count: 2)
          == .init(shape: [2], type: "uint\(8 * size)", values: [0, 200]))
    }
    #expect(try contents("<u8", little(-1, 8), count: 1)?.values == [Float(UInt64.max)])
    #expect(try contents("|b1", [0, 1, 2], count: 3) == .init(shape: [3], type: "bool", values: [0, 1, 1]))
    let halves = [0x3C00, 0xC000, 0x7C00, 0x0001].flatMap { little($0, 2) }
    #expect(try contents("<f2", halves, count: 4)?.values == [1, -2, .infinity, 0x1p-24])
    let doubles = [0.1, -1e300].flatMap { little(Int(bitPattern: UInt($0.bitPattern)), 8) }
    #expect(try contents("<f8", doubles, count: 2)?.values == [0.1, -.infinity])
    let swapped = little(Int(bitPattern: UInt((0.1).bitPattern)), 8).reversed()
    #expect(try contents(">f8", Array(swapped), count: 1)?.values == [0.1])
  }

  @Test("hold complex numbers, whose parts are a last axis")
  func complex() throws {
    let data = NumPySeed.floats([1, 2, 3, 4, 5, 6])
    let file = try files.contents(NumPySeed.array("<c8", "(3,)", data))
    #expect(file[""] == .init(shape: [3, 2], type: "complex64", values: [1, 2, 3, 4, 5, 6]))
    let column = try files.contents(
      NumPySeed.array("<c8", "(1, 3)", data, isFortran: true, version: 3))
    #expect(column[""] == .init(shape: [1, 3, 2], type: "complex64", values: [1, 2, 3, 4, 5, 6]))
  }

  @Test("are of version 1, 2 or 3", arguments: [1, 2, 3, 4, 0] as [UInt8])
  func versions(version: UInt8) throws {
    let bytes = NumPySeed.array("<f4", "(2L,)", NumPySeed.floats([1, 2]), version: version)
    if (1...3).contains(version) {
      #expect(try files.contents(bytes)[""]?.values == [1, 2])
    } else {
      #expect(throws: ArrayFileError.self) { try files.open(bytes) }
    }
  }

  @Test(
    "of texts, dates, records, objects or long doubles are refused by the name of their type",
    arguments: ["<U5", "|S3", "|O", "<M8[ns]", "<f16", "|V8"])
  func otherTypes(type: String) throws {
    let bytes = NumPySeed.array(type, "(1,)", [UInt8](repeating: 0, count: 64))
    let error = #expect(throws: ArrayFileError.self) { try files.open(bytes) }
    #expect(error?.description.contains(type) == true)
    let archive = ZipSeed([
      .init("bad.npy", bytes), .init("good.npy", NumPySeed.array("<f4", "(1,)", NumPySeed.floats([7]))),
      .init("notes.txt", [1]),
    ])
    let file = try #require(try files.open(archive.bytes()))
    #expect(file.arrays.map(\.name) == ["good"])
    #expect(file.skipped.map(\.name) == ["bad", "notes.txt"])
    #expect(file.skipped[0].kind.contains(type))
  }

  @Test("of records name no single type")
  func records() throws {
    let text = "{'descr': [('x', '<f4', (2,)), ('y', [('z', '<i2')])], 'fortran_order': False, 'shape': (1,)}"
    let error = #expect(throws: ArrayFileError.self) {
      try files.open(NumPySeed.file(text, [UInt8](repeating: 0, count: 10)))
    }
    #expect(error?.description.contains("records") == true)
  }

  @Test(
    "whose header says what cannot be are refused",
    arguments: [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1152921504606846976,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1152921504606846976, 1152921504606846976)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4611686018427387904, 4611686018427387904)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': 2}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': ('2',)}",
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}", "{'descr': '<f4', 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)", "__import__('os').system('true')", "", "{",
      "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
      String(repeating: "[", count: 5000), "{'descr': '<f4\u{0}', 'fortran_order': False, 'shape': (2,)}",
    ])
  func wrongHeaders(text: String) throws {
    let error = #expect(throws: ArrayFileError.self) {
      try files.open(NumPySeed.file(text, NumPySeed.floats([1, 2])))
    }
    #expect((error?.description ?? "").utf8.count < 600)
    #expect(error?.fault == .data)
  }

  @Test(
    "in a zip are read stored, deflated, and with the sizes of large files", arguments: [false, true],
    [false, true])
  func archive(isDeflated: Bool, isLarge: Bool) throws {
    let values = (0..<50_000).map { Float($0 % 97) }
    let seed = ZipSeed([
      .init("u.npy", NumPySeed.array("<f4", "(50, 1000)", NumPySeed.floats(values)), isDeflated: isDeflated),
      .init("t.npy", NumPySeed.array("<f4", "(3,)", NumPySeed.floats([1, 2, 3])), isDeflated: isDeflated),
    ])
    let file = try #require(try files.open(seed.bytes(isLarge: isLarge)))
    #expect(file.arrays.map(\.name) == ["u", "t"])
    #expect(try file.values(of: file.arrays[1]) == [1, 2, 3])
    let slab = ArraySlab(start: [3, 1], count: [4, 200], stride: [2, 5])
    var expected: [Float] = []
    for row in [3, 5, 7, 9] { expected += stride(from: 1, to: 1000, by: 5).map { values[row * 1000 + $0] } }
    #expect(try file.part(file.arrays[0], slab) == expected)
    #expect(try file.values(of: file.arrays[0]) == values)
  }
}
