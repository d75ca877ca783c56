import PDEData
import Studies
import TestSupport
import Testing

@Suite("Runs that are averaged and compared") struct ComparedRunsTests: StoresResults {
  /// A run's configuration.
  private func text(_ changes: [String: String] = [:], seed: Int = 0) -> String {
    let usual = [
      "pdeop-version": "0.2.0", "data": "flows/a.hdf5", "test-samples": "3", "reduced-resolution": "1",
      "reduced-resolution-t": "1", "initial-steps": "4", "epochs": "2", "seed": "\(seed)",
    ]
    return usual.merging(changes) { $1 }.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      .joined(separator: "\n")
  }

  /// The runs of two methods, of which the second one's have changes.
  private func methods(_ changes: [String: String]) throws -> [ResultRow] {
    [
      try row("a", reducedBatch: 1, configuration: text()),
      try row("b", reducedBatch: 1, method: "other", configuration: text(changes)),
    ]
  }

  private func otherTests(_ options: [String]) -> BenchmarkError {
    .otherTests(folders: ["/out/runs/a", "/out/runs/b"], options: options)
  }

  /// Runs of one method, seed by seed, by the hashes of what their data set held.
  private func seeds(_ hashes: [String?], changes: [String: String] = [:]) throws -> [ResultRow] {
    try hashes.enumerated().map { seed, hash in
      try row(
        "\(seed)", reducedBatch: 1, seed: seed, configuration: text(seed == 0 ? [:] : changes, seed: seed),
        data: hash)
    }
  }

  @Test(
    "methods that were tested on something else are not compared",
    arguments: [
      (["data": "b.hdf5"], ["data"]), (["test-data": "t.hdf5"], ["data", "test-data"]),
      (["test-samples": "4"], ["test-samples"]), (["variables": "[u]"], ["variables"]),
      (["axes": "[n, t, x]"], ["axes"]), (["targets": "[u]"], ["targets"]),
      (["reduced-resolution": "2"], ["reduced-resolution"]),
      (["reduced-resolution-t": "2"], ["reduced-resolution-t"]), (["initial-steps": "5"], ["initial-steps"]),
      (["weights": "[1, 2]", "data": "[b.hdf5, a.hdf5]"], ["data"]),
    ])
  func otherTest(changes: [String: String], options: [String]) throws {
    let rows = try methods(changes)
    #expect(throws: otherTests(options)) { try results(rows) }
  }

  @Test(
    "what methods are trained on, and how, is free",
    arguments: [
      ["inputs": "[eta]"], ["learning-rate": "0.1"], ["epochs": "9"], ["batch-size": "7"], ["from": "a.run"],
      ["model": "unet"], ["validation-data": "v.hdf5"], ["data": "/elsewhere/a.hdf5"],
      ["weights": "[1, 2]", "data": "[a.hdf5, b.hdf5]"],
      // An earlier version, which had no such option.
      ["pdeop-version": "0.1.0", "reduced-resolution-t": "1", "targets": "[u]"],
    ])
  func otherTraining(changes: [String: String]) throws {
    #expect(try results(methods(changes)).rows.count == 2)
  }

  @Test("methods with test data of their own may be trained on different files")
  func commonTestData() throws {
    let rows = try [
      row("a", reducedBatch: 1, configuration: text(["test-data": "t.hdf5"])),
      row(
        "b", reducedBatch: 1, method: "other",
        configuration: text(["test-data": "t.hdf5", "data": "more.hdf5"])),
    ]
    #expect(try results(rows).rows.count == 2)
  }

