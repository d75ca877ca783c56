import Foundation
import HDF5
import PDEData
import SystemFiles
import TestSupport
import Testing

/// Arrays without names, which are called after their files.
@Suite("Arrays without names") struct UnnamedArrayTests {
  let folder: TemporaryFolder
  private let axes = FieldSelection(axes: ["ntx"])

  init() throws { folder = try TemporaryFolder() }

  /// NumPy's file of an array `[2, 3, 4]`.
  private func write(_ name: String) throws -> String {
    let values = NumPySeed.floats((0..<24).map { Float($0) })
    try Data(NumPySeed.array("<f4", "(2, 3, 4)", values)).write(to: URL(filePath: folder.file(name)))
    return folder.file(name)
  }

  /// A file of u `[2, 3, 4]` and an array a.
  private func write(_ name: String, beside shape: [Int]) throws -> String {
    let file = try HDF5File(creating: folder.file(name))
    for (name, shape) in [("u", [2, 3, 4]), ("a", shape)] {
      try file.createDataSet(name, shape: shape).write((0..<shape.reduce(1, *)).map(Double.init))
    }
    try file.close()
    return folder.file(name)
  }

  @Test("are the same variable in files for another purpose")
  func otherPurpose() throws {
    let (train, test) = (try write("train.npy"), try write("test.npy"))
    let data = try DataFiles([train], test: [test]).open(selection: axes)
    #expect(data.variableNames == ["train"] && data.samples == 4)
    // Another file's only array is the same, and one of several is not.
    let joined = try DataFiles([write("one.h5", beside: [2])], test: [test]).open(selection: axes)
    #expect(joined.variableNames == ["u"])
    let two = try write("two.h5", beside: [2, 3, 4])
    #expect(throws: DataFileError.self) { try DataFiles([two], test: [test]).open(selection: axes) }
  }

  @Test("are not joined in files for one purpose, unless all of them are given one name")
  func onePurpose() throws {
    let (u, v, train) = (try write("u.npy"), try write("v.npy"), try write("train.npy"))
    for files in [
      DataFiles([u, v]), DataFiles([folder.path]), DataFiles([folder.file("*.npy")]),
      DataFiles([train], test: [u, v]), DataFiles([train], validation: [u, v]),
    ] {
      let error = #expect(throws: DataFileError.self, "\(files)") { try files.open(selection: axes) }
      guard case .differ = error else {
        Issue.record("\(files) gave \(String(describing: error))")
        continue
      }
      #expect(error?.description.contains("the variables") == true)
    }
    let named = try DataFiles([u, v]).open(selection: FieldSelection(variables: ["w"], axes: ["ntx"]))
    #expect(named.variableNames == ["w"] && named.samples == 4)
  }
}
