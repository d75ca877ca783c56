import Foundation
import SystemFiles
import TestSupport
import Testing

@Suite("Temporary files of killed processes") struct TemporaryFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The temporary name of a process for a file, as its own name would be if it had the number.
  private func name(process: Int32, host: String? = nil) throws -> String {
    let elsewhere = try TemporaryFolder()
    let own = FilePath.name(of: try FileReplacement(of: elsewhere.file("data.hdf5")).temporary)
    let parts = own.split(separator: ".").map(String.init)
    return ".data.hdf5.\(host ?? parts[2]).\(process)-900000.partial"
  }

  /// The number of a process that is dead.
  private func deadProcess() throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "exit"]
    try process.run()
    process.waitUntilExit()
    return process.processIdentifier
  }

  @Test("are removed at the next write in their folder, those of others are not")
  func swept() throws {
    let dead = try deadProcess()
    let gone = try [name(process: dead), name(process: getpid())]
    let kept = try [
      name(process: getppid()), name(process: dead, host: "another-machine"), ".data.hdf5.partial",
      "data.hdf5",
      ".data.hdf5.\(dead)-7.partial",
    ]
    for name in gone + kept { try Data().write(to: URL(filePath: folder.file(name))) }
    try AtomicFile.replace(folder.file("new"), with: "text")
    let found = try folder.content
    #expect(found == (kept + ["new"]).sorted(), "\(found)")
  }

  @Test("a file that this process is writing stays")
  func own() throws {
    var first = try AtomicFile(replacing: folder.file("first"))
    try first.write("one")
    try AtomicFile.replace("\(folder.path)/../\(FilePath.name(of: folder.path))/second", with: "two")
    try first.commit()
    #expect(try folder.content == ["first", "second"])
  }
}