  @Test("runs on a file whose content has changed under its name are neither averaged nor compared")
  func changedData() throws {
    func error(_ first: Int, _ second: Int) -> BenchmarkError {
      .differentRuns(folders: ["/out/runs/\(first)", "/out/runs/\(second)"], options: ["data"])
    }
    let changed = try seeds(["1", "2"])
    #expect(throws: error(0, 1)) { try results(changed) }
    // Of the first run it is not known.
    let later = try seeds([nil, "1", "2"])
    #expect(throws: error(1, 2)) { try results(later) }
    let compared = try [
      row("a", reducedBatch: 1, configuration: text(), data: "1"),
      row("b", reducedBatch: 1, method: "other", configuration: text(), data: "2"),
    ]
    #expect(throws: otherTests(["data"])) { try results(compared) }
  }

  @Test("the same data under another name, and runs of which nothing is known, are no other data")
  func sameData() throws {
    #expect(try results(seeds(["1", "1"], changes: ["data": "moved/b.hdf5"])).rows.count == 2)
    #expect(try results(seeds([nil, "1", nil, "1"])).rows.count == 4)
    let renamed = try [
      row("a", reducedBatch: 1, configuration: text(), data: "1"),
      row("b", reducedBatch: 1, method: "other", configuration: text(["data": "b.hdf5"]), data: "1"),
    ]
    #expect(try results(renamed).rows.count == 2)
  }

  @Test("parameters as inputs are read beside the same variables, which changes what is known of the data")
  func inputs() throws {
    let rows = try [
      row("a", reducedBatch: 1, configuration: text(), data: "1"),
      row(
        "b", reducedBatch: 1, method: "other", configuration: text(["inputs": "[eta]"]), data: "2",
        variables: ["u", "eta"]),
    ]
    #expect(try results(rows).rows.count == 2)
  }

  @Test("copies of a run that were trained on different data are refused")
  func copies() throws {
    let folder = try TemporaryFolder()
    let paths = ["first", "second"].map { folder.file("\($0).sqlite") }
    for (path, hash) in zip(paths, ["1", "2"]) {
      try store([row("a", reducedBatch: 1, configuration: text(), data: hash)], in: path)
    }
    #expect(
      throws: BenchmarkError.differentRuns(folders: ["/out/runs/a", "/out/runs/a"], options: ["data"])
    ) {
      try BenchmarkResults(collecting: paths)
    }
  }

  @Test("runs on the same samples have one baseline, or each method would have two rows")
  func baselines() throws {
    let rows = try [
      row("a", reducedBatch: 1), row("b", reducedBatch: 1, method: "other"),
      row("c", reducedBatch: 1, seed: 1, baseline: "other"),
      row("d", reducedBatch: 1, seed: 1, method: "other", baseline: "other"),
    ]
    #expect {
      try results(rows)
    } throws: { error in
      guard case .otherBaselines(_, let baselines)? = error as? BenchmarkError else { return false }
      return baselines == ["baseline", "other"]
    }
    let apart = try [
      row("a", reducedBatch: 1), row("b", reducedBatch: 2, method: "other", baseline: "other"),
    ]
    #expect(try results(apart).rows.count == 2)
  }

  @Test("two methods on the same samples may each have a baseline of their own")
  func ownBaselines() throws {
    let rows = try [
      row("a", reducedBatch: 1), row("b", reducedBatch: 1, method: "tuned"),
      row("c", reducedBatch: 1, method: "arms", baseline: "arms"),
      row("d", reducedBatch: 1, method: "bandit", baseline: "arms"),
    ]
    let summaries = try BenchmarkSummary.all(of: results(rows))
    #expect(summaries.map(\.method).sorted() == ["arms", "bandit", "baseline", "tuned"])
    #expect(summaries.count { $0.verdict == .baseline } == 2)
    #expect(summaries.allSatisfy { $0.verdict != .missing }, "each is paired with its own baseline")
  }

  @Test("what the data held is kept in the file of results")
  func stored() throws {
    let folder = try TemporaryFolder()
    let rows = try seeds(["1", nil])
    let path = folder.file("r.sqlite")
    try results(rows).write(to: path)
    let found = try BenchmarkResults(collecting: [path]).rows
    #expect(found.map(\.fingerprint) == rows.map(\.fingerprint) && found[0].fingerprint != nil)
  }
}
