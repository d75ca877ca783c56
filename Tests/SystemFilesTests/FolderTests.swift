import Foundation
import SystemFiles
import TestSupport
import Testing

@Suite("Folders") struct FolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "a folder is made with those above it, and again nothing happens",
    arguments: ["one", "one/two/three", "one//two/", "one/./two"])
  func parents(path: String) throws {
    let path = folder.file(path)
    for _ in 0..<2 {
      try Folder.make(path)
      var isFolder: ObjCBool = false
      #expect(FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue)
      try AtomicFile.replace("\(path)/file", with: "stays")
    }
    try Folder.make(path)
    #expect(try String(contentsOfFile: "\(path)/file", encoding: .utf8) == "stays")
  }

  @Test("a folder that cannot be made is named, with the system's own reason")
  func reasons() throws {
    let file = folder.file("file")
    try AtomicFile.replace(file, with: "in the way")
    let taken = FileError(.create, file, code: EEXIST)
    #expect(throws: taken) { try Folder.make(file) }
    #expect(taken.description.contains("File exists; choose another name"))
    #expect(throws: FileError(.create, "\(file)/a/b", code: ENOTDIR)) { try Folder.make("\(file)/a/b") }
    #expect(throws: FileError(.create, "", code: ENOENT)) { try Folder.make("") }
  }
}
