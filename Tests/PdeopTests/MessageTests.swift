import Foundation
import TestSupport
import Testing

@Suite("What a command says", .enabled(if: Command.isBuilt, Command.absence))
struct MessageTests {
  private static let options = ["train", "--data", "line.hdf5", "--output", "run"] + Workspace.plain
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Every line of standard error as a JSON object.
  private func objects(_ outcome: Command.Outcome) throws -> [[String: Any]] {
    try outcome.errors.split(separator: "\n").map { line in
      try #require(JSON.object(Data(line.utf8)) as? [String: Any], "\(line)")
    }
  }

  @Test("is nothing under --quiet, but the result is printed")
  func quiet() throws {
    let outcome = try workspace.run(Self.options + ["--quiet", "--json"])
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(try outcome.object()["epochs"] as? Int == 2)
  }

  @Test("has warnings and errors under --quiet")
  func quietWarns() throws {
    let idle = try workspace.run(
      Self.options + ["--quiet", "--tempbalance", "sigmoid", "--tempbalance-min-eigenvalues", "1000"])
    #expect(
      idle.status == 0 && idle.errors.hasPrefix("Warning: --tempbalance has no effect"), "\(idle.errors)")
    let missing = try workspace.run(["train", "--data", "none.hdf5", "--output", "new", "--quiet"])
    #expect(missing.status == 65 && missing.errors.contains("none.hdf5"), "\(missing.errors)")
  }

  @Test("is a JSON object a line under --log-format json, with the numbers of every epoch")
  func json() throws {
    let outcome = try workspace.run(Self.options + ["--log-format", "json", "--epochs", "30"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let objects = try objects(outcome)
    for object in objects {
      for key in ["time", "level", "message"] { #expect(object[key] is String, "\(key) of \(object)") }
    }
    let epochs = objects.filter { $0["epoch"] != nil }
    #expect(epochs.compactMap { $0["epoch"] as? Int } == Array(0..<30))
    let recorded = try workspace.lines("run/metrics.jsonl")
    #expect(epochs.last?["loss"] as? Double == recorded.last?["loss"] as? Double)
    #expect(epochs.last?["nRMSE"] as? Double == recorded.last?["nRMSE"] as? Double)
  }

  @Test("is a JSON object for an error too, with control characters escaped")
  func jsonError() throws {
    let outcome = try workspace.run([
      "generate", "merge", "no\u{1B}[2J.hdf5", "--output", "new.hdf5",
    ])
    #expect(outcome.status == 65 && !outcome.errors.contains("\u{1B}"))
    let told = try workspace.run([
      "train", "--data", "no\u{1B}[2J.hdf5", "--output", "new", "--log-format", "json",
    ])
    let objects = try objects(told)
    #expect(told.status == 65 && objects.last?["level"] as? String == "error", "\(told.errors)")
    #expect(!told.errors.contains("\u{1B}"))
  }
}
