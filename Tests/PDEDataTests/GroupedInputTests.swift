import SystemFiles
import TensorCore
import HDF5
import PDEData
import TestSupport
import Testing

/// What groups, one for each sample, hold beside the fields.
@Suite("Beside the fields of a group a sample") struct GroupedInputTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file of groups with a field of 2 frames and 4 points, a list `a`, a velocity `v` and a number `time`.
  private func write(groups: Int, times: (_ group: Int) -> [Double] = { _ in [0, 1] }) throws -> String {
    let path = folder.file("groups.h5")
    let file = try HDF5File(creating: path)
    for group in 0..<groups {
      let name = "000\(group)"
      try file.createDataSet("\(name)/data", shape: [2, 4, 1]).write((0..<8).map { Double(100 * group + $0) })
      try file.createDataSet("\(name)/a", shape: [4]).write((0..<4).map { Double(10 * group + $0) })
      try file.createDataSet("\(name)/v", shape: [4]).write((0..<4).map { Double(-group - $0) })
      try file.createDataSet("\(name)/time", shape: []).write([Double(group) + 0.5])
      try file.createDataSet("\(name)/grid/t", shape: [2]).write(times(group))
      try file.createDataSet("\(name)/grid/x", shape: [4]).write([0, 1, 2, 3])
    }
    try file.close()
    return path
  }

  /// The inputs of sample 2.
  private func input(_ name: String, _ path: String) throws -> [Float]? {
    let data = try DataFile.open(path, selection: FieldSelection(inputs: [name]))
    #expect(data.variableNames == ["data", name] && data.times == [0, 1])
    return try BatchLoader(data).batch([2]).inputs?.elements
  }

  @Test("a list and a number are inputs, of each sample its own", arguments: [3, 4])
  func inputs(groups: Int) throws {
    // With four groups there are as many samples as points.
    let path = try write(groups: groups)
    #expect(try input("a", path) == [20, 21, 22, 23])
    #expect(try input("v", path) == [-2, -3, -4, -5])
    #expect(try input("time", path) == [2.5, 2.5, 2.5, 2.5])
    let error = #expect(throws: DataFileError.self) {
      try DataFile.open(path, selection: FieldSelection(inputs: ["0002/a"]))
    }
    #expect(error?.description.contains("'0002/a', and there is none; there are data, a") == true)
    let notes = try DataFile.open(path).notes.joined(separator: " ")
    #expect(notes.contains("Not used: 'a' [\(groups), 4]"), "\(notes)")
  }

  @Test("what lies beside the groups is an input, of all samples, also together with what lies in them")
  func beside() throws {
    let path = try write(groups: 3)
    let file = try HDF5File(updating: path)
    try file.createDataSet("nu", shape: [3]).write([7, 8, 9])
    try file.createDataSet("more/mu", shape: [4]).write([1, 2, 3, 4])
    try file.close()
    #expect(try input("nu", path) == [9, 9, 9, 9])
    let data = try DataFile.open(path, selection: FieldSelection(inputs: ["a", "nu", "mu"]))
    let inputs = try BatchLoader(data).batch([2]).inputs?.elements
    #expect(inputs == [20, 21, 22, 23, 9, 9, 9, 9, 1, 2, 3, 4])
  }

  @Test("a number for each sample is no list of times, even of as many")
  func numbers() throws {
    let data = try DataFile.open(write(groups: 2))
    #expect(data.times == [0, 1] && data.samples == 2)
  }

  @Test("a note says that a coordinate is not the same for all samples")
  func differentTimes() throws {
    let path = try write(groups: 3) { $0 == 1 ? [0, 2] : [0, 1] }
    let data = try DataFile.open(path)
    #expect(data.times == [0, 1])
    let note = "'grid/t' of '0001' is not that of '0000', which is used for all samples."
    #expect(data.notes.contains(note), "\(data.notes)")
    #expect(!data.notes.contains { $0.contains("grid/x") })
  }
}
