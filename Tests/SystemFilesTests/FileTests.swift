import Foundation
import SystemFiles
import Testing

@Suite("Files") struct FileTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "files-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func cleanUp() { try? FileManager.default.removeItem(at: folder) }
  private func path(_ name: String) -> String { folder.appending(path: name).path }
  private func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }
  private var content: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  @Test("a file is replaced when it is committed, not before")
  func replacement() throws {
    defer { cleanUp() }
    try AtomicFile.replace(path("metrics.json"), with: "old")
    var file = try AtomicFile(replacing: path("metrics.json"))
    try file.write("new, ")
    try file.write("später")
    #expect(try text("metrics.json") == "old")
    try file.commit()
    #expect(try text("metrics.json") == "new, später")
    #expect(try content == ["metrics.json"])
  }

  @Test("a content that is not committed leaves the old one and no trace")
  func abandonment() throws {
    defer { cleanUp() }
    try AtomicFile.replace(path("metrics.json"), with: "old")
    do {
      let file = try AtomicFile(replacing: path("metrics.json"))
      try file.write("half of it")
      #expect(try content.count == 2)
    }
    #expect(try text("metrics.json") == "old")
    #expect(try content == ["metrics.json"])
  }

  @Test("a missing folder is named with a way out")
  func missingFolder() throws {
    defer { cleanUp() }
    let error = FileError(.create, path("absent/file"), code: ENOENT)
    #expect(throws: error) { try AtomicFile.replace(path("absent/file"), with: "") }
    #expect(error.fault == .run)
    #expect(error.description.contains("absent/file could not be created: No such file or directory"))
    #expect(error.description.contains("folder exists"))
  }

  @Test("a folder or a device is not replaced", arguments: [("/tmp", EISDIR), ("/dev/null", EINVAL)])
  func notAnOrdinaryFile(path: String, code: Int32) throws {
    defer { cleanUp() }
    #expect(throws: FileError(.replace, path, code: code)) { try AtomicFile.replace(path, with: "") }
  }

  @Test("appending keeps what is there, creating anew refuses it")
  func outputModes() throws {
    defer { cleanUp() }
    for line in ["one\n", "two\n"] {
      let file = try OutputFile(path("steps.jsonl"), mode: .append)
      try file.append(line)
      try file.flush()
    }
    #expect(try text("steps.jsonl") == "one\ntwo\n")
    #expect(throws: FileError(.create, path("steps.jsonl"), code: EEXIST)) {
      _ = try OutputFile(path("steps.jsonl"), mode: .createNew)
    }
  }

  @Test(
    "a full disk is reported",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "this system has no /dev/full"))
  func fullDisk() throws {
    defer { cleanUp() }
    let file = try OutputFile("/dev/full", mode: .append)
    let error = FileError(.write, "/dev/full", code: ENOSPC)
    #expect(throws: error) { try file.append("anything") }
    #expect(error.description.contains("No space left on device; free some space"))
  }
}
