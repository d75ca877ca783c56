import PDEData
import SystemFiles
import TestSupport
import Testing

/// Variables that are named twice, which a model would see twice.
@Suite("Names given twice") struct DuplicateNameTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("are refused, by what they stand for and not only by their letters")
  func refused() throws {
    let flow = try NumberedFlow().write(to: folder.file("flow.hdf5"))
    let own = Reference.own.path("formats/own_two_fields.h5")
    let well = Reference.own.path("formats/well/data/test/example_flow_0.hdf5")
    for (path, selection, words) in [
      (flow, FieldSelection(variables: ["density", "density"]), ["variables", "'density'"]),
      (flow, FieldSelection(targets: ["Vx", "pressure", "Vx"]), ["targets", "'Vx'"]),
      (flow, FieldSelection(inputs: ["density", "density"]), ["inputs", "'density'"]),
      (own, FieldSelection(variables: ["u", "u"]), ["variables", "'u'"]),
      (well, FieldSelection(inputs: [], targets: ["velocity", "velocity_x"]), ["targets", "'velocity_x'"]),
    ] {
      let error = #expect(throws: DataFileError.self) { try DataFile.open(path, selection: selection) }
      let text = error?.description ?? ""
      for word in words + [path, "twice"] { #expect(text.contains(word), "\(word) in \(text)") }
    }
    // A variable may be named among all and again as one that is not predicted.
    let data = try DataFile.open(
      flow, selection: FieldSelection(variables: ["density", "Vx"], inputs: ["density"], targets: ["Vx"]))
    #expect(data.variableNames == ["Vx", "density"])
  }
}
