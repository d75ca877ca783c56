import ArrayFiles
import SystemFiles
import TestSupport
import Testing

@Suite("Zip files that lie are refused")
struct HostileZipTests {
  private let files: WrittenFile
  private let array = NumPySeed.array("<f4", "(3000,)", NumPySeed.floats([Float](repeating: 1, count: 3000)))

  init() throws { files = try WrittenFile() }

  private func expectRefusal(
    _ seed: ZipSeed, naming word: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let error = #expect(throws: ArrayFileError.self, sourceLocation: sourceLocation) {
      _ = try files.contents(seed.bytes())
    }
    #expect(
      error?.description.contains(word) == true, "\(String(describing: error))",
      sourceLocation: sourceLocation)
  }

  @Test("entries over each other")
  func overlap() throws {
    var seed = ZipSeed([.init("a.npy", array), .init("b.npy", array)])
    seed.entries[1].place = 0
    try expectRefusal(seed, naming: "lies over")
  }

  @Test("entries beyond the file, over the directory, or of more bytes than there are")
  func outside() throws {
    for place in [7, 20_000, 0xFFFF_FFFE, 0xFFFF_FFFF] {
      var seed = ZipSeed([.init("a.npy", array)])
      seed.entries[0].place = place
      try expectRefusal(seed, naming: "a.npy")
    }
    for count in [0, 1 << 31, 100_000] {
      var seed = ZipSeed([.init("a.npy", array)])
      (seed.entries[0].storedCount, seed.entries[0].count) = (count, count)
      try expectRefusal(seed, naming: "a.npy")
    }
  }

  @Test("more bytes than deflate can fold into so few, before anything is unfolded")
  func bomb() throws {
    var seed = ZipSeed([.init("a.npy", array, isDeflated: true)])
    seed.entries[0].count = 1 << 31
    try expectRefusal(seed, naming: "no more than fit")
  }

  @Test("more or fewer bytes than are said, another checksum, and data that are not deflated")
  func content() throws {
    for difference in [-1, 1, -4000] {
      var seed = ZipSeed([.init("a.npy", array, isDeflated: true)])
      seed.entries[0].count += difference
      try expectRefusal(seed, naming: "a.npy")
    }
    var seed = ZipSeed([.init("a.npy", array, isDeflated: true)])
    seed.entries[0].checksum ^= 1
    try expectRefusal(seed, naming: "checksum")
    seed = ZipSeed([.init("a.npy", array, isDeflated: true)])
    seed.entries[0].stored[seed.entries[0].stored.count / 2] ^= 0x55
    try expectRefusal(seed, naming: "a.npy")
    seed = ZipSeed([.init("a.npy", array)])
    seed.entries[0].method = 9
    try expectRefusal(seed, naming: "method 9")
  }

  @Test("a changed bit of what is stored, when it is read, unless no checksum was computed")
  func storedContent() throws {
    var seed = ZipSeed([.init("a.npy", array)])
    seed.entries[0].stored[seed.entries[0].stored.count - 3] ^= 1
    // What it holds is listed all the same.
    #expect(try files.open(seed.bytes())?.arrays.map(\.shape) == [[3000]])
    try expectRefusal(seed, naming: "checksum")
    seed.entries[0].checksum = 0
    #expect(try files.contents(seed.bytes())["a"]?.shape == [3000])

    let storage = TorchSeed.Storage("0", (0..<12).map { Float($0) })
    let tensor = storage.tensor([12], strides: [1])
    for place in [0, 2] {
      // The pickle, and the numbers.
      var torch = TorchSeed.archive(tensor, [storage])
      torch.entries[place].stored[torch.entries[place].stored.count - 2] ^= 1
      try expectRefusal(torch, naming: "checksum")
    }
  }

  @Test("two arrays of one name, and zips of other things")
  func names() throws {
    try expectRefusal(ZipSeed([.init("a.npy", array), .init("a.npy", array)]), naming: "two arrays")
    try expectRefusal(ZipSeed([.init("readme.txt", [1, 2])]), naming: "zip of other files")
    try expectRefusal(ZipSeed([]), naming: "zip of other files")
  }
}
