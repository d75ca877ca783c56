import Foundation
import HDF5
import PDEData
import TensorCore
import TestSupport
import Testing

@Suite("A data set that changes while it is read") struct ChangedFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func loader(_ name: String, _ flow: NumberedFlow = NumberedFlow()) throws -> BatchLoader {
    try BatchLoader(PDEBenchFile(path: flow.write(to: folder.file(name))), cacheMemory: 0)
  }

  private func expectChange(_ loader: BatchLoader, _ words: String) {
    #expect {
      _ = try loader.batch([5])
    } throws: { error in
      guard case DataFileError.hdf5(.changed(_, let reason))? = error as? DataFileError else { return false }
      return reason.contains(words)
    }
  }

  @Test("is not read as zeros where it was cut short", arguments: [nil, [2, 2, 8]])
  func truncated(chunk: [Int]?) throws {
    let loader = try loader("flow.hdf5", NumberedFlow(chunk: chunk))
    _ = try loader.batch([0])
    #expect(truncate(loader.dataSet.path, 3000) == 0)
    expectChange(loader, "it now has 3000 bytes instead of")
  }

  @Test("is noticed where another takes its place, it is written to, or it is removed")
  func replaced() throws {
    let first = try loader("a.hdf5")
    try NumberedFlow().write(to: folder.file("b.hdf5"))
    #expect(rename(folder.file("b.hdf5"), folder.file("a.hdf5")) == 0)
    expectChange(first, "it was replaced by another file")

    let second = try loader("c.hdf5")
    try fillBytes(of: second.dataSet.path, from: 0.5, to: 0.6)
    expectChange(second, "it was written to")

    let third = try loader("d.hdf5")
    #expect(unlink(third.dataSet.path) == 0)
    expectChange(third, "it is gone")
  }

  @Test("what is in memory already is not read again")
  func cached() throws {
    let file = try PDEBenchFile(path: NumberedFlow().write(to: folder.file("flow.hdf5")))
    let loader = try BatchLoader(file)
    let before = try loader.batch([5])
    #expect(truncate(file.path, 3000) == 0)
    #expect(try loader.batch([5]).frames.elements == before.frames.elements)
  }
}

@Suite("Data fingerprint") struct DataFingerprintTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func fingerprint(_ flow: NumberedFlow) throws -> DataFingerprint {
    try DataFingerprint(of: PDEBenchFile(path: flow.write(to: folder.file(UUID().uuidString))))
  }

  @Test("is of what a file holds, not of how it is stored")
  func storage() throws {
    let first = try fingerprint(NumberedFlow())
    #expect(try fingerprint(NumberedFlow()) == first)
    #expect(try fingerprint(NumberedFlow(chunk: [2, 3, 4], deflate: 4)) == first)
    #expect(first.difference(of: first) == nil)
  }

  @Test("tells data apart by numbers of samples, frames and points, and by values")
  func others() throws {
    let first = try fingerprint(NumberedFlow())
    #expect(try first.difference(of: fingerprint(NumberedFlow(samples: 7))) == "7 samples instead of 6")
    #expect(try first.difference(of: fingerprint(NumberedFlow(frames: 6))) == "6 frames instead of 5")
    #expect(
      try first.difference(of: fingerprint(NumberedFlow(spatialShape: [9]))) == "[9] points instead of [8]")
    let changed = NumberedFlow(exceptions: ["Vx": [6 * 5 * 8 - 1: 0.5]])
    #expect(try first.difference(of: fingerprint(changed)) == "other values in the same shape")
  }
}
