import HDF5
import PDEData
import TensorCore
import TestSupport
import Testing

/// Fields written in the layout of the data set that they are like.
@Suite("Writing in the data's own layout") struct OwnLayoutTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(_ name: String, _ selection: FieldSelection = FieldSelection()) throws -> any FieldDataSet
  {
    try DataFiles([Reference.own.path("formats/\(name)")]).open(selection: selection)
  }

  /// Writes all frames of some samples, and one more that repeats the last.
  private func write(_ data: any FieldDataSet, _ samples: [Int], to path: String) throws {
    let loader = try BatchLoader(data)
    let step = data.times[1] - data.times[0]
    let writer = try loader.writer(
      of: samples, to: path, times: data.times + [(data.times.last ?? 0) + step],
      attributes: ["initial_steps": .number(4)])
    for sample in samples {
      let frames = try loader.batch([sample]).frames
      let last = frames.sliced(axis: 1, (data.frames - 1)..<data.frames)
      let more = Tensor.concatenated([frames, last], axis: 1)
      try writer.append(more.reshaped(Array(more.shape.dropFirst())))
    }
    #expect(writer.samples == samples.count)
    try writer.finish()
  }

  private func values(_ data: any FieldDataSet, _ sample: Int, _ variables: [Int], frames: Int) throws
    -> [Float]
  {
    let slab = FieldSlab(sample: sample, variables: variables, frames: Array(0..<frames))
    var values = [Float](repeating: .nan, count: slab.shape(of: data.spatialShape).reduce(1, *))
    var span = values.mutableSpan
    try data.read(slab, into: &span)
    return values
  }

  private func expectSame(_ copy: any FieldDataSet, _ data: any FieldDataSet, _ samples: [Int]) throws {
    #expect(copy.layout == data.layout && copy.samples == samples.count)
    #expect(copy.variables == data.variables && copy.axes == data.axes)
    #expect(copy.frames == data.frames + 1 && copy.attributes["initial_steps"] == .number(4))
    #expect(Array(copy.times.dropLast()) == data.times.map { Double(Float($0)) })
    for (place, sample) in samples.enumerated() {
      #expect(
        try values(copy, place, copy.states, frames: data.frames)
          == (try values(data, sample, data.states, frames: data.frames)))
      #expect(
        try values(copy, place, copy.constants, frames: 1)
          == (try values(data, sample, data.constants, frames: 1)))
    }
  }

  @Test("The Well's, with its constants and numbers")
  func theWell() throws {
    let data = try open("well/data")
    try write(data, [4, 5], to: folder.file("p.hdf5"))
    let file = try HDF5File(reading: folder.file("p.hdf5"))
    #expect(try file.dataSet(at: "t1_fields/velocity").shape == [2, 15, 16, 12, 2])
    #expect(try file.attributes()["n_trajectories"]?.number == 2)
    #expect(try file.attributes()["simulation_parameters"] == .texts(["viscosity"]))
    try expectSame(try DataFile.open(folder.file("p.hdf5")), data, [4, 5])
    #expect(throws: DataFileError.fileExists(file: folder.file("p.hdf5"))) {
      try write(data, [4], to: folder.file("p.hdf5"))
    }
  }

  @Test("a group a sample, under its number in the data set")
  func groups() throws {
    for name in ["2D_diff-react_NA_NA.h5", "1D_diff-sorp_NA_NA.h5", "2D_rdb_NA_NA.h5"] {
      let data = try open(name)
      let path = folder.file(name)
      try write(data, [1, 2], to: path)
      let file = try HDF5File(reading: path)
      #expect(try file.names() == ["0001", "0002"])
      let known = try HDF5File(reading: Reference.own.path("formats/\(name)"))
      let (own, there) = (
        try file.dataSet(at: "0002/data").shape, try known.dataSet(at: "0002/data").shape
      )
      #expect(Array(own.dropFirst()) == Array(there.dropFirst()) && own[0] == there[0] + 1)
      #expect(try Set(file.names(in: "0001/grid")) == Set(known.names(in: "0001/grid")))
      try expectSame(try DataFile.open(path), data, [1, 2])
    }
  }

  @Test("names that were given to the entries of a group's array are kept")
  func namedEntries() throws {
    let named = try open(
      "2D_diff-react_NA_NA.h5", FieldSelection(variables: ["activator", "inhibitor"]))
    try write(named, [0], to: folder.file("named.h5"))
    try expectSame(try DataFile.open(folder.file("named.h5")), named, [0])
    let one = try open(
      "2D_diff-react_NA_NA.h5",
      FieldSelection(variables: ["activator", "inhibitor"], targets: ["inhibitor"]))
    try write(one, [3], to: folder.file("one.h5"))
    let copy = try DataFile.open(folder.file("one.h5"))
    #expect(copy.variableNames == ["inhibitor"])
    #expect(
      try values(copy, 0, [0], frames: 14)
        == (try values(named, 3, [1], frames: 14)))
  }

  /// A stress and a velocity, whose components are told by their names.
  private struct Stressed: FieldDataSet {
    let path = "a made-up flow"
    let variables: [FieldVariable] = [
      "stress_xx", "stress_xy", "stress_yx", "stress_yy", "velocity_x", "velocity_y", "a_x",
    ]
    let axes = [FieldAxis("x", coordinates: [0, 1, 2]), FieldAxis("y", coordinates: [0, 1])]
    let times = [0.0, 1]
    let samples = 2

    func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) {
      slab.numberPlaces(in: &target, points: 6)
    }
  }

  @Test("components of vectors and tensors lie together in The Well's layout")
  func tensors() throws {
    let data = Stressed()
    let split = SampleSplit(test: [1], training: [0])
    let written = try WellCopy(data, split: split, name: "stress").write(to: folder.path)
    let file = try HDF5File(reading: written[0])
    #expect(try file.dataSet(at: "t2_fields/stress").shape == [1, 2, 3, 2, 2, 2])
    #expect(try file.dataSet(at: "t1_fields/velocity").shape == [1, 2, 3, 2, 2])
    #expect(try file.dataSet(at: "t0_fields/a_x").shape == [1, 2, 3, 2])
    let copy = try DataFile.open(written[1])
    #expect(Set(copy.variableNames) == Set(data.variableNames))
    for (place, name) in copy.variableNames.enumerated() {
      let own = try #require(data.variableNames.firstIndex(of: name))
      #expect(try values(copy, 0, [place], frames: 2) == (try values(data, 1, [own], frames: 2)), "\(name)")
    }
  }
}
