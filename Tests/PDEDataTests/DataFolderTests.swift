import SystemFiles
import Foundation
import HDF5
import PDEData
import TestSupport
import Testing

/// Which files of a folder are its data.
@Suite("Folders of data") struct DataFolderTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try NumberedFlow(samples: 3).write(to: folder.file("a.hdf5"))
  }

  private func open() throws -> any FieldDataSet { try DataFiles([folder.path]).open() }

  @Test("what is neither called data nor holds any is passed over")
  func others() throws {
    try Data("what I did".utf8).write(to: URL(filePath: folder.file("notes.txt")))
    try Data().write(to: URL(filePath: folder.file("empty")))
    try FileManager.default.createDirectory(
      atPath: folder.file("figures.h5"), withIntermediateDirectories: true)
    #expect(try open().samples == 3)
  }

  @Test("what is called data and cannot be read or told is an error, not passed over")
  func unreadable() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("gone.h5"), withDestinationPath: folder.file("nowhere"))
    let missing = #expect(throws: DataFileError.self) { try open() }
    #expect(missing?.description.contains("gone.h5") == true)
    try FileManager.default.removeItem(atPath: folder.file("gone.h5"))
    for name in ["empty.h5", "empty.NPY", "empty.nc"] {
      try Data().write(to: URL(filePath: folder.file(name)))
      let error = #expect(throws: DataFileError.self) { try open() }
      #expect(error?.description.contains(name) == true, "\(error?.description ?? "none")")
      try FileManager.default.removeItem(atPath: folder.file(name))
    }
    #expect(try open().samples == 3)
  }

  @Test("an HDF5 file of any name is found behind bytes of others", arguments: [0, 512, 2048])
  func userBlock(size: Int) throws {
    let file = try Data(contentsOf: URL(filePath: folder.file("a.hdf5")))
    try (Data(count: size) + file).write(to: URL(filePath: folder.file("b")))
    #expect(try open().samples == 6)
  }
}
