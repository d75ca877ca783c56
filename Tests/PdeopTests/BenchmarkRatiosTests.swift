import Foundation
import TestSupport
import Testing

@Suite("Benchmark of ratios", .enabled(if: Command.isBuilt, Command.absence))
struct BenchmarkRatiosTests {
  private static let plan = """
    training: {initial-steps: 4, modes: 4, width: 14, batch-size: 3, epochs: 2, validation-samples: 2}
    data:
      line: line.hdf5
    models: {fno: }
    ratios: [1, 0.3]
    methods:
      baseline:
        grid: {learning-rate: [1e-3, 4e-3]}
      balanced: {tempbalance: sigmoid, tempbalance-scale: 0.5, learning-rate: 1e-3}
    seeds: [0, 1]
    """

  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Self.plan, to: "plan.yaml")
    return workspace
  }

  private let run = ["benchmark", "ratios", "--config", "plan.yaml", "--output", "out"]

  private func table(_ workspace: Workspace, _ folders: [String] = ["out"]) throws -> [[String: Any]] {
    let object = try workspace.run(["benchmark", "table"] + folders + ["--json"]).object()
    return try #require(object["results"] as? [[String: Any]])
  }

  /// The names of the runs that have a configuration, and when that was last written.
  private func runs(_ workspace: Workspace, _ output: String = "out") throws -> [String: Date] {
    let names = try FileManager.default.contentsOfDirectory(atPath: workspace.path("\(output)/runs"))
    return try Dictionary(
      uniqueKeysWithValues: names.filter { workspace.exists("\(output)/runs/\($0)/config.yaml") }.map {
        let file = workspace.path("\(output)/runs/\($0)/config.yaml")
        return (
          $0, try #require(try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date)
        )
      })
  }

  @Test("the plan's runs are trained, and nothing again the second time; a plan with more in it adds")
  func whole() throws {
    let workspace = try workspace()
    let dry = try workspace.run(run + ["--dry-run", "--json"]).object()
    #expect((dry["runs"] as? [Any])?.count == 10)
    #expect((dry["seconds"] as? Double).map { $0 > 0 } == true)
    #expect(!workspace.exists("out"), "a dry run leaves nothing behind")

    let outcome = try workspace.run(run)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("baseline") && outcome.output.contains("too few seeds"))
    let first = try runs(workspace)
    #expect(first.count == 10)
    let results = try table(workspace)
    #expect(results.map { $0["train_samples"] as? Int } == [3, 3, 9, 9])
    #expect(results.map { $0["method"] as? String } == ["baseline", "balanced", "baseline", "balanced"])
    #expect(results.allSatisfy { ($0["seeds"] as? [Int]) == [0, 1] && $0["nRMSE_std"] is Double })
    #expect(workspace.exists("out/results.sqlite"))
    try expectCSV(workspace)
    let nothingLeft = try workspace.run(run + ["--dry-run", "--json"]).object()
    #expect(nothingLeft["seconds"] as? Double == 0)
    let listed = try #require(nothingLeft["runs"] as? [[String: Any]]).compactMap { $0["name"] as? String }
    #expect(Set(listed) == Set(first.keys), "the chosen points are known by now")

    try workspace.write(
      Self.plan.replacing("[0, 1]", with: "[0, 1, 2]"), to: "plan.yaml")
    let second = try workspace.run(run)
    #expect(second.status == 0, "\(second.errors)")
    let after = try runs(workspace)
    #expect(after.count == 14)
    for (name, date) in first { #expect(after[name] == date, "\(name) was left alone") }
    let more = try table(workspace)
    #expect(more.allSatisfy { ($0["seeds"] as? [Int]) == [0, 1, 2] })
    #expect(more[1]["verdict"] as? String != "too few seeds")

    // The same name with another value would mix two benchmarks.
    try workspace.write(Self.plan.replacing("width: 14", with: "width: 13"), to: "plan.yaml")
    let refused = try workspace.run(run)
    #expect(refused.status == 64 && refused.errors.contains("width"), "\(refused.errors)")
  }

  /// Checks that CSV has the promised columns and the numbers of the runs' files.
  private func expectCSV(_ workspace: Workspace) throws {
    let lines = try workspace.run(["benchmark", "table", "out", "--csv"]).output.split(separator: "\n")
    #expect(
      lines[0]
        == "model,dataset,ratio,train_samples,method,seed,learning_rate,scale,epochs,nRMSE,nRMSE_predicted,seconds,point"
    )
    #expect(lines.count == 9)
    let all = try workspace.run(["benchmark", "table", "out", "--csv", "--all-runs"]).output
    #expect(all.split(separator: "\n").count == 11)
    let balanced = try #require(lines.first { $0.hasPrefix("fno,line,0.3,3,balanced,1,0.001,0.5,2,") })
    let name = "out/runs/line_fno_ratio-0.3_balanced_seed-1/metrics.jsonl"
    let best = try workspace.lines(name).min {
      ($0["validation_nRMSE"] as? Double ?? 9) < ($1["validation_nRMSE"] as? Double ?? 9)
    }
    #expect(Double(balanced.split(separator: ",")[9]) == best?["nRMSE"] as? Double)
  }

  @Test("the point of the grid is chosen by the validation samples, though the test samples tell otherwise")
  func tuning() throws {
    let workspace = try workspace()
    #expect(try workspace.run(run).status == 0)
    let runs = "out/runs/line_fno_ratio-1_baseline_learning-rate"
    // The rate 0.004 is made the better one on validation, and the far worse one on the test samples.
    for (rate, validation, test) in [("0.001", 0.5, 0.1), ("0.004", 0.4, 0.9)] {
      let name = "\(runs)-\(rate)_seed-0/metrics.jsonl"
      let lines = try workspace.lines(name).map { line in
        var line = line
        line["validation_nRMSE"] = validation
        line["nRMSE"] = test
        return String(decoding: try JSONSerialization.data(withJSONObject: line), as: UTF8.self) + "\n"
      }
      try workspace.write(lines.joined(), to: name)
    }
    #expect(try workspace.run(run).status == 0)
    let result = try #require(try table(workspace).first { $0["train_samples"] as? Int == 9 })
    #expect(result["learning_rate"] as? Double == 4e-3)
    #expect(result["seeds"] as? [Int] == [0, 1])
    #expect(workspace.exists("\(runs)-0.004_seed-1/outcome.json"))
  }

  @Test("of points that are equally good, runner and table choose the same")
  func ties() throws {
    let workspace = try workspace()
    // The point that comes first by its text is the last one of the grid.
    try workspace.write(
      Self.plan.replacing("[1e-3, 4e-3]", with: "[4e-3, 1e-3]").replacing("[1, 0.3]", with: "[1]"),
      to: "plan.yaml")
    let runs = "out/runs/line_fno_ratio-1_baseline_learning-rate"
    #expect(try workspace.run(run).status == 0)
    for rate in ["0.001", "0.004"] {
      let name = "\(runs)-\(rate)_seed-0/metrics.jsonl"
      let lines = try workspace.lines(name).map { line in
        var line = line
        line["validation_nRMSE"] = 0.5
        return String(decoding: try JSONSerialization.data(withJSONObject: line), as: UTF8.self) + "\n"
      }
      try workspace.write(lines.joined(), to: name)
      try? FileManager.default.removeItem(atPath: workspace.path("\(runs)-\(rate)_seed-1"))
    }
    #expect(try workspace.run(run).status == 0)
    let result = try #require(try table(workspace).first)
    #expect(result["learning_rate"] as? Double == 1e-3)
    #expect(result["seeds"] as? [Int] == [0, 1], "the runner went on at the point that the table shows")
    #expect(!workspace.exists("\(runs)-0.004_seed-1"))
  }

  @Test("ratios that keep the same samples are trained once, and counted once")
  func sameSamples() throws {
    let workspace = try workspace()
    try workspace.write(
      Self.plan.replacing("[1, 0.3]", with: "[0.75, 1]").replacing(
        "{learning-rate: [1e-3, 4e-3]}", with: "{learning-rate: [1e-3]}"), to: "plan.yaml")
    let outcome = try workspace.run(run)
    #expect(outcome.status == 0 && outcome.errors.contains("the ratios 0.75 and 1 keep the same 9 samples"))
    let names = try runs(workspace).keys.sorted()
    #expect(names.count == 4 && names.allSatisfy { $0.contains("ratio-1_") })
    let results = try table(workspace)
    #expect(results.allSatisfy { $0["seeds"] as? [Int] == [0, 1] } && results.count == 2)
    // As a version that did not merge them left it.
    let twin = names[0].replacing("ratio-1_", with: "ratio-0.75_")
    try FileManager.default.copyItem(
      atPath: workspace.path("out/runs/\(names[0])"), toPath: workspace.path("out/runs/\(twin)"))
    for command in [
      ["benchmark", "table", "out"], ["benchmark", "table", "out", "--csv"], ["report", "out"],
    ] {
      try workspace.expectRefusal(command, status: 65, naming: [names[0], twin, "count twice", "remove one"])
    }
  }

  @Test("a table shows the chosen point, replaces no file of another kind, and can do without saving itself")
  func tableFiles() throws {
    let workspace = try workspace()
    try workspace.write(
      Self.plan.replacing("{learning-rate: [1e-3, 4e-3]}", with: "{weight-decay: [0, 1e-4]}")
        .replacing("ratios: [1, 0.3]", with: "ratios: [1]"), to: "plan.yaml")
    #expect(try workspace.run(run).status == 0)
    #expect((try table(workspace)[0]["point"] as? String)?.hasPrefix("weight-decay=") == true)

    let show = ["benchmark", "table", "out"]
    try workspace.expectRefusal(
      show + ["--database", "line.hdf5"], status: 64, naming: ["line.hdf5", "no SQLite file"])
    try workspace.expectRefusal(
      ["benchmark", "speed", "--save-inputs", "line.hdf5"], status: 64,
      naming: ["line.hdf5", "no safetensors file"])
    try workspace.expectRefusal(
      ["benchmark", "table", "line.hdf5"], status: 65, naming: ["line.hdf5", "SQLite file of results"])
    for _ in 0..<2 { #expect(try workspace.run(show + ["--database", "own.db"]).status == 0) }
    #expect(try table(workspace, ["own.db"]) as NSArray == table(workspace) as NSArray)

    // A folder in its place cannot be replaced, whoever runs the tests.
    let own = workspace.path("out/results.sqlite")
    try FileManager.default.removeItem(atPath: own)
    try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
    let outcome = try workspace.run(show)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("  point") && outcome.output.contains("weight-decay="))
    #expect(outcome.errors.contains("was not saved as out/results.sqlite"))
  }

  @Test("stopped and started again, runs go on to the same bits")
  func resume() throws {
    let workspace = try workspace()
    let plan = Self.plan.replacing("epochs: 2", with: "epochs: 150").replacing(
      "seeds: [0, 1]", with: "seeds: [0]"
    )
    .replacing("ratios: [1, 0.3]", with: "ratios: [0.3]")
    try workspace.write(plan, to: "plan.yaml")
    let metrics = "out/runs/line_fno_ratio-0.3_baseline_learning-rate-0.001_seed-0/metrics.jsonl"
    let stopped = try workspace.stop(run + ["--jobs", "2"], by: SIGINT) {
      (try? workspace.text(metrics))?.isEmpty == false
    }
    #expect(stopped.status == 130, "\(stopped.errors)")
    #expect(stopped.errors.contains("Run the same command again to continue"))
    #expect(try workspace.run(run).status == 0)

    var whole = Array(run.dropLast())
    whole.append("other")
    #expect(try workspace.run(whole).status == 0)
    for name in try runs(workspace).keys {
      let isSame =
        try workspace.bytes("out/runs/\(name)/checkpoints/last.safetensors")
        == workspace.bytes("other/runs/\(name)/checkpoints/last.safetensors")
      #expect(isSame, "\(name)")
      #expect(try workspace.lines("out/runs/\(name)/metrics.jsonl").count == 150)
    }
  }

  @Test("runs that failed are named before a broken file keeps the table from being made")
  func failuresFirst() throws {
    let workspace = try workspace()
    let plan = Self.plan.replacing("ratios: [1, 0.3]", with: "ratios: [0.3]").replacing(
      "grid: {learning-rate: [1e-3, 4e-3]}", with: "learning-rate: 1e-3")
    try workspace.write(plan.replacing("seeds: [0, 1]", with: "seeds: [0]"), to: "plan.yaml")
    #expect(try workspace.run(run).status == 0)
    let name = "line_fno_ratio-0.3_baseline_seed-"
    try workspace.write("no record\n", to: "out/runs/\(name)0/metrics.jsonl")
    try FileManager.default.createDirectory(
      atPath: workspace.path("out/runs/\(name)1"), withIntermediateDirectories: true)
    try workspace.write("a file that a new run would mix with", to: "out/runs/\(name)1/note.txt")
    try workspace.write(plan, to: "plan.yaml")
    let outcome = try workspace.run(run)
    #expect(outcome.status == 65, "\(outcome.errors)")
    let failure = try #require(outcome.errors.range(of: "\(name)1 failed"), "\(outcome.errors)")
    let damage = try #require(outcome.errors.range(of: "is damaged"), "\(outcome.errors)")
    #expect(failure.lowerBound < damage.lowerBound)
  }

  @Test("shards train all runs once, and their results come together")
  func shards() throws {
    let workspace = try workspace()
    for shard in ["1/2", "2/2"] {
      var command = run + ["--shard", shard]
      command[5] = "shard\(shard.prefix(1))"
      #expect(try workspace.run(command).status == 0)
    }
    let (first, second) = (try runs(workspace, "shard1"), try runs(workspace, "shard2"))
    #expect(first.count + second.count == 10 && Set(first.keys).isDisjoint(with: second.keys))
    #expect(try workspace.run(run).status == 0)
    let together = try table(workspace, ["shard1", "shard2"]), whole = try table(workspace)
    #expect(together as NSArray == whole as NSArray)
    #expect(try table(workspace, ["out/results.sqlite"]) as NSArray == whole as NSArray)
  }

  @Test("a run that diverges is never chosen, is not tried again, and does not stop the others")
  func divergence() throws {
    let workspace = try workspace()
    try workspace.write(
      Self.plan.replacing("[1e-3, 4e-3]", with: "[1e-3, 1e30]").replacing(
        "ratios: [1, 0.3]", with: "ratios: [0.3]"),
      to: "plan.yaml")
    let outcome = try workspace.run(run + ["--json"])
    let summary = try outcome.object()
    #expect(summary["diverged"] as? Int == 1 && summary["finished"] as? Int == 5, "\(summary)")
    #expect(try table(workspace)[0]["learning_rate"] as? Double == 1e-3)
    let text = try workspace.text(
      "out/runs/line_fno_ratio-0.3_baseline_learning-rate-1e+30_seed-0/outcome.json")
    #expect(text.contains("divergence"))
    #expect(try workspace.run(run).status == 0)
  }

  @Test("the simple case needs no file, and says what is wrong with it")
  func options() throws {
    let workspace = try Workspace()
    let outcome = try workspace.run(
      [
        "benchmark", "ratios", "--data", "line.hdf5", "--output", "out", "--ratios", "0.3", "--seeds", "4",
        "--methods", "baseline,sam+tempbalance", "--learning-rates", "1e-3", "--scales", "0.5,1",
        "--validation-samples", "2",
      ] + Workspace.quick)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try runs(workspace).count == 3)
    #expect(try workspace.text("out/plan.yaml").contains("sam+tempbalance"))
    // What options have said can be gone on with as a file.
    let again = try workspace.run([
      "benchmark", "ratios", "--config", "out/plan.yaml", "--output", "out", "--json",
    ])
    #expect(try again.object()["finished"] as? Int == 3)
    try workspace.expectRefusal(
      ["benchmark", "ratios", "--data", "line.hdf5", "--output", "x", "--ratios", "7"], status: 64,
      naming: ["above 0 and at most 1"])
    try workspace.expectRefusal(
      ["benchmark", "ratios", "--data", "gone.hdf5", "--output", "x", "--ratios", "1"], status: 65,
      naming: ["gone.hdf5"])
    try workspace.expectRefusal(["benchmark", "table", "x"], status: 65, naming: ["x"])
  }

  @Test("--data given again is one more data set, and a file's name may have a comma")
  func dataSets() throws {
    let workspace = try Workspace()
    for name in ["a,b.hdf5", "other.hdf5"] {
      try FileManager.default.copyItem(atPath: workspace.path("line.hdf5"), toPath: workspace.path(name))
    }
    for (files, count) in [
      (["a,b.hdf5"], 1), (["line.hdf5", "other.hdf5"], 2), (["line.hdf5,other.hdf5", "a,b.hdf5"], 3),
    ] {
      let outcome = try workspace.run(
        ["benchmark", "ratios", "--output", "out", "--ratios", "1", "--seeds", "0", "--methods", "baseline"]
          + Workspace.quick + files.flatMap { ["--data", $0] } + ["--dry-run", "--json"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect((try outcome.object()["runs"] as? [Any])?.count == count, "\(files)")
    }
    let help = try workspace.run(["benchmark", "ratios", "--help"]).output
      .split(separator: /\s+/).joined(separator: " ")
    #expect(help.contains("one more data set") && !help.contains("one more file of the same set"))
  }

  @Test("a method whose TempBalance has nothing to balance is told of, once")
  func idle() throws {
    let workspace = try Workspace()
    let plan = Self.plan.replacing(
      "balanced: {tempbalance: sigmoid,",
      with: "balanced: {tempbalance: sigmoid, tempbalance-min-eigenvalues: 500,")
    try workspace.write(plan, to: "plan.yaml")
    let outcome = try workspace.run(run + ["--dry-run"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.errors.components(separatedBy: "--tempbalance has no effect").count == 2, "\(outcome.errors)")
    #expect(outcome.errors.contains("balanced") && outcome.errors.contains("500 eigenvalues"))
    try workspace.write(Self.plan, to: "plan.yaml")
    #expect(try !workspace.run(run + ["--dry-run"]).errors.contains("has no effect"))
  }

  @Test("mistakes of a plan are a line each")
  func mistakes() throws {
    let workspace = try workspace()
    try workspace.write(
      "data: {a: line.hdf5}\nmodels: {fno: {}}\nratios: [1]\nmethods: {b: {}}\nseeds: [u, v]\n",
      to: "wrong.yaml")
    let outcome = try workspace.run(["benchmark", "ratios", "--config", "wrong.yaml", "--output", "none"])
    #expect(outcome.status == 64, "\(outcome.errors)")
    let lines = outcome.errors.split(separator: "\n")
    #expect(
      lines.count == 3 && lines.last?.hasPrefix("wrong.yaml:5: a seed must be") == true, "\(outcome.errors)")
  }
}
