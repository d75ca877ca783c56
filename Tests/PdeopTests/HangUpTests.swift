import Foundation
import TestSupport
import Testing

@Suite(
  "A training whose terminal is gone", .enabled(if: Command.isBuilt, Command.absence), .serialized)
struct HangUpTests {
  private static let options = ["train", "--data", "line.hdf5", "--output", "run 2"] + Workspace.plain

  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private var steps: Int {
    (try? workspace.text("run 2/steps.jsonl"))?.utf8.count { $0 == UInt8(ascii: "\n") } ?? 0
  }

  @Test("saves and ends, says how to resume, and may then have fewer epochs than it was to have")
  func saves() throws {
    // Tests that run under nohup would hand it on.
    let former = signal(SIGHUP, SIG_DFL)
    defer { signal(SIGHUP, former) }
    let arguments = Self.options + ["--epochs", "400"]
    let outcome = try workspace.stop(arguments, by: SIGHUP, when: { steps >= 30 })
    #expect(outcome.status == 129, "\(outcome.errors)")
    #expect(outcome.errors.contains("To resume: pdeop train --resume 'run 2'\n"), "\(outcome.errors)")
    let resumed = try workspace.run(["train", "--resume", "run 2", "--epochs", "399", "--json"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try resumed.object()["epochs"] as? Int == 399)
  }

  @Test("goes on under nohup")
  func ignored() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments =
      ["-c", "trap '' HUP; exec \"$0\" \"$@\" 2>/dev/null", Command.path] + Self.options + [
        "--epochs", "100",
      ]
    process.currentDirectoryURL = URL(filePath: workspace.folder.path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    while process.isRunning, steps < 10 { usleep(500) }
    kill(process.processIdentifier, SIGHUP)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    #expect(try workspace.lines("run 2/metrics.jsonl").count == 100)
  }
}
