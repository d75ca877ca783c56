import Foundation
import HDF5
import PDEData
import TestSupport
import Testing

@Suite("File summary") struct FileSummaryTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("ranges, moments and the places of flaws are those of the values")
  func values() throws {
    var flow = NumberedFlow(samples: 3, frames: 2, spatialShape: [4, 5])
    // Sample 1, frame 1, cell (2, 3), and two more in the last sample.
    flow.exceptions["pressure"] = [(3 * 4 + 2) * 5 + 3: .nan, 100: .infinity, 101: .nan]
    flow.exceptions["Vy"] = [7: -1000]
    let file = try PDEBenchFile(path: flow.write(to: folder.file("flow.hdf5")))
    var steps: [Double] = []
    let summary = try FileSummary(of: file) { steps.append($0) }
    #expect(steps.count == 12)
    #expect(steps == steps.sorted())
    #expect(steps.last == 1)

    #expect(summary.spatialShape == [4, 5])
    #expect(summary.variables.map(\.name) == ["density", "pressure", "Vx", "Vy"])
    #expect(summary.variables[0].minimum == 0)
    #expect(summary.variables[0].maximum == 119)
    #expect(summary.variables[0].mean == 59.5)
    let deviation = ((120.0 * 120 - 1) / 12).squareRoot()
    #expect(abs((summary.variables[0].standardDeviation ?? 0) - deviation) < 1e-12)
    #expect(summary.variables[3].minimum == -1000)
    #expect(summary.variables.map(\.notFinite) == [0, 3, 0, 0])
    #expect(summary.variables[1].firstNotFinite == [1, 1, 2, 3])
    let finite = (120..<240).filter { ![193, 220, 221].contains($0) }.map(Double.init)
    #expect(abs((summary.variables[1].mean ?? 0) - finite.reduce(0, +) / 117) < 1e-12)
    #expect(summary.notFinite == 3)
  }

  @Test("a variable without a finite value has no range")
  func nothingFinite() throws {
    var flow = NumberedFlow(samples: 1, frames: 2, spatialShape: [2])
    flow.exceptions["Vx"] = [0: .nan, 1: .nan, 2: .nan, 3: .nan]
    let summary = try FileSummary(of: PDEBenchFile(path: flow.write(to: folder.file("flow.hdf5"))))
    #expect(summary.variables[2].minimum == nil)
    #expect(summary.variables[2].mean == nil)
    #expect(summary.variables[2].notFinite == 4)
  }

  @Test("coordinates are evenly spaced or not")
  func coordinates() throws {
    let path = folder.file("uneven.hdf5")
    let writing = try HDF5File(creating: path)
    try writing.createDataSet("tensor", shape: [1, 3, 4]).write(Array(repeating: 1, count: 12))
    try writing.createDataSet("x-coordinate", shape: [4]).write([0, 1, 2, 4])
    try writing.createDataSet("t-coordinate", shape: [3]).write([0.1, 0.2, 0.3])
    try writing.close()
    let summary = try FileSummary(of: PDEBenchFile(path: path))
    #expect(summary.coordinates.map(\.axis) == ["x", "t"])
    #expect(summary.coordinates.map(\.isUniform) == [false, true])
    #expect(summary.coordinates[0].last == 4)
  }

  @Test("a summary survives JSON, flaws included")
  func json() throws {
    let flow = NumberedFlow(exceptions: ["Vx": [0: .nan]])
    let summary = try FileSummary(of: PDEBenchFile(path: flow.write(to: folder.file("flow.hdf5"))))
    let data = try JSONEncoder().encode(summary)
    #expect(try JSONDecoder().decode(FileSummary.self, from: data) == summary)
    let object = try #require(JSON.object(data) as? [String: Any])
    #expect((object["attributes"] as? [String: Double])?["eta"] == 0.01)
    #expect(object["samples"] as? Int == 6)
  }

  @Test("the text names everything that a person asks for")
  func text() throws {
    var flow = NumberedFlow(samples: 3, frames: 2, spatialShape: [4], chunk: [1, 2, 4], deflate: 4)
    flow.exceptions["Vx"] = [9: .nan]
    let path = try flow.write(to: folder.file("flow.hdf5"), coordinates: false)
    let text = try FileSummary(of: PDEBenchFile(path: path)).description
    #expect(
      text == """
        \(path)
          kind         1D compressible flow
          shape        3 samples × 2 frames × 4 points
          x            0.125 to 0.875, 4 entries, evenly spaced
          t            0 to 1, 2 entries, evenly spaced
          parameters   eta = 0.01, zeta = 0.02
          storage      float32, chunked, in chunks of 1×2×4, filtered by shuffle, deflate 4

          variable  minimum  maximum    mean  deviation  not finite
          density         0       23    11.5     6.9222           0
          pressure       24       47    35.5     6.9222           0
          Vx             48       71  59.609      7.051           1
          'Vx' is first not finite at sample 1, frame 0, cell 1 (counted from 0).
          Note: There is no 'x-coordinate': points are taken to be the centers of 4 equal cells of [0, 1].
          Note: There is no 't-coordinate': frame numbers are used as times.
        """)
  }
}
