import Foundation
import SystemFiles
import TestSupport
import Testing

@Suite("A file's lock") struct FileLockTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("data")
    try Data().write(to: URL(filePath: path))
  }

  /// Copies of this process's descriptors of the file, as a child process has them until it has become its program.
  func inheritedDescriptors() -> [Int32] {
    var (file, other) = (stat(), stat())
    guard stat(path, &file) == 0 else { return [] }
    return (0..<Int32(1024)).filter { fstat($0, &other) == 0 && other.st_ino == file.st_ino }.map { dup($0) }
  }

  @Test("keeps all others out, until it is let go of", arguments: ["data", ""])
  func exclusive(name: String) throws {
    do {
      let lock = FileLock(folder.file(name))
      #expect(lock != nil && FileLock(folder.file(name)) == nil)
      withExtendedLifetime(lock) {}
    }
    #expect(FileLock(folder.file(name)) != nil)
  }

  @Test("goes with its owner, also where a starting process has inherited it")
  func inherited() throws {
    var lock = FileLock(path)
    let copies = inheritedDescriptors()
    defer { for copy in copies { close(copy) } }
    try #require(lock != nil && copies.count == 1)
    lock = nil
    #expect(FileLock(path) != nil)
  }

  @Test("knows that its file has been replaced")
  func replaced() throws {
    let lock = try #require(FileLock(path))
    #expect(lock.isOf(path))
    try Data().write(to: URL(filePath: folder.file("new")))
    try #require(rename(folder.file("new"), path) == 0)
    #expect(!lock.isOf(path))
  }
}
