import Foundation
import HDF5
import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing

@Suite("A file in the making") struct ResumableFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let layout = PDEBenchLayout(
    variables: ["density", "pressure", "Vx"], coordinates: [(0..<8).map { (Double($0) + 0.5) / 8 }],
    times: [0, 0.5], attributes: ["eta": .number(0.01)])

  private func sample(_ index: Int) -> PDEBenchSample {
    var generator = CounterGenerator(seed: 1, purpose: .test, index: index)
    return PDEBenchSample(frames: Tensor((0..<48).map { _ in generator.uniform() }, shape: [2, 3, 8]))
  }

  private func make(_ name: String, count: Int) throws -> Data {
    let file = try ResumableFile(path: folder.file(name), layout: layout, count: count)
    for index in 0..<count { try file.append(sample(index)) }
    try file.finish()
    return try Data(contentsOf: URL(filePath: folder.file(name)))
  }

  @Test("holds, whenever its process dies, the samples that it says are finished")
  func death() throws {
    let whole = try make("whole.hdf5", count: 5)
    let file = try ResumableFile(path: folder.file("a.hdf5"), layout: layout, count: 5)
    for index in 0..<3 { try file.append(sample(index)) }
    let finished = file.markedSamples
    #expect(finished >= 1)

    // What the system has of the file now is what it would have if the process died now.
    try FileManager.default.copyItem(
      atPath: file.partialPath, toPath: ResumableFile.partialPath(of: folder.file("b.hdf5")))
    let path = folder.file("b.hdf5")
    let partial = ResumableFile.partialPath(of: path)
    do {
      let found = try PDEBenchFile(path: partial)
      #expect(found.samples == finished)
      #expect(found.notes.contains { $0.contains("\(finished) of 5 samples") })
      #expect(found.attributes == ["eta": .number(0.01)])
      let batch = try BatchLoader(found).batch(Array(0..<finished))
      #expect(batch.frames.elements == (0..<finished).flatMap { sample($0).frames.elements })
    }
    let resumed = try ResumableFile(path: path, layout: layout, count: 5, beginning: partial)
    #expect(resumed.samples == finished)
    for index in finished..<5 { try resumed.append(sample(index)) }
    try resumed.finish()
    #expect(try Data(contentsOf: URL(filePath: path)) == whole)
  }

  @Test("belongs to one process at a time")
  func oneProcess() throws {
    let path = folder.file("a.hdf5")
    let file = try ResumableFile(path: path, layout: layout, count: 2)
    let error = #expect(throws: DataFileError.self) {
      try ResumableFile(path: path, layout: layout, count: 2)
    }
    #expect(error == .beingMade(file: path) && error?.fault == .usage)
    try file.append(sample(0))
    try file.append(sample(1))
    try file.finish()
    #expect(try folder.content == ["a.hdf5"])
    let again = try ResumableFile(path: path, layout: layout, count: 2)
    again.discard()
    #expect(try folder.content == ["a.hdf5"])
  }

  @Test("becomes the same file by detours: finished early, with more room, compressed")
  func detours() throws {
    let whole = try make("whole.hdf5", count: 4)
    let path = folder.file("a.hdf5")
    let early = try ResumableFile(path: path, layout: layout, count: 3)
    try early.append(sample(0))
    try early.finish()
    #expect(try PDEBenchFile(path: path).samples == 1)
    #expect(try folder.content == ["a.hdf5", "whole.hdf5"])

    let more = try ResumableFile(path: path, layout: layout, count: 4, beginning: path)
    for index in 1..<4 { try more.append(sample(index)) }
    try more.finish()
    #expect(try Data(contentsOf: URL(filePath: path)) == whole)

    let less = try ResumableFile(path: path, layout: layout, count: 2, beginning: path)
    #expect(less.samples == 2)
    try less.finish(deflateLevel: 3)
    let file = try PDEBenchFile(path: path)
    #expect(file.samples == 2 && file.storage[0].filters == ["shuffle", "deflate 3"])
    #expect(try BatchLoader(file).batch([1]).frames.elements == sample(1).frames.elements)
  }

  @Test("is refused where the disk has no room for all of its samples")
  func noRoom() throws {
    let count = 1 << 50
    let error = try #require(throws: DataFileError.self) {
      try ResumableFile(path: folder.file("a.hdf5"), layout: layout, count: count)
    }
    guard case .noRoom(_, count, 192 * 0x1p50, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.fault == .run && error.description.contains("206158430208 MB"))
    #expect(try folder.content.isEmpty)
  }

  @Test("can be left while the places of very many samples are made")
  func stopped() throws {
    var asked = 0
    #expect(throws: DataFileError.stopped(file: folder.file("a.hdf5"))) {
      try ResumableFile(
        path: folder.file("a.hdf5"), layout: layout, count: 100_000,
        isStopped: {
          asked += 1
          return asked == 2
        })
    }
    #expect(asked == 2)
    #expect(try folder.content.isEmpty)
  }
}
