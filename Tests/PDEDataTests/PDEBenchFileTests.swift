import Foundation
import HDF5
import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing

@Suite("PDEBench files") struct PDEBenchFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("variables are found by name in PDEBench's order", arguments: [[8], [4, 6], [2, 3, 4]])
  func layout(spatialShape: [Int]) throws {
    let flow = NumberedFlow(samples: 3, frames: 4, spatialShape: spatialShape)
    let path = try flow.write(to: folder.file("flow.hdf5"))
    let file = try PDEBenchFile(path: path)
    #expect(file.kind == .compressibleFlow)
    #expect(file.variableNames == ["density", "pressure"] + ["Vx", "Vy", "Vz"].prefix(spatialShape.count))
    #expect(file.samples == 3)
    #expect(file.frames == 4)
    #expect(file.spatialShape == spatialShape)
    #expect(file.coordinates.map(\.count) == spatialShape)
    #expect(file.times == [0, 0.25, 0.5, 0.75])
    #expect(file.parameters == ["eta": 0.01, "zeta": 0.02])
    #expect(file.notes.isEmpty)
  }

  @Test("a single field is read under the name tensor")
  func singleField() throws {
    let path = folder.file("advection.hdf5")
    let writing = try HDF5File(creating: path)
    try writing.createDataSet("tensor", shape: [2, 3, 4]).write((0..<24).map(Double.init))
    try writing.createDataSet("x-coordinate", shape: [4]).write([0, 1, 2, 3])
    try writing.createDataSet("t-coordinate", shape: [3]).write([0, 1, 2])
    try writing.close()
    let file = try PDEBenchFile(path: path)
    #expect(file.kind == .singleField)
    #expect(file.variables == ["tensor"])
    let batch = try BatchLoader(file).batch([1])
    #expect(batch.frames.shape == [1, 3, 1, 4])
    #expect(batch.frames.elements == (12..<24).map(Float.init))
  }

  @Test("how the fields are stored is told")
  func storage() throws {
    let plain = try PDEBenchFile(path: NumberedFlow(type: .float64).write(to: folder.file("plain.hdf5")))
    #expect(plain.storage.map(\.type) == ["float64", "float64", "float64"])
    #expect(plain.storage[0].layout == "contiguous")
    #expect(plain.storage[0].bytes == 6 * 5 * 8 * 8)
    let chunked = NumberedFlow(chunk: [1, 5, 8], deflate: 4)
    let packed = try PDEBenchFile(path: chunked.write(to: folder.file("packed.hdf5"))).storage[1]
    #expect(packed.type == "float32")
    #expect(packed.layout == "chunked")
    #expect(packed.chunk == [1, 5, 8])
    #expect(packed.filters == ["shuffle", "deflate 4"])
    #expect(packed.bytes < 6 * 5 * 8 * 4)
  }

  @Test("the time coordinate may have one entry per frame or one more")
  func times() throws {
    let path = try NumberedFlow().write(to: folder.file("flow.hdf5"), extraTime: false)
    #expect(try PDEBenchFile(path: path).times == [0, 0.25, 0.5, 0.75, 1])
  }

  @Test("missing coordinates are replaced, and a note says so")
  func missingCoordinates() throws {
    let flow = NumberedFlow(spatialShape: [2, 4])
    let file = try PDEBenchFile(path: flow.write(to: folder.file("flow.hdf5"), coordinates: false))
    #expect(file.coordinates == [[0.25, 0.75], [0.125, 0.375, 0.625, 0.875]])
    #expect(file.times == [0, 1, 2, 3, 4])
    #expect(file.notes.count == 3)
    for (note, name) in zip(file.notes, ["x-coordinate", "y-coordinate", "t-coordinate"]) {
      #expect(note.contains("'\(name)'"))
    }
  }

  @Test("a file that is missing, a folder or no HDF5 is refused")
  func notAFile() throws {
    let absent = folder.file("absent.hdf5")
    #expect(throws: DataFileError.hdf5(.missingFile(file: absent))) { try PDEBenchFile(path: absent) }
    #expect(throws: DataFileError.hdf5(.unreadable(file: folder.file(""), reason: "it is a folder"))) {
      try PDEBenchFile(path: folder.file(""))
    }
    for (name, content) in [("text.hdf5", "density,pressure\n1,2\n"), ("empty.hdf5", "")] {
      let path = folder.file(name)
      try Data(content.utf8).write(to: URL(filePath: path))
      #expect(throws: DataFileError.hdf5(.notHDF5(file: path))) { try PDEBenchFile(path: path) }
    }
  }

  @Test("a file that another program writes to is refused")
  func locked() throws {
    let path = try NumberedFlow().write(to: folder.file("flow.hdf5"))
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    defer { close(descriptor) }
    try #require(flock(descriptor, LOCK_EX) == 0)
    #expect(throws: DataFileError.hdf5(.locked(file: path))) { try PDEBenchFile(path: path) }
  }

  @Test("a truncated file is refused with both sizes", arguments: [0.999, 0.5, 0.1])
  func truncated(part: Double) throws {
    let path = try NumberedFlow(samples: 50).write(to: folder.file("flow.hdf5"))
    let whole = try Data(contentsOf: URL(filePath: path))
    let kept = Int(Double(whole.count) * part)
    try whole.prefix(kept).write(to: URL(filePath: path))
    #expect(throws: DataFileError.hdf5(.truncated(file: path, found: kept, expected: whole.count))) {
      try PDEBenchFile(path: path)
    }
  }

  @Test("a file cut off at any length is refused, not misread")
  func cutAnywhere() throws {
    let path = try NumberedFlow(samples: 1, frames: 2).write(to: folder.file("flow.hdf5"))
    let whole = try Data(contentsOf: URL(filePath: path))
    for kept in stride(from: 0, to: whole.count, by: 97) {
      try whole.prefix(kept).write(to: URL(filePath: path))
      #expect(throws: DataFileError.self) { try PDEBenchFile(path: path) }
    }
  }

  @Test("a variable that the dimension calls for must be there")
  func missingVariable() throws {
    let path = folder.file("flow.hdf5")
    let writing = try HDF5File(creating: path)
    for name in ["density", "pressure", "Vx"] {
      try writing.createDataSet(name, shape: [1, 2, 2, 2]).write(Array(repeating: 1, count: 8))
    }
    try writing.close()
    #expect(
      throws: DataFileError.missingVariable(
        name: "Vy", dimensions: 2, file: path, found: ["Vx", "density", "pressure"])
    ) { try PDEBenchFile(path: path) }
  }

  @Test("a velocity beyond the dimension is left out, and a note says so")
  func unusedVariable() throws {
    let path = folder.file("flow.hdf5")
    let writing = try HDF5File(creating: path)
    for name in ["density", "pressure", "Vx", "Vy"] {
      try writing.createDataSet(name, shape: [1, 1, 2]).write([1, 1])
    }
    try writing.createDataSet("x-coordinate", shape: [2]).write([0, 1])
    try writing.createDataSet("t-coordinate", shape: [1]).write([0])
    try writing.close()
    let file = try PDEBenchFile(path: path)
    #expect(file.variables == ["density", "pressure", "Vx"])
    #expect(file.notes.count == 1)
    #expect(file.notes.first?.hasPrefix("'Vy'") == true)
  }

  @Test("another layout is refused with the names that it holds")
  func unknownLayout() throws {
    let path = folder.file("other.hdf5")
    let writing = try HDF5File(creating: path)
    try writing.createDataSet("velocity", shape: [1]).write([1])
    try writing.close()
    let error = #expect(throws: DataFileError.self) { try PDEBenchFile(path: path) }
    guard case .unknownLayout(path, ["velocity"], let expected) = error else {
      Issue.record("expected an unknown layout, got \(String(describing: error))")
      return
    }
    #expect(expected.count == 4)
    // A list alone is no field in any layout.
    let unclear = #expect(throws: DataFileError.self) { try DataFile.open(path) }
    #expect(unclear?.description.contains("'velocity' [1], expected fields") == true)
  }

  @Test("variables must agree in shape, have samples, and three to five axes")
  func shapes() throws {
    func open(_ shapes: [[Int]]) throws -> String {
      let path = folder.file("\(shapes).hdf5")
      let writing = try HDF5File(creating: path)
      for (name, shape) in zip(["density", "pressure", "Vx"], shapes) {
        let dataSet = try writing.createDataSet(name, shape: shape)
        try dataSet.write(Array(repeating: 1, count: shape.reduce(1, *)))
      }
      try writing.close()
      return path
    }
    let disagreeing = try open([[2, 3, 4], [2, 3, 5], [2, 3, 4]])
    #expect(
      throws: DataFileError.shapesDisagree(
        dataSet: "pressure", shape: [2, 3, 5], other: "density", otherShape: [2, 3, 4], file: disagreeing)
    ) { try PDEBenchFile(path: disagreeing) }
    let empty = try open([[0, 3, 4], [0, 3, 4], [0, 3, 4]])
    #expect(throws: DataFileError.empty(dataSet: "density", file: empty, shape: [0, 3, 4])) {
      try PDEBenchFile(path: empty)
    }
    let flat = try open([[3, 4], [3, 4], [3, 4]])
    let error = #expect(throws: DataFileError.self) { try PDEBenchFile(path: flat) }
    guard case .wrongRank("density", flat, [3, 4], _) = error else {
      Issue.record("expected a wrong rank, got \(String(describing: error))")
      return
    }
  }

  @Test("coordinates must have one finite entry per point")
  func coordinates() throws {
    func write(_ name: String, x: [Double], t: [Double]) throws -> String {
      let path = folder.file(name)
      let writing = try HDF5File(creating: path)
      for name in ["density", "pressure", "Vx"] {
        try writing.createDataSet(name, shape: [1, 2, 3]).write(Array(repeating: 1, count: 6))
      }
      try writing.createDataSet("x-coordinate", shape: [x.count]).write(x)
      try writing.createDataSet("t-coordinate", shape: [t.count]).write(t)
      try writing.close()
      return path
    }
    let edges = try write("edges.hdf5", x: [0, 1, 2, 3], t: [0, 1])
    #expect(
      throws: DataFileError.wrongCoordinateCount(
        dataSet: "x-coordinate", file: edges, found: 4, expected: "3, one per point")
    ) { try PDEBenchFile(path: edges) }
    let times = try write("times.hdf5", x: [0, 1, 2], t: [0])
    #expect(
      throws: DataFileError.wrongCoordinateCount(
        dataSet: "t-coordinate", file: times, found: 1, expected: "2, one per frame, or 3")
    ) { try PDEBenchFile(path: times) }
    let infinite = try write("infinite.hdf5", x: [0, .infinity, 2], t: [0, 1])
    #expect(
      throws: DataFileError.notFinite(
        value: .infinity, dataSet: "x-coordinate", file: infinite, position: [1])
    ) { try PDEBenchFile(path: infinite) }
  }

  @Test(
    "coordinates must rise or fall, and times must rise",
    arguments: [
      ([0, 0, 0], [0, 1], "'x-coordinate' is 0.0 at entry 1"),
      ([0, 2, 1], [0, 1], "'x-coordinate' is 1.0 at entry 2"),
      ([0, 1, 2], [0, 0, 0], "'t-coordinate' is 0.0 at entry 1"),
      ([0, 1, 2], [1, 0], "'t-coordinate' is 0.0 at entry 1"),
      ([2, 1, 0], [0, 1, 1], nil),
    ] as [([Double], [Double], String?)])
  func order(x: [Double], t: [Double], words: String?) throws {
    let path = folder.file("order.hdf5")
    let writing = try HDF5File(creating: path)
    try writing.createDataSet("tensor", shape: [1, 2, 3]).write(Array(repeating: 1, count: 6))
    try writing.createDataSet("x-coordinate", shape: [3]).write(x)
    try writing.createDataSet("t-coordinate", shape: [t.count]).write(t)
    try writing.close()
    guard let words else {
      #expect(try PDEBenchFile(path: path).coordinates == [x])
      return
    }
    let error = #expect(throws: DataFileError.self) { try PDEBenchFile(path: path) }
    let text = error?.description ?? ""
    #expect(text.contains(words) && text.contains(path) && text.contains("expected"), "\(text)")
  }

  @Test("messages are one line and name the file")
  func messages() throws {
    let errors: [DataFileError] = [
      .hdf5(.missingFile(file: "F")), .unknownLayout(file: "F", found: ["a", "b"], expected: ["c"]),
      .missingVariable(name: "Vy", dimensions: 2, file: "F", found: ["a"]),
      .wrongRank(dataSet: "d", file: "F", shape: [1], expected: "e"),
      .shapesDisagree(dataSet: "d", shape: [1], other: "o", otherShape: [2], file: "F"),
      .empty(dataSet: "d", file: "F", shape: [0]),
      .wrongCoordinateCount(dataSet: "d", file: "F", found: 1, expected: "2"),
      .notFinite(value: .nan, dataSet: "d", file: "F", position: [3, 2, 1]), .fileExists(file: "F"),
      .nothingWritten(file: "F"),
    ]
    for error in errors {
      #expect(error.description.hasPrefix("F"))
      #expect(error.description.hasSuffix("."))
      #expect(!error.description.contains("\n"))
    }
    #expect(errors[7].description.contains("sample 3, frame 2, cell 1"))
  }
}
