import Foundation
import HDF5
import PDEData
import SystemFiles
import TestSupport
import Testing

/// Complex numbers, of which the parts are variables or nothing is read.
@Suite("Complex numbers") struct ComplexNumberTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("are named where they are not read, with the way out")
  func named() throws {
    let path = folder.file("complex.h5")
    let file = try HDF5File(creating: path)
    try file.createDataSet("u", shape: [5]).write([0, 1, 2, 3, 4])
    try file.close()
    try ComplexArray.add("psi", shape: [5, 3, 4], to: path)
    for selection in [FieldSelection(), FieldSelection(variables: ["psi"])] {
      let error = #expect(throws: DataFileError.self) { try DataFile.open(path, selection: selection) }
      let text = error?.description ?? ""
      #expect(text.contains("complex numbers ('psi') are not read: write their real"), "\(text)")
    }
  }

  @Test("of NumPy are read as their parts, where their last axis is said to be one of variables")
  func parts() throws {
    let array = folder.file("c.npy")
    let values = NumPySeed.floats((0..<48).map(Float.init))
    try Data(NumPySeed.array("<c8", "(2, 3, 4)", values)).write(to: URL(filePath: array))
    let error = #expect(throws: DataFileError.self) {
      try DataFile.open(array, selection: FieldSelection(axes: ["ntx"]))
    }
    #expect(error?.description.contains("its numbers are complex") == true)
    let parts = try DataFile.open(array, selection: FieldSelection(axes: ["ntxv"]))
    #expect(parts.variableNames == ["c_0", "c_1"])
  }
}
