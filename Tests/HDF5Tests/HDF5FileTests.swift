import Foundation
import HDF5
import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing

@Suite("HDF5 files") struct HDF5FileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("an attribute of too many elements is left out, and the others are read")
  func largeAttribute() throws {
    let path = folder.file("attributes.hdf5")
    let writing = try HDF5File(creating: path)
    try writing.writeAttribute("picture", .numbers([Double](repeating: 1, count: 4000)))
    try writing.writeAttribute("eta", .number(0.01))
    try writing.close()
    let file = try HDF5File(reading: path)
    #expect(try file.attributes(most: 3999) == ["eta": .number(0.01)])
    #expect(try Set(file.attributes(most: 4000).keys) == ["eta", "picture"])
  }

  @Test("groups, names and numbers come back as they were written")
  func roundTrip() throws {
    let path = folder.file("groups.hdf5")
    let writing = try HDF5File(creating: path)
    try writing.createDataSet("b/inner/values", shape: [2, 3], type: .float64).write([1, 2, 3, 4, 5, 1.0 / 3])
    try writing.createDataSet("b/scalar", shape: [], type: .float64).write([0.1])
    try writing.createDataSet("a", shape: [0]).write([])
    try writing.close()

    let file = try HDF5File(reading: path)
    #expect(try file.names() == ["a", "b"])
    #expect(try file.names(in: "b") == ["inner", "scalar"])
    #expect(try file.doubles(at: "b/inner/values") == [1, 2, 3, 4, 5, 1.0 / 3])
    #expect(try file.floats(at: "/b/inner/values") == Tensor([1, 2, 3, 4, 5, 1.0 / 3], shape: [2, 3]))
    #expect(try file.doubles(at: "b/scalar") == [0.1])
    #expect(try file.floats(at: "b/scalar").shape == [])
    #expect(try file.floats(at: "a").shape == [0])
    #expect(try file.contains("b/inner/values"))
    #expect(try !file.contains("b/outer/values"))
  }

  @Test("attributes of every kind come back as they were written")
  func attributes() throws {
    let path = folder.file("attributes.hdf5")
    let written: [String: AttributeValue] = [
      "eta": .number(1e-8), "range": .numbers([1, 2.5]), "none": .numbers([]),
      "made by": .text("Ünïcode, 2 lines\nof it"),
      "empty": .text(""), "axes": .texts(["x", "longer", ""]),
    ]
    let writing = try HDF5File(creating: path)
    for (name, value) in written { try writing.writeAttribute(name, value) }
    try writing.close()
    #expect(try HDF5File(reading: path).attributes() == written)
  }

  @Test("a file or data set that cannot be opened leaves nothing open")
  func identifiers() throws {
    let path = folder.file("whole.hdf5")
    let writing = try HDF5File(creating: path)
    try writing.createDataSet("group/values", shape: [1000]).write((0..<1000).map(Double.init))
    try writing.close()
    let truncated = folder.file("truncated.hdf5")
    let bytes = try Data(contentsOf: URL(filePath: path))
    try bytes.prefix(bytes.count - 1000).write(to: URL(filePath: truncated))
    let file = try HDF5File(reading: path)
    // Other tests have objects open meanwhile, but not as many as would be left here.
    let (before, rounds) = (HDF5File.openObjects, 500)
    for _ in 0..<rounds {
      #expect(throws: HDF5Error.self) { try HDF5File(reading: truncated, ignoresLocks: true) }
      #expect(throws: HDF5Error.self) { try HDF5File(creating: path) }
      #expect(throws: HDF5Error.self) { try HDF5File(updating: truncated) }
      #expect(throws: HDF5Error.self) { try file.dataSet(at: "group") }
    }
    #expect(HDF5File.openObjects < before + rounds)
    #expect(before > 0, "the open file counts")
  }

  @Test("a hyperslab holds the elements at its start, stride and count")
  func hyperslab() throws {
    let path = folder.file("slab.hdf5")
    let writing = try HDF5File(creating: path)
    try writing.createDataSet("n", shape: [4, 5, 6]).write((0..<120).map(Double.init))
    try writing.close()
    let slab = try HDF5File(reading: path).dataSet(at: "n")
      .floats(Hyperslab(start: [1, 0, 1], stride: [2, 3, 2], count: [2, 2, 3]))
    #expect(slab == Tensor([31, 33, 35, 49, 51, 53, 91, 93, 95, 109, 111, 113], shape: [2, 2, 3]))
  }

  @Test("what is missing or of another type is named, with what there is instead")
  func missing() throws {
    let path = folder.file("some.hdf5")
    let writing = try HDF5File(creating: path)
    try writing.createDataSet("group/values", shape: [1]).write([1])
    try writing.close()
    let file = try HDF5File(reading: path)
    #expect(throws: HDF5Error.missingDataSet(name: "group/other", file: path, found: ["group"])) {
      try file.floats(at: "group/other")
    }
    #expect(
      throws: HDF5Error.wrongType(dataSet: "group", file: path, found: "a group", expected: "a data set")
    ) {
      try file.floats(at: "group")
    }
    #expect(
      throws: HDF5Error.wrongType(
        dataSet: "group/values", file: path, found: "no texts", expected: "texts")
    ) {
      try file.strings(at: "group/values")
    }
  }

  @Test("HDF5's own explanation becomes part of the error")
  func errorStack() throws {
    let path = folder.file("small.hdf5")
    let writing = try HDF5File(creating: path)
    try writing.createDataSet("n", shape: [3]).write([1, 2, 3])
    try writing.close()
    let dataSet = try HDF5File(reading: path).dataSet(at: "n")
    let error = #expect(throws: HDF5Error.self) {
      try dataSet.floats(Hyperslab(start: [2], count: [5]))
    }
    guard case .readFailed(_, path, "n", let stack) = error else {
      Issue.record("expected a failed read, got \(String(describing: error))")
      return
    }
    let message = error?.description ?? ""
    let outermost = try #require(stack.first)
    let cause = try #require(stack.last)
    #expect(message.contains(outermost))
    #expect(message.contains(cause))
    #expect(!message.contains("\n"))
  }

  @Test("a file is created only where there is none")
  func existing() throws {
    let path = folder.file("here.hdf5")
    try HDF5File(creating: path).close()
    let error = #expect(throws: HDF5Error.self) { try HDF5File(creating: path) }
    guard case .writeFailed = error else {
      Issue.record("expected a failed write, got \(String(describing: error))")
      return
    }
  }

  @Test("a file is not closed while one of its data sets is in use")
  func closedTooEarly() throws {
    let writing = try HDF5File(creating: folder.file("open.hdf5"))
    let dataSet = try writing.createDataSet("n", shape: [1])
    withExtendedLifetime(dataSet) {
      let error = #expect(throws: HDF5Error.self) { try writing.close() }
      guard case .writeFailed = error else {
        Issue.record("expected a failed write, got \(String(describing: error))")
        return
      }
    }
  }

  /// Does something while there is a process that has inherited every file open at its beginning.
  private func withHeir(_ body: () throws -> Void) throws {
    var child = pid_t()
    let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("30"), nil]
    defer { for argument in arguments { free(argument) } }
    try #require(posix_spawnp(&child, "sleep", nil, nil, arguments, environ) == 0)
    defer {
      kill(child, SIGKILL)
      waitpid(child, nil, 0)
    }
    try body()
  }

  @Test("a process started while a file is written does not lock others out of it")
  func writtenFileInherited() throws {
    let path = folder.file("inherited.hdf5")
    let writing = try HDF5File(creating: path)
    try writing.createDataSet("n", shape: [2]).write([1, 2])
    try withHeir {
      try writing.close()
      #expect(try HDF5File(reading: path).doubles(at: "n") == [1, 2])
    }
  }

  @Test("a file that is read is locked until then, whatever process was started meanwhile")
  func readFileInherited() throws {
    let path = folder.file("inherited.hdf5")
    let writing = try HDF5File(creating: path)
    try writing.createDataSet("n", shape: [2]).write([1, 2])
    try writing.close()
    var reading: HDF5File? = try HDF5File(reading: path)
    #expect(FileLock(path) == nil)
    try withHeir {
      _ = try HDF5File(reading: path)
      #expect(FileLock(path) == nil)
      #expect(try reading?.names().isEmpty == false)
      reading = nil
      #expect(FileLock(path) != nil)
    }
  }

  @Test("many threads may read one file")
  func threads() async throws {
    let path = folder.file("numbers.hdf5")
    let writing = try HDF5File(creating: path)
    try writing.createDataSet("n", shape: [40, 3, 5], type: .float64).write((0..<600).map(Double.init))
    try writing.close()
    let file = try HDF5File(reading: path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for sample in 0..<40 {
            let read = try file.dataSet(at: "n")
              .floats(Hyperslab(start: [sample, 2, 3], count: [1, 1, 1]))
            #expect(read.scalar == Float(sample * 15 + 13))
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("texts, groups and numbers of the reference models are read", arguments: Reference.sets)
  func reference(set: Reference) throws {
    let spectra = try HDF5File(reading: set.path("esd_fno2d.hdf5"))
    #expect(try spectra.strings(at: "xmin_mid/layer") == ["fc0", "w0", "w1", "w2", "w3", "fc1", "fc2"])
    let model = try HDF5File(reading: set.path("fno1d.hdf5"))
    let attributes = try model.attributes()
    let (width, modes) = (attributes["width"]?.number, attributes["modes"]?.number)
    #expect(try model.floats(at: "grad/conv0.weights1").shape.map(Double.init) == [width, width, modes, 2])
    #expect(attributes["loss"]?.number ?? 0 > 0)
  }

  @Test("messages are one line and name the file")
  func messages() throws {
    let errors: [HDF5Error] = [
      .missingFile(file: "F"), .unreadable(file: "F", reason: "r"), .locked(file: "F"), .notHDF5(file: "F"),
      .truncated(file: "F", found: 1, expected: 2), .truncated(file: "F", found: 1, expected: nil),
      .missingDataSet(name: "n", file: "F", found: []),
      .wrongType(dataSet: "d", file: "F", found: "text", expected: "numbers"),
      .readFailed(action: "read", file: "F", dataSet: "d", stack: ["a", "b"]),
      .writeFailed(action: "write", file: "F", dataSet: nil, stack: []),
    ]
    for error in errors {
      #expect(error.description.hasPrefix("F"))
      #expect(error.description.hasSuffix("."))
      #expect(!error.description.contains("\n"))
    }
  }
}
