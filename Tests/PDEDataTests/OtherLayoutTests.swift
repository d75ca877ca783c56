import Foundation
import HDF5
import PDEData
import TensorCore
import TestSupport
import Testing

/// Files of Darcy and incompressible flows, as PDEBench publishes them and as we write them.
@Suite("Other layouts of PDEBench's") struct OtherLayoutTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes a data set whose elements count up from a number, in one piece as the published files are.
  private func write(_ name: String, _ shape: [Int], from first: Double, to file: HDF5File) throws {
    let count = shape.reduce(1, *)
    try file.createDataSet(name, shape: shape).write((0..<count).map { first + Double($0) })
  }

  private func darcy(samples: Int = 3, tensor: [Int]? = nil, nu: [Int]? = nil) throws -> String {
    let file = try HDF5File(creating: folder.file("darcy.hdf5"))
    try write("tensor", tensor ?? [samples, 1, 4, 5], from: 1000, to: file)
    try write("nu", nu ?? [samples, 4, 5], from: 0, to: file)
    try file.writeAttribute("beta", .number(1))
    try file.close()
    return folder.file("darcy.hdf5")
  }

  @Test("the coefficient of a Darcy flow is its first frame, the pressure its second")
  func darcyFlow() throws {
    let file = try PDEBenchFile(path: try darcy())
    #expect(file.kind == .darcyFlow && file.variables == ["tensor"])
    #expect(file.samples == 3 && file.frames == 2 && file.spatialShape == [4, 5])
    #expect(file.parameters == ["beta": 1])
    let frames = try BatchLoader(file).batch([2, 0]).frames
    #expect(frames.shape == [2, 2, 1, 4, 5])
    let expected = [40, 1040, 0, 1000].flatMap { start in (0..<20).map { Float(start + $0) } }
    #expect(frames.elements == expected)
    // The stride in time can leave the first frame alone.
    let first = try BatchLoader(file, subsampling: Subsampling(reducedResolutionTime: 2))
    #expect(try first.batch([1]).frames.elements == (0..<20).map { Float(20 + $0) })
  }

  @Test("a Darcy flow that does not fit together is refused")
  func badDarcyFlow() throws {
    let path = try darcy(nu: [3, 5, 4])
    #expect(
      throws: DataFileError.shapesDisagree(
        dataSet: "nu", shape: [3, 5, 4], other: "tensor", otherShape: [3, 1, 4, 5], file: path)
    ) { try PDEBenchFile(path: path) }
    try FileManager.default.removeItem(atPath: path)
    #expect(
      throws: DataFileError.wrongRank(
        dataSet: "tensor", file: path, shape: [3, 2, 4, 5], expected: "[sample, 1, x, y]")
    ) { try PDEBenchFile(path: try darcy(tensor: [3, 2, 4, 5])) }
  }

  private func incompressible(times: [Double] = [0, 0.5, 1]) throws -> String {
    let path = folder.file("ns_incom.h5")
    let file = try HDF5File(creating: path)
    try write("velocity", [2, 3, 4, 5, 2], from: 0, to: file)
    try write("particles", [2, 3, 4, 5, 1], from: 10_000, to: file)
    try write("force", [2, 4, 5, 2], from: 20_000, to: file)
    try file.createDataSet("t", shape: [2, 3]).write(times + times)
    try file.close()
    return path
  }

  @Test("velocity and particles of an incompressible flow are three variables, the force is kept")
  func incompressibleFlow() throws {
    let path = try incompressible()
    let file = try PDEBenchFile(path: path)
    #expect(file.kind == .incompressibleFlow && file.variables == ["Vx", "Vy", "particles"])
    #expect(
      file.samples == 2 && file.frames == 3 && file.spatialShape == [4, 5] && file.times == [0, 0.5, 1])
    #expect(file.extras == ["force": [4, 5, 2], "t": [3]])
    #expect(file.notes.count == 2, "no coordinates of space: \(file.notes)")
    let frames = try BatchLoader(file).batch([1]).frames
    for (frame, i, j) in [(0, 0, 0), (1, 2, 3), (2, 3, 4)] {
      let point = ((3 + frame) * 4 + i) * 5 + j
      #expect(frames[0, frame, 0, i, j] == Float(2 * point))
      #expect(frames[0, frame, 1, i, j] == Float(2 * point + 1))
      #expect(frames[0, frame, 2, i, j] == Float(10_000 + point))
    }

    // What is written again is the same, the force included.
    let writer = try PDEBenchWriter(path: folder.file("again.h5"), layout: PDEBenchLayout(of: file))
    try writer.append(contentsOf: file)
    try writer.finish()
    let (before, after) = (try HDF5File(reading: path), try HDF5File(reading: folder.file("again.h5")))
    for name in ["velocity", "particles", "force", "t"] {
      #expect(try before.floats(at: name) == after.floats(at: name), "\(name)")
    }
    #expect(try !after.contains("t-coordinate"))
  }

  @Test("a copy of an incompressible flow, and a prediction, have its times")
  func writtenTimes() throws {
    let file = try PDEBenchFile(path: try incompressible())
    let (copy, prediction) = (folder.file("copy.h5"), folder.file("prediction.h5"))
    _ = try DataSetCopy(file, to: copy).write()
    let loader = try BatchLoader(file)
    let writer = try PDEBenchWriter(path: prediction, layout: PDEBenchLayout(of: loader))
    try writer.append(loader.batch([1]).frames.reshaped(loader.sampleShape))
    try writer.finish()
    for path in [copy, prediction] {
      let written = try PDEBenchFile(path: path)
      #expect(written.kind == .incompressibleFlow && written.times == [0, 0.5, 1])
      #expect(written.notes.isEmpty, "\(written.notes)")
    }
  }

  @Test("a time of an incompressible flow that is not finite is refused")
  func badTimes() throws {
    let path = try incompressible(times: [0, .infinity, 1])
    #expect(
      throws: DataFileError.notFinite(value: .infinity, dataSet: "t", file: path, position: [0, 1])
    ) { try PDEBenchFile(path: path) }
  }

  @Test("a Darcy flow is written as it is read")
  func writtenDarcyFlow() throws {
    let file = try PDEBenchFile(path: try darcy())
    let writer = try PDEBenchWriter(
      path: folder.file("again.hdf5"), layout: PDEBenchLayout(of: file), deflateLevel: 2)
    try writer.append(contentsOf: file)
    try writer.finish()
    let (before, after) = (try HDF5File(reading: file.path), try HDF5File(reading: folder.file("again.hdf5")))
    for name in ["nu", "tensor"] { #expect(try before.floats(at: name) == after.floats(at: name), "\(name)") }
    #expect(try !after.contains("t-coordinate"))
  }
}
