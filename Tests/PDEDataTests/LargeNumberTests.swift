import Foundation
import HDF5
import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing

/// Finite numbers of files in double precision that a 32-bit float cannot hold.
@Suite("Numbers beyond single precision") struct LargeNumberTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Sample 1, frame 2, cell 3 of `[2, 3, 4]`.
  private static let place = (1 * 3 + 2) * 4 + 3

  /// A file of arrays `[2, 3, 4]` in double precision; one number of the last is given.
  private func write(_ name: String, _ arrays: [String], _ number: Double) throws -> String {
    let file = try HDF5File(creating: folder.file(name))
    for array in arrays {
      var values = (0..<24).map { 1 + Double($0) }
      if array == arrays.last { values[Self.place] = number }
      try file.createDataSet(array, shape: [2, 3, 4], type: .float64).write(values)
    }
    try file.close()
    return folder.file(name)
  }

  private func batches(_ data: any FieldDataSet) throws {
    let loader = try BatchLoader(data)
    for sample in 0..<data.samples { _ = try loader.batch([sample]) }
  }

  @Test("are told from infinities, with the number, its place and the way out", arguments: [1e200, -4e38])
  func told(number: Double) throws {
    let path = try write("flow.hdf5", ["density", "pressure", "Vx"], number)
    let error = DataFileError.beyondSinglePrecision(
      value: number, dataSet: "Vx", file: path, position: [1, 2, 3])
    #expect(throws: error) { try batches(DataFile.open(path)) }
    #expect(error.fault == .data)
    for words in ["\(number)", "beyond single precision (3.4e38)", "sample 1, frame 2, cell 3", "scale"] {
      #expect(error.description.contains(words), "\(words) in \(error)")
    }
    // The same in a set of several files, in a mixture, and of some variables.
    let first = try write("first.hdf5", ["density", "pressure", "Vx"], 1)
    let joined = try DataFiles([first, path]).open()
    let common = UnifiedDataSet(joined, variables: ["density", "other", "pressure", "Vx"])
    for data in [joined, common] as [any FieldDataSet] {
      let error = #expect(throws: DataFileError.self) { try batches(data) }
      guard case .beyondSinglePrecision(number, "Vx", data.path, [3, 2, 3]) = error else {
        Issue.record("got \(String(describing: error))")
        continue
      }
    }
    for selection in [FieldSelection(targets: ["Vx"]), FieldSelection(variables: ["Vx", "density"])] {
      #expect(throws: error) { try batches(DataFile.open(path, selection: selection)) }
    }
  }

  @Test("are found in arrays of any order of axes, in groups, among components, inputs and parameters")
  func layouts() throws {
    func expect(
      _ value: Double?, at position: [Int], of variable: String, _ path: String,
      _ selection: FieldSelection = FieldSelection(), sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let error = DataFileError.beyondSinglePrecision(
        value: value, dataSet: variable, file: path, position: position)
      #expect(throws: error, sourceLocation: sourceLocation) {
        try batches(DataFile.open(path, selection: selection))
      }
    }
    let own = try write("own.h5", ["u"], 1e200)
    expect(1e200, at: [1, 2, 3], of: "u", own, FieldSelection(axes: ["n", "t", "x"]))
    expect(1e200, at: [3, 2, 1], of: "u", own, FieldSelection(axes: ["x", "t", "n"]))
    expect(1e200, at: [0, 2, 1], of: "u_3", own, FieldSelection(axes: ["x", "t", "v"]))

    let path = folder.file("groups.h5")
    let groups = try HDF5File(creating: path)
    for sample in 0..<2 {
      var values = (0..<24).map { 1 + Double($0) }
      if sample == 1 { values[Self.place] = 1e200 }
      try groups.createDataSet("000\(sample)/data", shape: [2, 6, 2], type: .float64).write(values)
      try groups.createDataSet("000\(sample)/grid/t", shape: [2]).write([0, 1])
      try groups.createDataSet("000\(sample)/grid/x", shape: [6]).write((0..<6).map(Double.init))
    }
    try groups.close()
    // Number 23 of [2, 6, 2] is the last of all.
    expect(1e200, at: [1, 1, 5], of: "data_1", path)

    let flow = folder.file("flow.hdf5")
    let file = try HDF5File(creating: flow)
    for name in ["density", "pressure", "Vx"] {
      try file.createDataSet(name, shape: [2, 3, 4]).write((0..<24).map(Double.init))
    }
    var depth = (0..<8).map(Double.init)
    depth[6] = 1e200
    try file.createDataSet("depth", shape: [2, 4], type: .float64).write(depth)
    try file.writeAttribute("eta", .number(1e100))
    try file.close()
    expect(1e200, at: [1, 0, 2], of: "depth", flow, FieldSelection(inputs: ["depth"]))
    expect(1e100, at: [0, 0, 0], of: "eta", flow, FieldSelection(inputs: ["eta"]))

    // Other formats are read as 32-bit floats alone.
    let values = (0..<24).map { $0 == 23 ? 1e200 : Double($0) }
    let bytes = values.flatMap { value in
      (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * $0)) }
    }
    let array = folder.file("u.npy")
    try Data(NumPySeed.array("<f8", "(2, 3, 4)", bytes)).write(to: URL(filePath: array))
    expect(nil, at: [1, 2, 3], of: "u", array, FieldSelection(axes: ["n", "t", "x"]))
  }

  @Test("are refused by what writes 32-bit floats, and nothing is left of the file")
  func refusedCopies() throws {
    let path = try write("flow.hdf5", ["density", "pressure", "Vx"], 1e200)
    let data = try DataFile.open(path)
    let error = DataFileError.beyondSinglePrecision(
      value: 1e200, dataSet: "Vx", file: path, position: [1, 2, 3])
    #expect(throws: error) { try DataSetCopy(data, to: folder.file("copy.hdf5")).write() }
    let well = WellCopy(data, split: SampleSplit(test: [], training: [0, 1]), name: "w")
    #expect(throws: error) { try well.write(to: folder.file("w")) }
    #expect(try folder.content.filter { $0.contains("copy") } == [])
    #expect(!FileManager.default.fileExists(atPath: folder.file("w/data/train/w.hdf5")))
  }

  @Test("are not taken for a file's own infinities, which are copied")
  func ownInfinities() throws {
    let path = try write("flow.hdf5", ["density", "pressure", "Vx"], -.infinity)
    let data = try DataFile.open(path)
    #expect(
      throws: DataFileError.notFinite(value: -.infinity, dataSet: "Vx", file: path, position: [1, 2, 3])
    ) { try batches(data) }
    let copy = folder.file("copy.hdf5")
    _ = try DataSetCopy(data, to: copy).write()
    #expect(try HDF5File(reading: copy).floats(at: "Vx").elements[Self.place] == -.infinity)
    #expect(try FileSummary(of: data).notes.allSatisfy { !$0.contains("precision") })
  }

  @Test("are counted by a survey, which names the first")
  func survey() throws {
    let path = try write("flow.hdf5", ["density", "pressure", "Vx"], 1e200)
    let summary = try FileSummary(of: DataFile.open(path))
    #expect(summary.variables.map(\.notFinite) == [0, 0, 1])
    #expect(summary.notes.contains { $0.contains("'Vx' that is not finite is 1e+200 in the file") })
  }
}
