import ArrayFiles
import SystemFiles
import TestSupport
import Testing

@Suite("Pickles that say what cannot be are refused")
struct HostilePickleTests {
  private let files: WrittenFile
  private let row = TorchSeed.Storage("0", (0..<12).map { Float($0) })

  init() throws { files = try WrittenFile() }

  private func expectRefusal(
    _ value: PickleSeed, _ storages: [TorchSeed.Storage]? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for bytes in [TorchSeed.zip(value, storages ?? [row]), TorchSeed.legacy(value, storages ?? [row])] {
      let error = #expect(throws: ArrayFileError.self, sourceLocation: sourceLocation) {
        try files.contents(bytes)
      }
      #expect(error.map { $0.description.utf8.count < 1000 } == true, sourceLocation: sourceLocation)
    }
  }

  @Test("tensors beyond their storage")
  func beyond() throws {
    for (shape, strides, offset) in [
      ([13], [1], 0), ([12], [1], 1), ([2], [12], 0), ([3, 4], [5, 1], 0), ([-1], [1], 0), ([2], [-1], 5),
      ([2], [1], -1), ([1 << 60], [1], 0), ([1 << 60, 1 << 60], [0, 0], 0), ([2], [1 << 62], 0),
      ([1 << 40], [0], 0), ([1], [1], 1 << 62), ([1], [1], .max), ([2, 2], [1], 0), ([13], [0], 0),
    ] {
      try expectRefusal(row.tensor(shape, strides: strides, offset: offset))
    }
    // No numbers, but sizes that overflow before the zero is met.
    try expectRefusal(row.tensor([1 << 62, 0], strides: [1, 1]))
    try expectRefusal(row.tensor([1 << 31, 1 << 31, 0], strides: [1, 1, 1]))
    try expectRefusal(row.tensor([Int](repeating: 1, count: 100), strides: [Int](repeating: 1, count: 100)))
  }

  @Test("a multitude of tensors on one storage")
  func shared() throws {
    let tensors = (0..<40).map { (PickleSeed.integer($0), row.tensor([12], strides: [1])) }
    try expectRefusal(.dictionary(tensors))
  }

  @Test("storages that are missing, of another size, or of two sizes")
  func storages() throws {
    let tensor = row.tensor([1], strides: [1])
    try expectRefusal(tensor, [])
    try expectRefusal(tensor, [TorchSeed.Storage("0", [1, 2])])
    try expectRefusal(.list([tensor, TorchSeed.Storage("0", [1, 2]).tensor([1], strides: [1])]))
    try expectRefusal(
      .list([tensor, TorchSeed.Storage("0", "IntStorage", count: 12, []).tensor([1], strides: [1])]))
    for count in [-1, 1 << 60, .max] {
      let huge = TorchSeed.Storage("0", "FloatStorage", count: count, NumPySeed.floats([1]))
      try expectRefusal(huge.tensor([1], strides: [1]), [huge])
    }
    let escape = TorchSeed.Storage("../../etc/passwd", [1])
    try expectRefusal(escape.tensor([1], strides: [1]), [])
  }

  @Test("values that hold themselves, nest without end or multiply")
  func recursion() throws {
    let ascii: (Unicode.Scalar) -> UInt8 = { UInt8(ascii: $0) }
    // A list that holds itself, and a dictionary likewise.
    try expectRefusal(.code([ascii("]"), ascii("q"), 0, ascii("h"), 0, ascii("a")]))
    try expectRefusal(
      .code([ascii("}"), ascii("q"), 0] + PickleSeed.text("a").instructions + [ascii("h"), 0, ascii("s")]))
    // A tuple in a tuple in a tuple, 300,000 deep.
    try expectRefusal(.code([ascii("N")] + [UInt8](repeating: 0x85, count: 300_000)))
    // A pair of the same pair, 40 times: a million million of leaves.
    try expectRefusal(
      .code(row.tensor([1], strides: [1]).instructions + (0..<40).flatMap { _ in [ascii("2"), 0x86] }))
    try expectRefusal(.code([UInt8](repeating: ascii("N"), count: 3_000_000)))
  }

  @Test("instructions without what they need")
  func instructions() throws {
    for code in [
      "", "0", "1", "2", "t", "a", "e", "s", "u", "R", "b", "Q", "h\u{1}", "q", "\u{7F}", "(", "X\u{5}", "Nb",
      "NQ", ")Q",
      "NR", ")R", "N)R", "NNs", "NNa", "(Nd", "K", "cposix", "P1\n", "I1\n", "}N)s0(", "G",
    ] {
      try expectRefusal(.code(Array(code.utf8)))
    }
    // A protocol of the future, and sizes of 2⁶³.
    try expectRefusal(.code([0x80, 6]))
    for code in [0x8D, 0x8E, 0x96] as [UInt8] {
      try expectRefusal(.code([code] + [UInt8](repeating: 0xFF, count: 8)))
    }
    try expectRefusal(.code([0x8B, 0xFF, 0xFF, 0xFF, 0xFF]))
  }

  @Test("a zip that lists a storage twice")
  func twice() throws {
    var seed = TorchSeed.archive(row.tensor([1], strides: [1]), [row])
    seed.entries.append(seed.entries[2])
    #expect(throws: ArrayFileError.self) { try files.contents(seed.bytes()) }
  }
}
