import Foundation
import HDF5
import PDEData
import SystemFiles
import TestSupport
import Testing

@Suite("Files of The Well that say what cannot be") struct HostileWellTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file with a field of 3 frames and 4 points that is the same in all samples, and perhaps a tensor that is not.
  private func write(
    trajectories: Double = 1, tensor: [Int]? = nil, times: [Int] = [3], _ numbers: [Double] = [0, 1, 2],
    x: [Double] = [0, 1, 2, 3], fieldNames: [String]? = nil
  ) throws -> String {
    let path = folder.file("well.hdf5")
    let file = try HDF5File(creating: path)
    try file.writeAttribute("n_trajectories", .number(trajectories))
    try file.createDataSet("dimensions/time", shape: times).write(numbers)
    try file.createDataSet("dimensions/x", shape: [4]).write(x)
    try file.createDataSet("t0_fields/u", shape: [3, 4]).write((0..<12).map(Double.init))
    try file.writeAttribute("time_varying", .truth(true), of: "t0_fields/u")
    if let fieldNames {
      try file.writeAttribute("field_names", .texts(fieldNames), of: "t0_fields")
    }
    if let tensor {
      _ = try file.createDataSet("t2_fields/stress", shape: tensor)
      for name in ["sample_varying", "time_varying"] {
        try file.writeAttribute(name, .truth(true), of: "t2_fields/stress")
      }
    }
    try file.close()
    return path
  }

  @Test("a number of samples below one is refused", arguments: [-1, 0] as [Double])
  func tooFewSamples(trajectories: Double) throws {
    let path = try write(trajectories: trajectories)
    let error = #expect(throws: DataFileError.self) { try DataFile.open(path) }
    let text = error?.description ?? ""
    #expect(text.contains("'n_trajectories' is \(trajectories), expected at least 1"), "\(text)")
  }

  @Test("fields that no sample changes are one sample, however many there are said to be")
  func equalSamples() throws {
    let data = try DataFile.open(try write(trajectories: 1e12))
    #expect(data.samples == 1)
    #expect(data.notes.contains { $0.contains("1000000000000 samples") }, "\(data.notes)")
    #expect(try FileSummary(of: data).variables.map(\.maximum) == [11])
  }

  @Test("a number of samples that is not that of a field is refused")
  func otherNumber() throws {
    let path = try write(trajectories: 3, tensor: [2, 3, 4, 1, 1])
    #expect(
      throws: DataFileError.shapesDisagree(
        dataSet: "t2_fields/stress", shape: [2, 3, 4, 1, 1], other: "dimensions", otherShape: [3, 3, 4, 1],
        file: path)
    ) { try DataFile.open(path) }
  }

  @Test("a field that is named twice is refused")
  func twice() throws {
    let path = try write(fieldNames: ["u", "u"])
    let error = #expect(throws: DataFileError.self) { try DataFile.open(path) }
    let text = error?.description ?? ""
    for words in [path, "'t0_fields'", "'u' twice"] { #expect(text.contains(words), "\(words) in \(text)") }
    try FileManager.default.removeItem(atPath: path)
    #expect(try DataFile.open(write(fieldNames: ["u", "gone"])).variableNames == ["u"])
  }

  @Test("times that do not rise, and points that turn, are not used, and a note names the entry")
  func unordered() throws {
    let data = try DataFile.open(write([0, 0, 0], x: [0, 2, 1, 3]))
    #expect(data.times == [0, 1, 2] && data.axes[0].isAssumed)
    #expect(data.coordinates == [[0.125, 0.375, 0.625, 0.875]])
    let notes = data.notes.joined(separator: " ")
    for words in [
      "'dimensions/time' does not rise at entry 1", "'dimensions/x' neither only rises", "entry 2",
    ] {
      #expect(notes.contains(words), "\(words) in \(notes)")
    }
  }

  @Test("that the first of several lists of times is used, a note says where they differ")
  func severalLists() throws {
    let path = try write(times: [2, 3], [0, 1, 2, 0, 1, 3])
    let data = try DataFile.open(path)
    #expect(data.times == [0, 1, 2])
    #expect(data.notes == ["'dimensions/time' holds 2 lists; the first is used for all samples."])
    try FileManager.default.removeItem(atPath: path)
    #expect(try DataFile.open(write(times: [2, 3], [0, 1, 2, 0, 1, 2])).notes.isEmpty)
  }

  @Test("a tensor whose size a zero hides is refused")
  func hiddenSize() throws {
    let path = try write(trajectories: 1, tensor: [0, 3, 4, 1 << 40, 1 << 40])
    #expect(throws: DataFileError.self) { try DataFile.open(path) }
  }
}
