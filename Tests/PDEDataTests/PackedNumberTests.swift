import HDF5
import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing

/// Numbers that stand for others, or for none, by NetCDF's attributes.
@Suite("Packed numbers and fill values") struct PackedNumberTests {
  let folder: TemporaryFolder
  private let axes = FieldSelection(axes: ["n", "t", "x"])

  init() throws { folder = try TemporaryFolder() }

  /// A file of u `[2, 3, 4]`, which counts from 0 but for a number at sample 1, frame 2, cell 3.
  private func write(_ name: String, last: Double = 23, _ attributes: [String: Int]) throws -> String {
    let file = try HDF5File(creating: folder.file(name))
    try file.createDataSet("u", shape: [2, 3, 4]).write((0..<23).map { Double($0) } + [last])
    for (attribute, value) in attributes { try file.writeAttribute(attribute, .integer(value), of: "u") }
    try file.close()
    return folder.file(name)
  }

  private func frames(_ path: String) throws -> [Float] {
    try BatchLoader(DataFile.open(path, selection: axes)).batch([0, 1]).frames.elements
  }

  @Test("are scaled and moved as the attributes say")
  func packed() throws {
    let path = try write("packed.nc", ["scale_factor": 2, "add_offset": 10, "_FillValue": -1])
    #expect(try frames(path) == (0..<24).map { Float(2 * $0 + 10) })
    let plain = try write("plain.nc", ["_FillValue": -1])
    #expect(try frames(plain) == (0..<24).map(Float.init))
  }

  @Test(
    "that stand for no value are refused where they are, as NaN is",
    arguments: ["_FillValue", "missing_value"])
  func missing(attribute: String) throws {
    let path = try write("fill.nc", last: -9999, [attribute: -9999, "add_offset": 1])
    let error = DataFileError.missingValue(value: -9999, dataSet: "u", file: path, position: [1, 2, 3])
    #expect(throws: error) { try frames(path) }
    for words in ["'u' is -9999", "sample 1, frame 2, cell 3", "fill these places in", path] {
      #expect(error.description.contains(words), "\(words) in \(error)")
    }
    let data = try DataFile.open(path, selection: axes)
    let summary = try FileSummary(of: data)
    #expect(summary.notFinite == 1 && summary.variables[0].minimum == 1)
    #expect(summary.notes.contains { $0.contains("-9999.0 in the file, which stands for no value") })
    #expect(throws: error) { try DataSetCopy(data, to: folder.file("copy.hdf5")).write() }
  }

  @Test("in double precision that 32-bit floats round away are noted, and constant ones are not")
  func rounding() throws {
    for (name, step, isNoted) in [("far", 1e-4, true), ("near", 100.0, false), ("constant", 0.0, false)] {
      let file = try HDF5File(creating: folder.file(name))
      try file.createDataSet("u", shape: [2, 3, 4], type: .float64)
        .write((0..<24).map { 1e5 + step * Double($0) })
      try file.close()
      let notes = try FileSummary(of: DataFile.open(folder.file(name), selection: axes)).notes
      #expect(notes.contains { $0.contains("'u' varies by little beside its mean") } == isNoted, "\(notes)")
    }
  }
}
