import Foundation
import TestSupport
import Testing

@Suite(
  "Pages that follow a training", .enabled(if: Command.isBuilt, Command.absence),
  .enabled(if: Workspace.hasGnuplot, "gnuplot is not installed"))
struct WatchTests {
  private static let watch = ["--html", "page.html", "--watch", "--interval", "1"]

  /// Waits until something holds; a busy machine may take its time.
  private func wait(for condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<1200 {
      if try condition() { return true }
      usleep(100_000)
    }
    return false
  }

  private func begin(_ workspace: Workspace) throws -> Command {
    let training = try Command(
      ["train", "--data", "line.hdf5", "--output", "run"] + Workspace.plain + ["--epochs", "100000"],
      in: workspace.folder.path)
    try #require(wait { (try? workspace.text("run/metrics.jsonl"))?.contains("\n") ?? false })
    return training
  }

  private func isLive(_ workspace: Workspace) -> Bool {
    (try? workspace.text("page.html"))?.contains("http-equiv=\"refresh\" content=\"1\"") ?? false
  }

  @Test("a page is rewritten as a run goes, whole at any time, and ends with the run")
  func endsWithRun() throws {
    let workspace = try Workspace()
    let training = try begin(workspace)
    let watching = try Command(["report", "run"] + Self.watch, in: workspace.folder.path)
    #expect(wait { isLive(workspace) || !watching.isRunning })
    let first = try workspace.text("page.html")
    #expect(first.hasSuffix("</html>\n"))
    #expect(wait { (try? workspace.text("page.html")) != first || !watching.isRunning }, "it is rewritten")
    #expect(try workspace.text("page.html").hasSuffix("</html>\n"))
    #expect(watching.isRunning)
    training.send(SIGINT)
    #expect(try training.outcome().status == 130)
    let outcome = try watching.outcome()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("nRMSE"), "the table at the end")
    let last = try workspace.text("page.html")
    #expect(!last.contains("http-equiv") && last.contains("training loss"))
  }

  @Test("Ctrl-C ends the watch and leaves a page that is not read again")
  func interruption() throws {
    let workspace = try Workspace()
    let training = try begin(workspace)
    let watching = try Command(["report", "run"] + Self.watch, in: workspace.folder.path)
    #expect(wait { isLive(workspace) || !watching.isRunning })
    #expect(watching.isRunning)
    watching.send(SIGINT)
    let outcome = try watching.outcome()
    #expect(outcome.status == 130, "\(outcome.errors)")
    #expect(!isLive(workspace) && workspace.exists("page.html"))
    #expect(training.isRunning)
    training.send(SIGINT)
    #expect(try training.outcome().status == 130)
  }

  @Test("a finished run is written once, and a line that is not whole yet is left out")
  func finished() throws {
    let workspace = try Workspace()
    try workspace.train("run")
    for (file, piece) in [("metrics", "{\"epoch\":2,\"lo"), ("steps", "{\"ep"), ("layers", "{")] {
      let path = workspace.path("run/\(file).jsonl")
      let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      try workspace.write(text + piece, to: "run/\(file).jsonl")
    }
    let outcome = try workspace.run(["report", "run", "--json"] + Self.watch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let runs = try #require(try outcome.object()["runs"] as? [[String: Any]])
    #expect((runs[0]["epochs"] as? [Any])?.count == 2)
    #expect((runs[0]["damaged"] as? [Any])?.isEmpty == true)
    #expect(try !workspace.text("page.html").contains("http-equiv"))
  }

  @Test("a benchmark's page ends with the benchmark")
  func benchmark() throws {
    let workspace = try Workspace()
    let benchmark = try Command(
      [
        "benchmark", "ratios", "--data", "line.hdf5", "--output", "out", "--ratios", "1", "--seeds", "0,1",
        "--methods", "baseline", "--validation-samples", "2", "--jobs", "1",
      ] + Workspace.quick + ["--epochs", "400"], in: workspace.folder.path)
    let runs = workspace.path("out/runs")
    #expect(wait { (try? FileManager.default.contentsOfDirectory(atPath: runs))?.isEmpty == false })
    let outcome = try workspace.run(["report", "out"] + Self.watch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try benchmark.outcome().status == 0)
    let page = try workspace.text("page.html")
    #expect(page.contains("2 of 2 runs are done") && !page.contains("http-equiv"))
  }

  @Test("what does not fit --watch is refused")
  func refusals() throws {
    let workspace = try Workspace()
    try workspace.train("run")
    try workspace.expectRefusal(["report", "run", "--watch"], status: 64, naming: ["--html"])
    try workspace.expectRefusal(
      ["report", "run", "--html", "p.html", "--interval", "5"], status: 64, naming: ["--watch"])
    for value in ["0", "nan", "86401"] {
      try workspace.expectRefusal(
        ["report", "run", "--html", "p.html", "--watch", "--interval", value], status: 64,
        naming: ["--interval must be from 1 to 86400"])
    }
  }
}
