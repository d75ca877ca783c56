import HDF5
import PDEData
import SystemFiles
import TestSupport
import Testing

@Suite("Files of The Well that say what cannot be") struct HostileWellTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file with a field of 3 frames and 4 points that is the same in all samples, and perhaps a tensor that is not.
  private func write(trajectories: Double, tensor: [Int]? = nil) throws -> String {
    let path = folder.file("well.hdf5")
    let file = try HDF5File(creating: path)
    try file.writeAttribute("n_trajectories", .number(trajectories))
    try file.createDataSet("dimensions/time", shape: [3]).write([0, 1, 2])
    try file.createDataSet("dimensions/x", shape: [4]).write([0, 1, 2, 3])
    try file.createDataSet("t0_fields/u", shape: [3, 4]).write((0..<12).map(Double.init))
    try file.writeAttribute("time_varying", .truth(true), of: "t0_fields/u")
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

  @Test("a tensor whose size a zero hides is refused")
  func hiddenSize() throws {
    let path = try write(trajectories: 1, tensor: [0, 3, 4, 1 << 40, 1 << 40])
    #expect(throws: DataFileError.self) { try DataFile.open(path) }
  }
}
