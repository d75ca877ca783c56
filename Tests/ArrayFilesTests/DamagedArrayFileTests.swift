import ArrayFiles
import Foundation
import TestSupport
import Testing

@Suite("Damaged files of arrays end in an error")
struct DamagedArrayFileTests {
  private let files: WrittenFile

  init() throws { files = try WrittenFile() }

  /// A small file in each format and form.
  static let seeds: [(name: String, bytes: [UInt8])] = {
    let array = NumPySeed.array("<f4", "(4, 5)", NumPySeed.floats((0..<20).map { Float($0) }))
    let storage = TorchSeed.Storage("0", (0..<20).map { Float($0) })
    func value(_ isLegacy: Bool) -> PickleSeed {
      .named(["epoch": .integer(3), "x": storage.tensor([4, 5], strides: [5, 1], isLegacy: isLegacy)])
    }
    let matlab = MATLABSeed()
    let matrix = matlab.doubles("u", shape: [4, 5], (0..<20).map(Double.init))
    return [
      ("npy", array), ("npz", ZipSeed([.init("u.npy", array)]).bytes()),
      ("npz deflated", ZipSeed([.init("u.npy", array, isDeflated: true)]).bytes()),
      ("npz large", ZipSeed([.init("u.npy", array)]).bytes(isLarge: true)), ("mat", matlab.file([matrix])),
      ("mat compressed", matlab.file([matlab.compressed(matrix)])),
      ("pt", TorchSeed.zip(value(false), [storage])),
      ("pt legacy", TorchSeed.legacy(value(true), [storage])),
    ]
  }()

  @Test("cut anywhere", arguments: seeds.map(\.name))
  func cut(name: String) throws {
    let bytes = try #require(Self.seeds.first { $0.name == name }).bytes
    #expect(try files.contents(bytes).count == 1)
    for length in Array(stride(from: 0, to: bytes.count, by: 7)) + (bytes.count - 30..<bytes.count) {
      // What is too short to be told is of no format; what can be told is refused.
      let isRefused = (try? files.contents(Array(bytes.prefix(length))))?.isEmpty ?? true
      #expect(isRefused, "cut to \(length) of \(bytes.count) bytes")
    }
  }

  @Test("changed anywhere, which must not crash", arguments: seeds.map(\.name))
  func changed(name: String) throws {
    let bytes = try #require(Self.seeds.first { $0.name == name }).bytes
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] = [0, 0xFF, bytes[place] ^ 0x40, bytes[place] &+ 1][place % 4]
      do {
        _ = try files.contents(damaged)
      } catch {
        #expect("\(error)".utf8.count < 1200)
      }
    }
  }

  @Test("no file, a folder, an empty file")
  func nothing() throws {
    #expect(throws: ArrayFileError.self) { try ArrayFileFormats.open("/nowhere/at/all") }
    #expect(throws: ArrayFileError.self) { try ArrayFileFormats.open("/tmp") }
    #expect(try files.open([]) == nil)
    #expect(try files.open(Array("no format at all".utf8)) == nil)
  }
}
