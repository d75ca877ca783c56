import Foundation
import HDF5
import PDEData
import TestSupport
import Testing

/// Coordinates and times whose steps a 32-bit float would change.
@Suite("Coordinates in double precision") struct DoubleCoordinateTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func bytes(_ values: [Double]) -> [UInt8] {
    values.flatMap { NumPySeed.little(Int(bitPattern: UInt($0.bitPattern)), 8) }
  }

  /// An archive of NumPy's with a field of 2 samples, 5 frames and 4 points.
  private func archive(times: [Double]) throws -> any FieldDataSet {
    let path = folder.file("u.npz")
    let field = NumPySeed.floats((0..<40).map { Float($0) })
    let seed = ZipSeed([
      .init("u.npy", NumPySeed.array("<f4", "(2, 5, 4)", field)),
      .init("t.npy", NumPySeed.array("<f8", "(5,)", bytes(times))),
      .init("x.npy", NumPySeed.array("<f8", "(4,)", bytes([0, 0.1, 0.2, 0.3]))),
    ])
    try Data(seed.bytes()).write(to: URL(filePath: path))
    return try DataFile.open(path)
  }

  /// Times since 1970, of which a 32-bit float holds multiples of 128.
  private func times(step: Double) -> [Double] { (0..<5).map { 1.7e9 + step * Double($0) } }

  @Test("are read, and are written again, where their steps would change", arguments: [60, 3600] as [Double])
  func kept(step: Double) throws {
    let data = try archive(times: times(step: step))
    #expect(data.times == times(step: step))
    #expect(data.notes.isEmpty, "\(data.notes)")
    let path = folder.file("copy.hdf5")
    _ = try DataSetCopy(data, to: path).write()
    let copy = try DataFile.open(path)
    #expect(copy.times == data.times && copy.axes == data.axes)
    let file = try HDF5File(reading: path)
    #expect(try file.dataSet(at: "t-coordinate").storage.type == "float64")
    #expect(try file.dataSet(at: "x-coordinate").storage.type == "float32")
    #expect(try DataFingerprint(of: copy).hash == DataFingerprint(of: data).hash)
  }

  @Test("are 32-bit floats as in PDEBench's files where their steps stay what they are")
  func single() throws {
    let times = (0..<5).map { Double($0) / 10 }
    let data = try archive(times: times)
    #expect(data.times == times.map { Double(Float($0)) })
    let path = folder.file("copy.hdf5")
    _ = try DataSetCopy(data, to: path).write()
    #expect(try HDF5File(reading: path).dataSet(at: "t-coordinate").storage.type == "float32")
    #expect(try DataFile.open(path).times == data.times)
  }

  @Test("are written in The Well's layout and in groups of samples, too")
  func otherLayouts() throws {
    let data = try archive(times: times(step: 60))
    let split = SampleSplit(test: [], training: [0, 1])
    let written = try WellCopy(data, split: split, name: "w").write(to: folder.path)
    #expect(try DataFile.open(written[0]).times == data.times)
  }
}
