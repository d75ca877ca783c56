import Foundation
import PDEData
import TestSupport
import Testing

@Suite("Data sets that are made", .enabled(if: Command.isBuilt, Command.absence), .serialized)
struct GenerationTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private static let plane = [
    "generate", "cfd2d", "--samples", "6", "--resolution", "48", "--mach", "0.1", "--seed", "2", "--output",
  ]

  /// Runs a command until a file in the making has a finished sample, then sends it a signal.
  private func run(_ arguments: [String], signal: Int32, making name: String) throws -> Command.Outcome {
    let partial = workspace.path(".\(name).partial")
    let copy = workspace.path("copy")
    let command = try Command(arguments, in: workspace.folder.path)
    while command.isRunning {
      try? FileManager.default.removeItem(atPath: copy)
      try? FileManager.default.copyItem(atPath: partial, toPath: copy)
      if (try? PDEBenchFile(path: copy)) != nil {
        command.send(signal)
        break
      }
      usleep(2000)
    }
    try? FileManager.default.removeItem(atPath: copy)
    return try command.outcome()
  }

  @Test("go on to the same bytes after a kill, with all samples that were finished")
  func killed() throws {
    let whole = try workspace.run(Self.plane + ["whole.hdf5"])
    #expect(whole.status == 0, "\(whole.errors)")
    let killed = try run(Self.plane + ["flow.hdf5", "--threads", "1"], signal: SIGKILL, making: "flow.hdf5")
    #expect(killed.status == -SIGKILL)
    #expect(!workspace.exists("flow.hdf5") && workspace.exists(".flow.hdf5.partial"))
    try workspace.expectRefusal(
      Self.plane + ["flow.hdf5", "--eta", "0.02"], status: 64,
      naming: [".flow.hdf5.partial", "eta", "0.02", "0.01", "--overwrite"])

    let resumed = try workspace.run(Self.plane + ["flow.hdf5", "--json"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    let report = try resumed.object()
    #expect(try #require(report["new_samples"] as? Int) < 6)
    #expect(report["samples"] as? Int == 6)
    #expect(try workspace.bytes("flow.hdf5") == workspace.bytes("whole.hdf5"))
    #expect(!workspace.exists(".flow.hdf5.partial"))
  }

  @Test("are a valid file after an interrupt, and go on from it")
  func interrupted() throws {
    let interrupted = try run(
      Self.plane + ["flow.hdf5", "--threads", "1"], signal: SIGINT, making: "flow.hdf5")
    #expect(interrupted.status == 130, "\(interrupted.errors)")
    #expect(interrupted.output.contains("the same command goes on from there"))
    let samples = try PDEBenchFile(path: workspace.path("flow.hdf5")).samples
    #expect((1..<6).contains(samples))
    #expect(!workspace.exists(".flow.hdf5.partial"))
    let resumed = try workspace.run(Self.plane + ["flow.hdf5"])
    #expect(resumed.output.contains("\(6 - samples) new"))
    let again = try workspace.run(Self.plane + ["flow.hdf5"])
    #expect(again.output == "flow.hdf5 already holds these 6 samples.\n")
  }
}
