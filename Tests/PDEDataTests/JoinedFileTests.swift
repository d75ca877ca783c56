import Foundation
import HDF5
import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing

/// Several files that are to be one set of samples.
@Suite("Joined files") struct JoinedFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file of a flow that says of its ends what is given.
  private func flow(_ name: String, boundary: String? = nil) throws -> String {
    var layout = PDEBenchLayout(
      variables: ["density", "pressure", "Vx"], coordinates: [(0..<8).map { Double($0) / 8 }], times: [0, 1])
    layout.attributes["boundary"] = boundary.map { .text($0) }
    let writer = try PDEBenchWriter(path: folder.file(name), layout: layout)
    try writer.append(Tensor(repeating: 1, shape: [2, 3, 8]))
    try writer.finish()
    return folder.file(name)
  }

  @Test("a file that is given twice is refused, whatever it is for and whatever it is called")
  func twice() throws {
    let (file, other) = (try flow("a.hdf5"), try flow("b.hdf5"))
    let (link, second) = (folder.file("link.hdf5"), folder.file("second.hdf5"))
    let dotted = "\(folder.path)/./a.hdf5"
    for (files, name) in [
      (DataFiles([file, file]), file), (DataFiles([other, file], test: [file]), file),
      (DataFiles([file], validation: [file]), file),
      (DataFiles([other], test: [file], validation: [file]), file),
      (DataFiles([file], test: [dotted]), dotted), (DataFiles([folder.path], test: [other]), other),
      (DataFiles([folder.file("*.hdf5"), file]), file),
    ] {
      let error = #expect(throws: DataFileError.self) { try files.open() }
      guard case .givenTwice(name, _) = error else {
        Issue.record("\(files) gave \(String(describing: error))")
        continue
      }
      #expect(error?.fault == .usage)
    }
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    try FileManager.default.linkItem(atPath: file, toPath: second)
    for name in [link, second] {
      let error = #expect(throws: DataFileError.givenTwice(file: name, other: file)) {
        try DataFiles([file], test: [name]).open()
      }
      #expect(error?.description.hasPrefix("\(name) is the same file as \(file)") == true)
    }
    // The bytes of one file in another are another file: what it holds is its owner's business.
    #expect(try DataFiles([file, other]).open().samples == 2)
    #expect(throws: DataFileError.givenTwice(file: file, other: file)) {
      try DataFiles.requireDistinct([DataFiles([file]), DataFiles([other]), DataFiles([file])])
    }
    try DataFiles.requireDistinct([DataFiles([file]), DataFiles([other])])
  }

  @Test("numbers in which files differ are told, unless they are taken for inputs")
  func differingNumbers() throws {
    let paths = try [0.1, 0.2].map { eta in
      try WaveFile().with { ($0.samples, $0.attributes) = (2, ["eta": eta, "zeta": 0.5]) }
        .write(to: folder.file("eta-\(eta).hdf5"))
    }
    let told = try DataFiles(paths).open()
    #expect(told.parameters["eta"] == nil && told.parameters["zeta"] == 0.5)
    #expect(told.notes.contains { $0.contains("differ in eta,") })
    let seen = try DataFiles(paths).open(selection: FieldSelection(inputs: ["eta"]))
    #expect(!seen.notes.contains { $0.contains("differ in") })
  }

  @Test("files are there if all that are named are, and some of each folder and pattern")
  func presence() throws {
    let (file, other) = (try flow("a.hdf5"), try flow("b.hdf5"))
    for names in [[file, other], [folder.file("*.hdf5")], [folder.path], [folder.file("[a].hdf5"), other]] {
      #expect(DataFiles(names).areThere, "\(names)")
    }
    let (missing, empty) = (folder.file("c.hdf5"), folder.file("empty"))
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    for files in [
      DataFiles([file, missing]), DataFiles([file], test: [missing]),
      DataFiles([file], validation: [missing]), DataFiles([folder.file("c*")]), DataFiles([empty]),
      DataFiles([]),
    ] {
      #expect(!files.areThere, "\(files)")
    }
  }

  @Test("periodic files and those with ends are not joined, whether they or their names say so")
  func differentEnds() throws {
    let periodic = try flow("a.hdf5", boundary: "periodic")
    let open = try flow("b.hdf5", boundary: "outgoing")
    let (unknown, named) = (try flow("c.hdf5"), try flow("1D_CFD_Rand_periodic_d.hdf5"))
    let shock = try flow("1D_CFD_Shock_trans_e.hdf5")
    for files in [
      [periodic, open], [open, periodic], [unknown, periodic, open], [periodic, shock], [named, open],
      [shock, named],
    ] {
      let error = #expect(throws: DataFileError.self) { try DataFiles(files).open() }
      let text = error?.description ?? ""
      for words in files.filter({ $0 != unknown }) + ["ends", "periodic x", "must agree"] {
        #expect(text.contains(words), "\(words) in \(text)")
      }
    }
  }

  @Test("joined axes are periodic if all files, or their names, say so; a file with ends has them for all")
  func joinedEnds() throws {
    let periodic = try flow("a.hdf5", boundary: "periodic")
    let open = try flow("b.hdf5", boundary: "outgoing")
    let (unknown, named) = (try flow("c.hdf5"), try flow("1D_CFD_Rand_periodic_d.hdf5"))
    let (another, other) = (try flow("e.hdf5", boundary: "periodic"), try flow("f.hdf5"))
    for (files, isPeriodic) in [
      ([periodic, another], true), ([periodic, named], true), ([periodic, unknown], nil),
      ([unknown, open], false), ([unknown, other], nil),
    ] as [([String], Bool?)] {
      #expect(try DataFiles(files).open().axes.map(\.isPeriodic) == [isPeriodic], "\(files)")
    }
    // Names speak for files of their own alone.
    let second = try flow("1D_CFD_Rand_periodic_g.hdf5")
    for (files, isPeriodic) in [
      ([named, second], true), ([named, other], nil), ([other, named], nil),
    ] as [([String], Bool?)] {
      let joined = try DataFiles(files).open()
      #expect(joined.axes[0].isPeriodic == nil && joined.isPeriodicByName == isPeriodic, "\(files)")
    }
    // What is not known of all is not written of all.
    let joined = folder.file("joined.hdf5")
    _ = try DataSetCopy(DataFiles([periodic, unknown]).open(), to: joined).write()
    #expect(try DataFile.open(joined).axes[0].isPeriodic == nil)
  }
}
