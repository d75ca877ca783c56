import Foundation
import Studies
import SystemFiles
import TestSupport
import Testing

@Suite("Folders of the runs of a file of results") struct ResultFolderTests: StoresResults {
  /// Writes a file of results of one run into a benchmark's folder.
  private func file(_ benchmark: String, folder: String, runIsThere: Bool) throws -> String {
    let run = "\(benchmark)/runs/a"
    try Folder.make(runIsThere ? run : benchmark)
    if runIsThere { try AtomicFile.replace("\(run)/benchmark.json", with: "{}") }
    let path = "\(benchmark)/results.sqlite"
    try store([row("a", reducedBatch: 1, folder: folder)], in: path)
    return path
  }

  private func found(_ path: String) throws -> String {
    try #require(try BenchmarkResults(collecting: [path]).rows.first).folder
  }

  @Test(
    "they are below the file's folder where the runs are there, wherever the file says they were",
    arguments: ["out/runs/a", "/gone/out/runs/a"])
  func moved(folder: String) throws {
    let benchmark = try TemporaryFolder()
    let path = try file(benchmark.path, folder: folder, runIsThere: true)
    #expect(try found(path) == benchmark.file("runs/a"))
  }

  @Test("else they are where they were, but for what the file says as seen from a working folder of then")
  func absent() throws {
    let benchmark = try TemporaryFolder()
    let named = try file(benchmark.file("named"), folder: "/elsewhere/out/runs/a", runIsThere: false)
    #expect(try found(named) == "/elsewhere/out/runs/a")
    let relative = try file(benchmark.file("relative"), folder: "out/runs/a", runIsThere: false)
    #expect(try found(relative) == benchmark.file("relative/runs/a"))
  }

  @Test("they are written as seen from the root of the file system, for readers in any working folder")
  func written() throws {
    let benchmark = try TemporaryFolder()
    let path = try file(benchmark.file("out"), folder: "out/runs/a", runIsThere: true)
    let up = FileManager.default.currentDirectoryPath.split(separator: "/").map { _ in ".." }
    let relative = up.joined(separator: "/") + path
    let results = try BenchmarkResults(collecting: [relative])
    #expect(results.rows.first?.folder.hasPrefix("/") == up.isEmpty)
    try results.write(to: benchmark.file("copy.sqlite"))
    let folder = try found(benchmark.file("copy.sqlite"))
    #expect(folder.hasPrefix("/") && FileManager.default.fileExists(atPath: folder + "/benchmark.json"))
  }
}
