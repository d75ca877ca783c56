import Studies
import Foundation
import TestSupport
import Testing

@Suite("Runner of a benchmark")
struct BenchmarkRunnerTests {
  @Test("what was done before counts from the beginning, wherever it stands in the plan")
  func progress() throws {
    let folder = try TemporaryFolder()
    try WaveFile().write(to: folder.file("line.hdf5"))
    let plan = try BenchmarkPlan(
      parsing: """
        training: {initial-steps: 4, modes: 4, width: 6, batch-size: 3, epochs: 2, validation-samples: 2}
        data: {line: \(folder.file("line.hdf5"))}
        models: {fno: }
        ratios: [1]
        methods:
          baseline:
            grid: {learning-rate: [1e-3, 2e-3]}
          other: {learning-rate: 1e-3, weight-decay: 0}
        seeds: [0, 1]
        """)
    // A run that diverged is done, too.
    for run in plan.cells[1].runs.joined() {
      let name = folder.file("out/runs/\(run.name)")
      try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: true)
      try #"{"epochs": 1, "parameters": 1, "divergence": "the loss is nan"}"#.write(
        toFile: "\(name)/outcome.json", atomically: true, encoding: .utf8)
    }
    let runner = try BenchmarkRunner(
      plan.cells, in: folder.file("out"), jobs: 1, threads: 1, command: URL(filePath: "/bin/false"),
      arguments: { _, _ in [] })
    var reports: [BenchmarkRunner.Progress] = []
    let summary = try runner.run(
      shouldStop: { false }, progress: { reports.append($0) }, runDone: { _, _ in })
    #expect(reports.first?.finished == 2 && reports.first?.total == 5)
    #expect(reports.first.map { abs($0.fraction - 2.0 / 5) < 1e-9 } == true)
    // The program cannot train: both points of the grid fail, and the third run waits for them.
    #expect(summary.finished == 2 && summary.diverged == 2 && summary.failed.count == 2 && summary.left == 3)
  }

  /// A grid of two points and two seeds, of which the first chooses.
  private static func grid(
    _ folder: TemporaryFolder, rates: String = "[1e-3, 2e-3]", training: String = "epochs: 2",
    tuning: String = "first-seed"
  ) throws -> BenchmarkPlan {
    try BenchmarkPlan(
      parsing: """
        training: {initial-steps: 4, modes: 4, width: 6, batch-size: 3, validation-samples: 2, \(training)}
        data: {line: \(folder.file("line.hdf5"))}
        models: {fno: }
        ratios: [1]
        methods:
          baseline:
            grid: {learning-rate: \(rates)}
        seeds: [0, 1]
        tuning: \(tuning)
        """)
  }

  /// Lets a runner begin, with a program that trains nothing.
  private static func begin(_ plan: BenchmarkPlan, in folder: String) throws -> BenchmarkRunner.Summary {
    try BenchmarkRunner(
      plan.cells, in: folder, jobs: 1, threads: 1, command: URL(filePath: "/bin/true"),
      arguments: { _, _ in [] }
    ).run(shouldStop: { false }, progress: { _ in }, runDone: { _, _ in })
  }

  @Test(
    "a run is not made longer where its rollouts would have been differentiated otherwise",
    arguments: ["2", "2..4"])
  func longer(unroll: String) throws {
    let folder = try TemporaryFolder()
    try WaveFile().write(to: folder.file("line.hdf5"))
    func plan(_ epochs: Int) throws -> BenchmarkPlan {
      try Self.grid(folder, rates: "[1e-3]", training: "epochs: \(epochs), unroll: \(unroll)")
    }
    let out = folder.file("out")
    _ = try Self.begin(plan(2), in: out)
    for run in try plan(2).cells[0].first {
      #expect(try PlannedTraining.run("\(out)/runs/\(run.name)", threads: 1, shouldStop: { false }))
    }
    if unroll == "2" {
      #expect(try Self.begin(plan(4), in: out).left == 2)
    } else {
      #expect(throws: BenchmarkError.self) { try Self.begin(plan(4), in: out) }
    }
  }

  @Test("a point that the plan no longer has neither chooses nor keeps the others waiting")
  func droppedPoint() throws {
    let folder = try TemporaryFolder()
    try WaveFile().write(to: folder.file("line.hdf5"))
    let out = folder.file("out")
    _ = try Self.begin(Self.grid(folder, rates: "[1e-3, 2e-3, 4e-3]"), in: out)
    let runs = try FileManager.default.contentsOfDirectory(atPath: out + "/runs")
    let dropped = try #require(runs.first { $0.contains("0.004") })
    func tunes() throws -> Bool {
      let text = try Data(contentsOf: URL(filePath: "\(out)/runs/\(dropped)/benchmark.json"))
      return try JSONDecoder().decode(BenchmarkLabel.self, from: text).tunes
    }
    #expect(try tunes())
    _ = try Self.begin(Self.grid(folder), in: out)
    #expect(try !tunes())
  }

  @Test("where all points of a grid diverge nothing is left to do")
  func allDiverge() throws {
    let folder = try TemporaryFolder()
    try WaveFile().write(to: folder.file("line.hdf5"))
    let plan = try Self.grid(folder)
    for run in plan.cells[0].first {
      let name = folder.file("out/runs/\(run.name)")
      try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: true)
      try #"{"epochs": 1, "parameters": 1, "divergence": "the loss is nan"}"#.write(
        toFile: "\(name)/outcome.json", atomically: true, encoding: .utf8)
    }
    let summary = try BenchmarkRunner(
      plan.cells, in: folder.file("out"), jobs: 1, threads: 1, command: URL(filePath: "/bin/false"),
      arguments: { _, _ in [] }
    ).run(shouldStop: { false }, progress: { _ in }, runDone: { _, _ in })
    #expect(summary.diverged == 2 && summary.left == 0 && summary.failed.isEmpty)
  }
}
