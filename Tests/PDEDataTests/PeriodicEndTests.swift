import Foundation
import HDF5
import PDEData
import TensorCore
import TestSupport
import Testing

/// What is written of the ends of a domain of which every n-th point is used.
@Suite("Periodic ends") struct PeriodicEndTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Zeros on a line.
  private struct Line: FieldDataSet {
    let path = "a line"
    let variables: [FieldVariable] = ["u"]
    let times = [0.0, 1]
    let samples = 1
    let axes: [FieldAxis]
    let attributes: [String: AttributeValue]

    init(points: Int, isPeriodic: Bool?, attributes: [String: AttributeValue] = [:]) {
      axes = [
        FieldAxis("x", coordinates: (0..<points).map { Double($0) / Double(points) }, isPeriodic: isPeriodic)
      ]
      self.attributes = attributes
    }

    func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) {
      for index in target.indices { target[index] = 0 }
    }
  }

  /// The file that a loader's samples are written to, opened again.
  private func written(_ data: any FieldDataSet, stride: Int) throws -> any FieldDataSet {
    let loader = try BatchLoader(data, subsampling: Subsampling(reducedResolution: stride))
    let path = folder.file("\(UUID().uuidString).hdf5")
    let writer = try loader.writer(of: [0], to: path, times: loader.times)
    try writer.append(loader.batch([0]).frames.reshaped(loader.sampleShape))
    try writer.finish()
    return try DataFile.open(path)
  }

  @Test(
    "a periodic axis stays one where every n-th point comes out even across its end",
    arguments: [(32, 4, true), (32, 3, false), (33, 4, false), (33, 3, true), (12, 5, false), (7, 1, true)])
  func evenness(points: Int, stride: Int, isEven: Bool) throws {
    let line = Line(points: points, isPeriodic: true)
    let loader = try BatchLoader(line, subsampling: Subsampling(reducedResolution: stride))
    #expect(line.axes[0].hasPeriod(of: loader.axes[0]) == isEven)
    #expect(loader.axes.map(\.isPeriodic) == [isEven])
  }

  @Test("points that do not come out even are not written as periodic, in any layout")
  func cut() throws {
    let periodic: [String: AttributeValue] = ["boundary": .text("periodic"), "eta": .number(0.1)]
    let line = Line(points: 32, isPeriodic: true, attributes: periodic)
    let (even, cut) = (try written(line, stride: 4), try written(line, stride: 3))
    #expect(even.axes[0].isPeriodic == true && even.attributes == periodic)
    #expect(cut.axes[0].isPeriodic == false && cut.parameters["eta"] == 0.1)

    let path = folder.file("groups.h5")
    let file = try HDF5File(creating: path)
    try file.createDataSet("0000/data", shape: [2, 8, 1]).write((0..<16).map(Double.init))
    try file.createDataSet("0000/grid/t", shape: [2]).write([0, 1])
    try file.createDataSet("0000/grid/x", shape: [8]).write((0..<8).map(Double.init))
    try file.writeAttribute("boundary", .text("periodic"))
    try file.close()
    let groups = try DataFile.open(path)
    #expect(groups.axes[0].isPeriodic == true)
    #expect(try written(groups, stride: 2).axes[0].isPeriodic == true)
    #expect(try written(groups, stride: 3).axes[0].isPeriodic == false)
  }

  @Test("where a file leaves the ends open, an equation that is always periodic would take them for such")
  func unsaid() throws {
    let line = Line(points: 32, isPeriodic: nil, attributes: ["beta": .number(0.4)])
    #expect(try written(line, stride: 4).axes[0].isPeriodic == nil)
    #expect(try written(line, stride: 3).axes[0].isPeriodic == false)
    let number = Line(points: 32, isPeriodic: nil, attributes: ["boundary": .number(2)])
    #expect(try written(number, stride: 3).attributes["boundary"] == .number(2))
    let open = Line(points: 32, isPeriodic: false, attributes: ["boundary": .text("outgoing")])
    #expect(try written(open, stride: 3).attributes["boundary"] == .text("outgoing"))
  }

  @Test(
    "the ends are what a file's word says in letters of either case, and not known where nobody knows it",
    arguments: [
      ("periodic", true), ("Periodic", true), ("PERIODIC", true), ("outgoing", false), ("Dirichlet", false),
      ("not periodic", false), ("twisted", nil), ("", nil),
    ] as [(String, Bool?)])
  func words(word: String, isPeriodic: Bool?) throws {
    let path = folder.file("words.hdf5")
    let file = try HDF5File(creating: path)
    try file.createDataSet("tensor", shape: [1, 2, 4]).write((0..<8).map(Double.init))
    try file.writeAttribute("boundary", .text(word))
    try file.close()
    #expect(try DataFile.open(path).axes.map(\.isPeriodic) == [isPeriodic])
  }

  @Test("an import says of the ends what the axes do")
  func copied() throws {
    for (line, isPeriodic) in [
      (Line(points: 8, isPeriodic: false, attributes: ["boundary": .text("periodic")]), false),
      (Line(points: 8, isPeriodic: false), false), (Line(points: 8, isPeriodic: true), true),
      (Line(points: 8, isPeriodic: nil), nil),
    ] as [(Line, Bool?)] {
      let path = folder.file("\(UUID().uuidString).hdf5")
      _ = try DataSetCopy(line, to: path).write()
      #expect(try DataFile.open(path).axes.map(\.isPeriodic) == [isPeriodic])
    }
  }
}
