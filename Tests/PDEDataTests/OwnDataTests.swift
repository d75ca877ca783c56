import Foundation
import HDF5
import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing

/// Files as users bring them: arrays of their own names, a group a sample, The Well.
@Suite("Fields of any layout") struct OwnDataTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(
    _ name: String, _ selection: FieldSelection = FieldSelection(), in set: Reference = .own
  ) throws -> any FieldDataSet {
    try DataFile.open(set.path("formats/\(name)"), selection: selection)
  }

  private func values(
    _ data: any FieldDataSet, sample: Int, variables: [Int]? = nil, frames: [Int]? = nil, stride: Int = 1
  ) throws -> [Float] {
    let slab = FieldSlab(
      sample: sample, variables: variables ?? data.states, frames: frames ?? Array(0..<data.frames),
      pointStride: stride)
    var values = [Float](repeating: .nan, count: slab.shape(of: data.spatialShape).reduce(1, *))
    var span = values.mutableSpan
    try data.read(slab, into: &span)
    return values
  }

  /// What h5dump's own reader gives of a whole data set.
  private func stored(_ name: String, _ dataSet: String) throws -> (shape: [Int], values: [Float]) {
    let set = try HDF5File(reading: Reference.own.path("formats/\(name)")).dataSet(at: dataSet)
    return (set.shape, try set.doubles().map(Float.init))
  }

  @Test("arrays of one shape are variables, and coordinates tell their axes")
  func ownNames() throws {
    let data = try open("own_two_fields.h5")
    #expect(data.variableNames == ["u", "v"] && data.samples == 5 && data.frames == 14)
    #expect(data.axes.map(\.name) == ["x", "y"] && data.spatialShape == [16, 12])
    #expect(data.interpretation.first?.contains("n,t,x,y") == true && data.notes.isEmpty)
    let (u, v) = (try stored("own_two_fields.h5", "u").values, try stored("own_two_fields.h5", "v").values)
    let points = 16 * 12
    var expected: [Float] = []
    for frame in [3, 5] {
      let start = (2 * 14 + frame) * points
      expected += u[start..<start + points] + v[start..<start + points]
    }
    #expect(try values(data, sample: 2, frames: [3, 5]) == expected)
    // Every third point of one variable.
    let thin = try values(data, sample: 2, variables: [1], frames: [3], stride: 3)
    let rows = stride(from: 0, to: 16, by: 3).flatMap { x in
      stride(from: 0, to: 12, by: 3).map { y in v[(2 * 14 + 3) * points + x * 12 + y] }
    }
    #expect(thin == rows)
  }

  @Test("axes can be given, and what does not fit is told with the way out")
  func givenAxes() throws {
    let turned = try open("own_two_fields.h5", FieldSelection(axes: ["t", "n", "x", "y"]))
    #expect(turned.samples == 14 && turned.frames == 5)
    let channels = try open(
      "own_two_fields.h5", FieldSelection(variables: ["u"], axes: ["n", "t", "x", "v"]))
    #expect(channels.variableNames == (0..<12).map { "u_\($0)" } && channels.spatialShape == [16])
    let sample = try open("own_two_fields.h5", FieldSelection(axes: ["ntxy"]))
    #expect(sample.samples == 5)
    for (selection, words) in [
      (FieldSelection(axes: ["n", "t", "x"]), ["4 axes", "axes n,t,x names 3"]),
      (FieldSelection(axes: ["n", "t", "y", "q"]), ["does not name axes"]),
      (FieldSelection(variables: ["u", "w"]), ["variables names 'w'", "'u' [5, 14, 16, 12]"]),
      (FieldSelection(inputs: ["w"]), ["inputs names 'w'", "u, v"]),
      (FieldSelection(targets: ["w"]), ["targets names 'w'", "u, v"]),
      (FieldSelection(inputs: ["u", "v"]), ["expected fields", "variables u,v"]),
    ] {
      let error = #expect(throws: DataFileError.self) { try open("own_two_fields.h5", selection) }
      let text = error?.description ?? ""
      for word in words + ["own_two_fields.h5"] { #expect(text.contains(word), "\(word) in \(text)") }
      #expect(error?.fault == .data)
    }
  }

  @Test("a variable can be an input: its first frame, which is not predicted")
  func inputs() throws {
    let data = try open("own_two_fields.h5", FieldSelection(inputs: ["v"]))
    #expect(data.states.map { data.variableNames[$0] } == ["u"])
    #expect(data.constants.map { data.variableNames[$0] } == ["v"])
    let loader = try BatchLoader(data)
    let batch = try loader.batch([1, 3])
    #expect(batch.frames.shape == [2, 14, 1, 16, 12] && batch.inputs?.shape == [2, 1, 16, 12])
    let v = try stored("own_two_fields.h5", "v").values
    var first: [Float] = []
    for sample in [1, 3] { first += v[(sample * 14 * 192)...].prefix(192) }
    #expect(batch.inputs?.elements == first)
    let targets = try open("own_two_fields.h5", FieldSelection(targets: ["v"]))
    #expect(targets.variableNames == ["v"] && targets.notes.contains { $0.contains("u") })
  }

  @Test("a group a sample is read as one array, its last axis as variables")
  func groups() throws {
    let data = try open("2D_diff-react_NA_NA.h5")
    #expect(data.samples == 4 && data.frames == 14 && data.spatialShape == [16, 12])
    #expect(data.variableNames == ["data_0", "data_1"] && data.times.last == 5)
    let (shape, raw) = try stored("2D_diff-react_NA_NA.h5", "0002/data")
    #expect(shape == [14, 16, 12, 2])
    let points = 16 * 12
    let expected = [0, 1].flatMap { variable in (0..<points).map { raw[(7 * points + $0) * 2 + variable] } }
    #expect(try values(data, sample: 2, frames: [7]) == expected)
    #expect(try values(data, sample: 2, variables: [1], frames: [7]) == Array(expected[points...]))
    let named = try open("2D_diff-react_NA_NA.h5", FieldSelection(variables: ["data"]))
    #expect(named.variableNames == data.variableNames)
    #expect(try open("2D_rdb_NA_NA.h5").variableNames == ["data"])
    #expect(try open("1D_diff-sorp_NA_NA.h5").spatialShape == [16])
  }

  @Test("of 10,000 groups a few are opened, and one that differs is found when it is read")
  func manyGroups() throws {
    let path = folder.file("groups.h5")
    let file = try HDF5File(creating: path)
    for sample in 0..<10_000 {
      let name = "\(String(repeating: "0", count: 4 - "\(sample)".count))\(sample)"
      let frames = sample == 500 ? 3 : 2
      let set = try file.createDataSet("\(name)/data", shape: [frames, 4, 1])
      // The others are never looked at.
      if [0, 321, 500, 9999].contains(sample) {
        try set.write((0..<(4 * frames)).map { Double(sample * 100 + $0) })
      }
      if sample == 0 {
        for (axis, count) in [("t", 2), ("x", 4)] {
          try file.createDataSet("\(name)/grid/\(axis)", shape: [count]).write((0..<count).map(Double.init))
        }
      }
    }
    try file.close()
    let data = try DataFile.open(path)
    #expect(data.samples == 10_000)
    for sample in [321, 9999] {
      #expect(try values(data, sample: sample) == (0..<8).map { Float(sample * 100 + $0) })
    }
    let error = #expect(throws: DataFileError.self) { try values(data, sample: 500) }
    #expect(error?.description.contains("0500") == true)
  }

  @Test("MATLAB's axes are those of its users")
  func matlab() throws {
    let data = try open("ns_matlab73.mat")
    #expect(data.samples == 6 && data.frames == 14 && data.spatialShape == [16, 12])
    #expect(data.notes.contains { $0.contains("'a'") })
    let expected = try open("expected_u.npy", FieldSelection(axes: ["n", "t", "x", "y"]))
    for sample in [0, 5] {
      #expect(try values(data, sample: sample) == (try values(expected, sample: sample)))
      #expect(
        try values(data, sample: sample, frames: [1, 5, 9], stride: 2)
          == (try values(expected, sample: sample, frames: [1, 5, 9], stride: 2)))
    }
    // The initial state beside it, as an input.
    let withStart = try open("ns_matlab73.mat", FieldSelection(inputs: ["a"]))
    #expect(withStart.constants.count == 1)
  }

  @Test("the same arrays in NumPy's, PyTorch's and MATLAB's formats are the same fields")
  func formats() throws {
    let axes = FieldSelection(axes: ["n", "t", "x", "y"])
    let expected = try open("expected_u.npy", axes)
    for name in ["fields.npz", "tensor.pt"] {
      let data = try open(name, name == "tensor.pt" ? axes : FieldSelection(variables: ["u"]))
      #expect(data.samples == 6 && data.frames == 14, "\(name)")
      #expect(try values(data, sample: 4) == (try values(expected, sample: 4)), "\(name)")
    }
    let burgers = try open("burgers_matlab5.mat")
    #expect(
      burgers.spatialShape == [16] && burgers.frames == 14 && burgers.interpretation[0].contains("n,x,t"))
    let error = #expect(throws: DataFileError.self) { try open("tensor.pt") }
    #expect(error?.description.contains("axes n,t,x,y") == true)
  }

  @Test("arrays without time are quantities that belong together, each scaled by its own numbers")
  func quantities() throws {
    let data = try open("darcy_train_16.pt", FieldSelection(axes: ["n", "x", "y"]))
    #expect(data.frameNames == ["x", "y"] && data.frames == 2)
    let statistics = try BatchLoader(data).statistics(of: Array(0..<data.samples))
    #expect(statistics.frames == ["x", "y"] && statistics.mean.count == 2)
    #expect(statistics.minimum?[0] == 0 && statistics.maximum?[0] == 1)
    let turned = try open(
      "darcy_train_16.pt", FieldSelection(axes: ["n", "x", "y"], inputs: ["y"], targets: ["x"]))
    #expect(turned.frameNames == ["y", "x"])
  }

  @Test("The Well: components are variables, what is constant is an input, folders divide the samples")
  func theWell() throws {
    let data = try DataFiles([Reference.own.path("formats/well/data")]).open()
    #expect(data.layout == "fields of The Well")
    #expect(data.states.map { data.variableNames[$0] } == ["pressure", "velocity_x", "velocity_y"])
    #expect(data.constants.map { data.variableNames[$0] } == ["depth", "viscosity"])
    #expect(data.axes.allSatisfy { $0.isPeriodic == true } && data.samples == 6)
    let split = try Subsampling().split(data)
    #expect(split.training == [0, 1] && split.validation == [2, 3] && split.test == [4, 5])
    let (shape, raw) = try stored("well/data/train/example_flow_0.hdf5", "t1_fields/velocity")
    #expect(shape == [2, 14, 16, 12, 2])
    let points = 16 * 12
    let expected = (0..<points).map { raw[((14 + 3) * points + $0) * 2 + 1] }
    #expect(try values(data, sample: 1, variables: [2], frames: [3]) == expected)
    let batch = try BatchLoader(data).batch([1])
    #expect(batch.inputs?.shape == [1, 2, 16, 12])
    let depth = try stored("well/data/train/example_flow_0.hdf5", "t0_fields/depth").values
    #expect(batch.inputs?.elements == Array(depth[points...]) + Array(repeating: 0.01, count: points))
    let one = try open(
      "well/data/test/example_flow_0.hdf5", FieldSelection(inputs: [], targets: ["velocity"]))
    #expect(one.variableNames == ["velocity_x", "velocity_y"])
  }

  @Test("several files are one set, if they agree")
  func severalFiles() throws {
    var flow = NumberedFlow(samples: 3)
    try flow.write(to: folder.file("a-1.hdf5"))
    flow.samples = 4
    try flow.write(to: folder.file("a-2.hdf5"))
    let all = try DataFiles([folder.file("a-*.hdf5")]).open()
    #expect(all.samples == 7 && all.splits == nil)
    let second = try DataFile.open(folder.file("a-2.hdf5"))
    #expect(try values(all, sample: 5) == (try values(second, sample: 2)))
    let apart = try DataFiles([folder.file("a-1.hdf5")], test: [folder.file("a-2.hdf5")]).open()
    #expect(try Subsampling(testSamples: 2).split(apart) == SampleSplit(test: [3, 4], training: [0, 1, 2]))
    let validated = try DataFiles([folder.file("a-2.hdf5")], validation: [folder.file("a-1.hdf5")]).open()
    #expect(
      try Subsampling(testSamples: 1).split(validated)
        == SampleSplit(test: [0], training: [1, 2, 3], validation: [4, 5, 6]))
    #expect(try DataFiles([folder.path]).open().samples == 7)

    flow.spatialShape = [6]
    try flow.write(to: folder.file("b.hdf5"))
    flow.spatialShape = [8]
    flow.frames = 4
    try flow.write(to: folder.file("c.hdf5"))
    for (name, words) in [("b.hdf5", "[6] points instead of [8]"), ("c.hdf5", "4 frames instead of the 5")] {
      let error = #expect(throws: DataFileError.self) {
        try DataFiles([folder.file("a-1.hdf5"), folder.file(name)]).open()
      }
      #expect(error?.description.contains(words) == true && error?.description.contains(name) == true)
    }
    #expect(throws: DataFileError.self) { try DataFiles([folder.file("none-*.hdf5")]).open() }
  }

  @Test("any data set can be written in PDEBench's layout, and an interrupted copy is gone on with")
  func copying() throws {
    let source = try open("own_two_fields.h5", FieldSelection(inputs: ["v"]))
    let path = folder.file("copy.hdf5")
    var asked = 0
    let stopped = try DataSetCopy(source, to: path).write(shouldStop: {
      asked += 1
      return asked > 2
    })
    #expect(!stopped.isFinished && stopped.samples == 2)
    #expect(!FileManager.default.fileExists(atPath: path))
    let done = try DataSetCopy(source, to: path).write()
    #expect(done.isFinished && done.continued == 2 && done.samples == 5)
    let copy = try DataFile.open(path, selection: FieldSelection(inputs: ["v"]))
    #expect(copy.variableNames == ["u", "v"] && copy.times == source.times && copy.axes == source.axes)
    for sample in 0..<5 {
      #expect(try values(copy, sample: sample) == (try values(source, sample: sample)))
      #expect(
        try values(copy, sample: sample, variables: copy.constants, frames: [0])
          == (try values(source, sample: sample, variables: source.constants, frames: [0])))
    }
    #expect(throws: DataFileError.fileExists(file: path)) { try DataSetCopy(source, to: path).write() }
  }

  @Test("what is written as The Well reads as it was")
  func writingTheWell() throws {
    let source = try DataFiles([Reference.own.path("formats/well/data")]).open()
    let split = try Subsampling().split(source)
    let written = try WellCopy(source, split: split, name: "waves").write(to: folder.path)
    #expect(
      written.map { $0.dropFirst(folder.path.count) }
        == ["train", "valid", "test"].map { "/data/\($0)/waves.hdf5" })
    let copy = try DataFiles([folder.path]).open()
    #expect(copy.variables == source.variables && copy.axes == source.axes && copy.splits == source.splits)
    for sample in 0..<source.samples {
      #expect(try values(copy, sample: sample) == (try values(source, sample: sample)))
      let constants = source.constants
      #expect(
        try values(copy, sample: sample, variables: constants, frames: [0])
          == (try values(source, sample: sample, variables: constants, frames: [0])))
    }
    // The same objects with the same attributes as a file that The Well's own reader reads.
    let own = try HDF5File(reading: written[0])
    let known = try HDF5File(reading: Reference.own.path("formats/well/data/train/example_flow_0.hdf5"))
    for object in [
      "/", "dimensions", "dimensions/x", "boundary_conditions/x_periodic", "scalars", "scalars/viscosity",
      "t0_fields",
      "t0_fields/depth", "t1_fields/velocity", "t2_fields",
    ] {
      #expect(
        Set(try own.attributes(of: object).keys) == Set(try known.attributes(of: object).keys), "\(object)")
    }
    #expect(
      try own.dataSet(at: "t1_fields/velocity").shape == (try known.dataSet(at: "t1_fields/velocity").shape))
  }
}
