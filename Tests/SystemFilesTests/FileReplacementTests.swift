import Foundation
import SystemFiles
import Testing

@Suite("File replacement") struct FileReplacementTests {
  let folder = FileManager.default.temporaryDirectory.appending(path: "file-replacement-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test("the old content stays until the new one is complete")
  func commit() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write("old", to: path("file"))
    let replacement = try FileReplacement(of: path("file"))
    #expect(replacement.destinationExists)
    try write("new", to: replacement.temporary)
    #expect(try String(contentsOfFile: path("file"), encoding: .utf8) == "old")
    try replacement.commit()
    #expect(try String(contentsOfFile: path("file"), encoding: .utf8) == "new")
    #expect(try names() == ["file"])
  }

  @Test("two replacements of one file do not share a temporary name")
  func distinct() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let first = try FileReplacement(of: path("file"))
    let second = try FileReplacement(of: path("file"))
    #expect(first.temporary != second.temporary)
    #expect(!first.destinationExists)
  }

  @Test("a failed replacement names the file and the reason, and leaves nothing behind")
  func failure() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let missing = #expect(throws: FileError.self) { try FileReplacement(of: path("absent/file")) }
    #expect(missing?.path == path("absent/file"))
    #expect(missing?.description.contains("check that its folder exists") == true)

    // A file cannot take the place of a folder, even of one that comes later.
    let replacement = try FileReplacement(of: path("taken"))
    try write("new", to: replacement.temporary)
    try FileManager.default.createDirectory(atPath: path("taken"), withIntermediateDirectories: true)
    let blocked = #expect(throws: FileError.self) { try replacement.commit() }
    #expect(blocked?.action == .replace)
    #expect(throws: FileError.self) { try FileReplacement(of: path("taken")) }
    #expect(try names() == ["taken"])
  }

  @Test("a name that leaves no room for a temporary one is refused with the way out")
  func longName() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let long = path(String(repeating: "n", count: 248))
    let error = #expect(throws: FileError.self) { try FileReplacement(of: long) }
    #expect(error == FileError(.create, long, code: ENAMETOOLONG))
    #expect(error?.description.contains("a name of at most 150 bytes") == true)
    try AtomicFile.replace(path(String(repeating: "n", count: 150)), with: "text")
    #expect(try names().count == 1)
  }

  @Test("this process may count on some memory")
  func memory() {
    #expect(SystemMemory.bytes > 1 << 20)
  }
}
