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

  @Test("that are whole stand for no value where they are exactly that")
  func wholeNumbers() throws {
    let path = folder.file("whole.nc")
    try HDF5File(creating: path).close()
    // As 32-bit floats all of them are the fill value.
    let fill = -(1 << 31)
    try IntegerArray.add("u", shape: [2, 3, 4], (1...24).map { fill + $0 }, to: path)
    let file = try HDF5File(updating: path)
    try file.writeAttribute("_FillValue", .integer(fill), of: "u")
    try file.close()
    #expect(try frames(path) == (1...24).map { Float(fill + $0) })
  }

  @Test("of a coordinate are scaled, and none of them stands for no value")
  func coordinates() throws {
    let file = try HDF5File(creating: folder.file("coordinates.nc"))
    try file.createDataSet("u", shape: [2, 3, 4]).write((0..<24).map(Double.init))
    try file.createDataSet("x", shape: [4]).write([0, 1, 2, 3])
    try file.writeAttribute("_FillValue", .integer(0), of: "x")
    try file.writeAttribute("scale_factor", .integer(2), of: "x")
    try file.close()
    let data = try DataFile.open(folder.file("coordinates.nc"), selection: axes)
    #expect(data.axes[0].coordinates == [0, 2, 4, 6])
  }

  @Test("are noted in layouts that take them for what they are, with the way out")
  func layouts() throws {
    let path = folder.file("tensor.hdf5")
    let file = try HDF5File(creating: path)
    try file.createDataSet("tensor", shape: [2, 3, 4]).write((0..<24).map(Double.init))
    try file.writeAttribute("scale_factor", .integer(2), of: "tensor")
    try file.close()
    let notes = try DataFile.open(path).notes
    #expect(
      notes.contains { $0.contains("'tensor'") && $0.contains("PDEBench's layout; give a letter for each") },
      "\(notes)")
    #expect(try frames(path) == (0..<24).map { Float(2 * $0) })
    let plain = Reference.own.path("formats/well/data/test/example_flow_0.hdf5")
    #expect(try DataFile.open(plain).notes.allSatisfy { !$0.contains("not applied") })
    let well = folder.file("well.hdf5")
    try TemporaryFolder.copy(plain, to: well)
    let changed = try HDF5File(updating: well)
    let field = try #require(try changed.names(in: "t0_fields").first)
    try changed.writeAttribute("_FillValue", .integer(-1), of: "t0_fields/\(field)")
    try changed.close()
    let said = try DataFile.open(well).notes
    #expect(said.contains { $0.contains("'t0_fields/\(field)'") && $0.contains("not applied") }, "\(said)")
  }

  @Test("in double precision that differ by rounding alone are taken for constant")
  func noise() throws {
    let file = try HDF5File(creating: folder.file("noise"))
    try file.createDataSet("u", shape: [2, 3, 4], type: .float64)
      .write((0..<24).map { $0.isMultiple(of: 2) ? 1 : 1 + Double.ulpOfOne })
    try file.close()
    let notes = try FileSummary(of: DataFile.open(folder.file("noise"), selection: axes)).notes
    #expect(notes.allSatisfy { !$0.contains("varies by little") }, "\(notes)")
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
