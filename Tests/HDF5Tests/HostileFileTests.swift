import Foundation
import HDF5
import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing

@Suite("Hostile HDF5 files") struct HostileFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file of another owner, whose values must not be had.
  private func secret() throws -> String {
    let path = folder.file("secret.hdf5")
    let file = try HDF5File(creating: path)
    try file.createDataSet("density", shape: [3, 4, 8]).write([Double](repeating: 42, count: 96))
    try file.close()
    return path
  }

  private func open(_ data: HostileData, allowing isAllowed: Bool = false) throws -> HDF5File {
    let path = folder.file("hostile.hdf5")
    try data.write(to: path, secret: secret())
    return try HDF5File(reading: path, access: HDF5Access(allowsExternal: isAllowed))
  }

  @Test(
    "what is not in the file is named and refused",
    arguments: [
      (HostileData.externalLink, "an external link"), (.externalStorage, "in other files"),
      (.virtual, "a virtual data set"), (.filter, "32001"),
    ])
  func refused(_ data: HostileData, _ words: String) throws {
    let file = try open(data)
    let error = #expect(throws: HDF5Error.self) { try file.doubles(at: "density") }
    guard case .external(let name, let what, _)? = error else {
      Issue.record("refused for another reason: \(error?.description ?? "none")")
      return
    }
    #expect(name.hasSuffix("density"))
    #expect(what.contains(words))
    // The rest of the file is as good as any.
    #expect(try file.doubles(at: "Vx").count == 96)
  }

  @Test(
    "the way out is one that brings the content into the file",
    arguments: [
      (HostileData.externalLink, "have h5repack merge everything into one file"),
      (.filter, "h5py does with compression=\"gzip\""),
      (.virtual, "write its values into one file"),
    ])
  func wayOut(_ data: HostileData, _ words: String) throws {
    let file = try open(data)
    let error = #expect(throws: HDF5Error.self) { try file.doubles(at: "density") }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "none")")
  }

  @Test("a link to an external link is not followed either")
  func indirect() throws {
    let file = try open(.softLink)
    #expect(throws: HDF5Error.self) { try file.doubles(at: "density") }
    #expect(throws: HDF5Error.self) { try file.attributes(of: "density") }
  }

  @Test(
    "what is not in the file is read where that is allowed", arguments: [HostileData.externalLink, .virtual])
  func allowed(_ data: HostileData) throws {
    #expect(try open(data, allowing: true).doubles(at: "density") == [Double](repeating: 42, count: 96))
  }

  @Test("a filter that is not installed is named where reading is allowed and fails, with the way out")
  func missingFilter() throws {
    let file = try open(.filter, allowing: true)
    let error = #expect(throws: HDF5Error.self) { try file.doubles(at: "density") }
    guard case .missingFilter("density", _, "Blosc, 32001")? = error else {
      Issue.record("refused for another reason: \(error?.description ?? "none")")
      return
    }
    for words in ["Blosc", "compression=\"gzip\"", "where it was made"] {
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "none")")
    }
    // The rest of the file is as good as any.
    #expect(try file.doubles(at: "Vx").count == 96)
  }

  @Test("shapes that the file cannot hold are refused", arguments: [HostileData.manyPoints, .manySamples])
  func promises(_ data: HostileData) throws {
    let file = try open(data)
    let error = #expect(throws: HDF5Error.self) { try file.dataSet(at: "density") }
    guard case .promisesTooMuch("density", _, let shape, _)? = error else {
      Issue.record("refused for another reason: \(error?.description ?? "none")")
      return
    }
    #expect(shape.contains(1 << 40))
  }

  @Test(
    "extents whose product a zero hides are refused",
    arguments: [[0, 1 << 40, 1 << 40], [1 << 40, 1 << 40, 0]])
  func hiddenExtents(shape: [Int]) throws {
    let path = folder.file("hidden.hdf5")
    let writing = try HDF5File(creating: path)
    _ = try writing.createDataSet("density", shape: shape)
    _ = try writing.createDataSet("pressure", shape: [0, 4, 8])
    try writing.close()
    let file = try HDF5File(reading: path)
    let error = #expect(throws: HDF5Error.self) { try file.dataSet(at: "density") }
    #expect(error?.description.contains("more elements than memory can address") == true)
    #expect(try file.dataSet(at: "pressure").shape == [0, 4, 8])
  }

  @Test("a file of 20,000 objects gives their names, and an error about it is short")
  func manyObjects() throws {
    let file = try open(.manyObjects)
    #expect(try file.names().count == 20_003)
    let error = #expect(throws: HDF5Error.self) { try file.doubles(at: "nothing") }
    #expect((error?.description.count ?? 1000) < 1000)
  }

  @Test("a named pipe is refused at once")
  func pipe() throws {
    let path = folder.file("pipe")
    try #require(mkfifo(path, 0o600) == 0)
    #expect(throws: HDF5Error.unreadable(file: path, reason: "it is a pipe, a socket or a device")) {
      try HDF5File(reading: path)
    }
    #expect(throws: FileError.self) { try InputFile(path) }
  }

  @Test("a probe is asked before HDF5 opens a file, and its error is the reader's")
  func probe() throws {
    let path = try secret()
    let access = HDF5Access { (path) throws(HDF5Error) in throw .deadly(file: path, what: "crashed") }
    #expect(throws: HDF5Error.deadly(file: path, what: "crashed")) {
      try HDF5File(reading: path, access: access)
    }
    var signs = 0
    try HDF5Probe.walk(path, allowsExternal: false) { signs += 1 }
    #expect(signs > 0)
  }

  @Test("millions of chunks that were never written are not looked up")
  func unwrittenChunks() throws {
    let path = folder.file("sparse.hdf5")
    let writing = try HDF5File(creating: path)
    // What makes the file large enough for them, would they be written.
    try writing.createDataSet("filling", shape: [1 << 16]).write([Double](repeating: 1, count: 1 << 16))
    _ = try writing.createDataSet("density", shape: [1 << 22], layout: .chunked([1], deflate: 1))
    try writing.close()
    var signs = 0
    try HDF5Probe.walk(path, allowsExternal: false) { signs += 1 }
    #expect((1..<100).contains(signs), "\(signs)")
  }

  @Test("a group that holds itself is walked through once", .timeLimit(.minutes(1)))
  func cycle() throws {
    let path = try secret()
    try HardLink.add("self", to: "/", of: path)
    let file = try HDF5File(reading: path)
    #expect(try file.objectNumber("/") == file.objectNumber("self/self"))
    #expect(try file.objectNumber("/") != file.objectNumber("density"))
    try HDF5Probe.walk(path, allowsExternal: false) {}
  }
}
