import HDF5
import PDEData
import TestSupport
import Testing

/// Files into which inputs were written beside the fields, and coordinates that are of no use.
@Suite("Written inputs and unordered coordinates") struct WrittenInputTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A copy of a made-up flow with one input.
  private func copy(input: String) throws -> String {
    let flow = try NumberedFlow().write(to: folder.file("flow.hdf5"))
    let path = folder.file("copy.hdf5")
    _ = try DataSetCopy(try DataFile.open(flow, selection: FieldSelection(inputs: [input])), to: path).write()
    return path
  }

  @Test("a velocity that was copied as an input is read as one", arguments: ["Vx", "density"])
  func velocity(input: String) throws {
    let path = try copy(input: input)
    let states = ["density", "pressure", "Vx"].filter { $0 != input }
    let data = try DataFile.open(path, selection: FieldSelection(inputs: [input]))
    #expect(Set(data.states.map { data.variableNames[$0] }) == Set(states))
    #expect(data.constants.map { data.variableNames[$0] } == [input])
    #expect(data.samples == 6 && data.frames == 5 && data.spatialShape == [8])
    #expect(data.times == [0, 0.25, 0.5, 0.75, 1])
    // Without a word about inputs, the fields are what changes.
    #expect(try Set(DataFile.open(path).variableNames) == Set(states))
  }

  @Test("an input is not among what is not used")
  func notes() throws {
    let path = try copy(input: "eta")
    #expect(try DataFile.open(path).notes == ["Not used: 'eta'."])
    #expect(try DataFile.open(path, selection: FieldSelection(inputs: ["eta"])).notes.isEmpty)
  }

  @Test("a flow that lacks a variable is read where its variables are named")
  func named() throws {
    let path = folder.file("part.hdf5")
    let file = try HDF5File(creating: path)
    for name in ["density", "Vx"] {
      try file.createDataSet(name, shape: [2, 3, 4]).write((0..<24).map(Double.init))
    }
    try file.close()
    #expect(throws: DataFileError.self) { try DataFile.open(path) }
    let data = try DataFile.open(path, selection: FieldSelection(variables: ["density"]))
    #expect(data.variableNames == ["density"] && data.samples == 2 && data.frames == 3)
  }

  @Test("a note names the coordinate that is there and of no use")
  func unordered() throws {
    let path = folder.file("own.h5")
    let file = try HDF5File(creating: path)
    try file.createDataSet("u", shape: [2, 5, 4]).write((0..<40).map(Double.init))
    try file.createDataSet("t", shape: [5]).write([0, 1, 2, 2, 3])
    try file.createDataSet("x", shape: [4]).write([0, 2, 1, 3])
    try file.close()
    let data = try DataFile.open(path)
    #expect(data.times == [0, 1, 2, 3, 4] && data.axes[0].isAssumed)
    let notes = data.notes.joined(separator: " ")
    #expect(notes.contains("'t' does not rise at entry 3"), "\(notes)")
    #expect(notes.contains("'x' neither only rises nor only falls, see entry 2"), "\(notes)")
    #expect(!notes.contains("There is no"), "\(notes)")
  }
}
