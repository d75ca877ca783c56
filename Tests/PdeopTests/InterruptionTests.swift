import Foundation
import TestSupport
import Testing

@Suite(
  "A run that is stopped goes on to the same bits", .enabled(if: Command.isBuilt, Command.absence),
  .serialized)
struct InterruptionTests {
  /// A training with everything that has a state: moments, the samples' order, noise, a schedule, layers' rates.
  private static let options = [
    "--data", "line.hdf5", "--modes", "4", "--width", "6", "--initial-steps", "4", "--batch-size", "3",
    "--epochs", "250", "--noise", "0.01", "--validation-samples", "2", "--schedule", "cosine",
    "--tempbalance", "sigmoid", "--tempbalance-min-eigenvalues", "1", "--tempbalance-interval", "2",
  ]

  private let workspace: Workspace

  /// A workspace with a run that nothing interrupted.
  init() throws {
    workspace = try Workspace()
    let whole = try workspace.run(["train", "--output", "whole", "--threads", "1"] + Self.options)
    try #require(whole.status == 0, "\(whole.errors)")
  }

  /// The steps that the run's file has.
  private var steps: Int {
    (try? workspace.text("run/steps.jsonl"))?.utf8.count { $0 == UInt8(ascii: "\n") } ?? 0
  }

  /// Starts a command and sends it a signal when the run has taken so many steps more than before.
  ///
  /// Going on, a run first takes back the steps after its last save: when it has more, it is at work.
  private func stop(
    _ arguments: [String], by signal: Int32, after count: Int, unless isLate: () -> Bool = { false }
  ) throws -> Command.Outcome {
    let before = steps
    return try workspace.stop(arguments, by: signal, when: { steps >= before + count }, unless: isLate)
  }

  private func expectSameRun(sourceLocation: SourceLocation = #_sourceLocation) throws {
    for file in [
      "steps.jsonl", "layers.jsonl", "checkpoints/best.safetensors", "checkpoints/last.safetensors",
      "checkpoints/resume.safetensors",
    ] {
      let isSame = try workspace.bytes("whole/\(file)") == workspace.bytes("run/\(file)")
      #expect(isSame, "\(file)", sourceLocation: sourceLocation)
    }
    #expect(try workspace.lines("run/metrics.jsonl").count == 250, sourceLocation: sourceLocation)
    let isSame = try workspace.haveSameMetrics("run", "whole")
    #expect(isSame, "metrics.jsonl", sourceLocation: sourceLocation)
  }

  @Test("by Ctrl-C, by a time limit, by a kill, with other numbers of threads")
  func interrupted() throws {
    let interrupted = try stop(
      ["train", "--output", "run", "--threads", "2", "--json"] + Self.options, by: SIGINT, after: 60)
    #expect(interrupted.status == 130, "\(interrupted.errors)")
    #expect(interrupted.errors.contains("pdeop train --resume run"))
    #expect(try interrupted.object()["outcome"] as? String == "interrupted")
    let limited = try workspace.run(["train", "--resume", "run", "--time-limit", "0.0001"])
    #expect(limited.status == 130 && limited.errors.contains("Stopped and saved"), "\(limited.errors)")
    let evaluated = try workspace.run(
      ["evaluate", "--data", "line.hdf5", "--checkpoint", "run/checkpoints/best.safetensors"])
    #expect(evaluated.status == 0, "\(evaluated.errors)")

    let killed = try stop(["train", "--resume", "run", "--threads", "1"], by: SIGKILL, after: 90)
    #expect(killed.status == -SIGKILL)
    let report = try workspace.run(["report", "run", "--json"])
    #expect(report.status == 0, "a run that was killed can be reported: \(report.errors)")

    let terminated = try stop(["train", "--resume", "run"], by: SIGTERM, after: 100)
    #expect(terminated.status == 130, "\(terminated.errors)")

    let resumed = try workspace.run(["train", "--resume", "run", "--threads", "2"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("Resuming at epoch"))
    try expectSameRun()

    let before = try workspace.content()
    let again = try workspace.run(["train", "--resume", "run", "--threads", "2"])
    #expect(again.status == 0)
    #expect(again.errors.contains("All 250 epochs are done"))
    let isUntouched = try workspace.content() == before
    #expect(isUntouched)
  }

  @Test(
    "by a kill before its first save, and by a disk that is full",
    .disabled(if: Command.isSanitized, Command.sanitizer))
  func killedAtOnce() throws {
    let killed = try stop(["train", "--output", "run"] + Self.options, by: SIGKILL, after: 1) {
      workspace.exists("run/checkpoints/resume.safetensors")
    }
    #expect(killed.status == -SIGKILL)
    // The checkpoints fit; the growing files of records do not.
    let full = try workspace.run(["train", "--resume", "run"], fileBlocks: 96)
    #expect(full.status == 1, "\(full.errors)")
    #expect(full.errors.contains("pdeop: run/layers.jsonl could not be written: File too large; "))
    #expect(full.errors.contains("resume it with pdeop train --resume run.\n"))
    let resumed = try workspace.run(["train", "--resume", "run"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    try expectSameRun()
  }
}
