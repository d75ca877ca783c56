import ArrayFiles
import TestSupport
import Testing

@Suite("Lists are read in double precision")
struct ListTests {
  private let files: WrittenFile
  /// Seconds since 1970, an hour apart: more than are read at once.
  private let times = (0..<200_000).map { 1.7e9 + 3600 * Double($0) }

  init() throws { files = try WrittenFile() }

  private func list(_ bytes: [UInt8]) throws -> [Double] {
    let file = try #require(try files.open(bytes))
    return try file.list(#require(file.arrays.first))
  }

  private func bytes(_ values: [Double]) -> [UInt8] {
    values.flatMap { NumPySeed.little(Int(bitPattern: UInt($0.bitPattern)), 8) }
  }

  @Test("from NumPy, in either order of bytes, as numbers of any type, alone in an array of several axes")
  func numPy() throws {
    #expect(try list(NumPySeed.array("<f8", "(200000,)", bytes(times))) == times)
    let turned = times.prefix(5).flatMap { bytes([$0]).reversed() }
    #expect(try list(NumPySeed.array(">f8", "(1, 5, 1)", turned)) == Array(times.prefix(5)))
    let largest = [0x1p53, 0x1p53 - 1, 0x1p53 - 2]
    let whole = largest.flatMap { NumPySeed.little(Int($0), 8) }
    #expect(try list(NumPySeed.array("<i8", "(3,)", whole)) == largest)
    #expect(try list(NumPySeed.array("<f4", "(2,)", NumPySeed.floats([0.5, 3]))) == [0.5, 3])
    #expect(try list(NumPySeed.array("<f8", "(0,)", [])) == [])
    #expect(try list(NumPySeed.array("<f8", "()", bytes([0.1]))) == [0.1])
  }

  @Test("from MATLAB, compressed or not", arguments: [false, true])
  func matlab(isCompressed: Bool) throws {
    let seed = MATLABSeed()
    let matrix = seed.doubles("t", shape: [1, 5], Array(times.prefix(5)))
    #expect(
      try list(seed.file([isCompressed ? seed.compressed(matrix) : matrix])) == Array(times.prefix(5)))
  }

  @Test("from PyTorch, also of a view with gaps")
  func torch() throws {
    let storage = TorchSeed.Storage("0", "DoubleStorage", count: 6, bytes(Array(times.prefix(6))))
    let view = storage.tensor([3], strides: [2], offset: 1)
    #expect(try list(TorchSeed.zip(view, [storage])) == [times[1], times[3], times[5]])
  }
}
