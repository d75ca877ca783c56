import HDF5
import PDEData
import TestSupport
import Testing

/// Points and frames that are not evenly spaced.
@Suite("Uneven grids") struct UnevenGridTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("of points and frames are noted, even ones are not")
  func uneven() throws {
    let path = folder.file("uneven.hdf5")
    let file = try HDF5File(creating: path)
    try file.createDataSet("tensor", shape: [2, 4, 4]).write((0..<32).map(Double.init))
    try file.createDataSet("x-coordinate", shape: [4]).write([0, 1, 2, 4])
    try file.createDataSet("t-coordinate", shape: [4]).write([0, 1, 4, 9])
    try file.close()
    let loader = try BatchLoader(DataFile.open(path))
    #expect(loader.unevenPoints.count == 1 && loader.unevenPoints[0].contains("along x"))
    #expect(loader.unevenPoints[0].contains("1.0 to 2.0 apart"))
    #expect(loader.unevenFrames?.contains("1.0 to 5.0 apart") == true)
    let even = try BatchLoader(DataFile.open(NumberedFlow().write(to: folder.file("even.hdf5"))))
    #expect(even.unevenPoints.isEmpty && even.unevenFrames == nil)
  }
}
