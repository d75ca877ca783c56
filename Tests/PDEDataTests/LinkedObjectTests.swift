import HDF5
import PDEData
import TestSupport
import Testing

/// Files with more names than objects, and with more objects than anybody looks at.
@Suite("Links and many objects") struct LinkedObjectTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A field with its coordinates, beside groups.
  private func write(groups: Int = 0) throws -> String {
    let path = folder.file("own.h5")
    let file = try HDF5File(creating: path)
    try file.createDataSet("u", shape: [2, 5, 4]).write((0..<40).map(Double.init))
    try file.createDataSet("t", shape: [5]).write([0, 1, 2, 3, 4])
    try file.createDataSet("x", shape: [4]).write([0, 1, 2, 3])
    for group in 0..<groups { try file.createGroup("zz \(group)") }
    try file.close()
    return path
  }

  @Test("a group that holds itself is looked at once", .timeLimit(.minutes(1)))
  func cycle() throws {
    let path = try write()
    try HardLink.add("self", to: "/", of: path)
    let data = try DataFile.open(path)
    #expect(data.variableNames == ["u"] && data.samples == 2 && data.frames == 5)
    #expect(data.notes.isEmpty, "\(data.notes)")
  }

  @Test("objects of linked files are others, where they lie at the same places", .timeLimit(.minutes(1)))
  func linkedFiles() throws {
    let path = try write()
    // The roots of all files have one address.
    for name in ["first", "second"] {
      let linked = folder.file("\(name).h5")
      let file = try HDF5File(creating: linked)
      try file.createDataSet(name, shape: [2, 5, 4]).write((0..<40).map(Double.init))
      try file.close()
      try ExternalLink.add(name, to: "/", in: linked, of: path)
    }
    // A linked file that leads to itself, by another name, is looked at once.
    try ExternalLink.add("again", to: "/", in: "\(folder.path)/./first.h5", of: folder.file("first.h5"))
    let data = try DataFile.open(path, access: HDF5Access(allowsExternal: true))
    #expect(Set(data.variableNames) == ["u", "first", "second"], "\(data.variableNames)")
  }

  @Test("a group of several names goes by the first")
  func severalNames() throws {
    let path = folder.file("names.h5")
    let file = try HDF5File(creating: path)
    try file.createDataSet("a/u", shape: [2, 5, 4]).write((0..<40).map(Double.init))
    try file.close()
    try HardLink.add("b", to: "a", of: path)
    let data = try DataFile.open(path, selection: FieldSelection(variables: ["a/u"], axes: ["ntx"]))
    #expect(data.variableNames == ["u"])
  }

  @Test("a note says that not all of very many objects are looked at")
  func manyObjects() throws {
    let data = try DataFile.open(write(groups: 4200))
    #expect(data.variableNames == ["u"])
    #expect(data.notes == ["Only 4096 of the objects in it are looked at; there are more."])
  }
}
