import Studies
import Foundation
import TestSupport
import Testing

@Suite("Runner of a benchmark")
struct BenchmarkRunnerTests {
  private let folder: TemporaryFolder
  /// The benchmark's folder.
  private let out: String

  init() throws {
    folder = try TemporaryFolder()
    out = folder.file("out")
    try WaveFile().write(to: folder.file("line.hdf5"))
  }

  @Test("what was done before counts from the beginning, wherever it stands in the plan")
  func progress() throws {
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
    for run in plan.cells[1].runs.joined() { try diverge(run) }
    let runner = try runner(plan, command: "/bin/false")
    var reports: [BenchmarkRunner.Progress] = []
    let summary = try runner.run(
      shouldStop: { false }, progress: { reports.append($0) }, runDone: { _, _ in })
    #expect(reports.first?.finished == 2 && reports.first?.total == 5)
    #expect(reports.first.map { abs($0.fraction - 2.0 / 5) < 1e-9 } == true)
    // The program cannot train: both points of the grid fail, and the third run waits for them.
    #expect(summary.finished == 2 && summary.diverged == 2 && summary.failed.count == 2 && summary.left == 3)
  }

  /// A grid of two points and two seeds, of which the first chooses.
  private func grid(
    rates: String = "[1e-3, 2e-3]", training: String = "epochs: 2"
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
        """)
  }

  /// A runner of a plan, whose runs a program is started for that trains nothing.
  private func runner(_ plan: BenchmarkPlan, command: String) throws -> BenchmarkRunner {
    try BenchmarkRunner(
      plan.cells, in: out, jobs: 1, threads: 1, command: URL(filePath: command), arguments: { _, _ in [] })
  }

  /// Lets a runner begin.
  private func begin(_ plan: BenchmarkPlan, command: String = "/bin/true") throws -> BenchmarkRunner.Summary {
    try runner(plan, command: command)
      .run(shouldStop: { false }, progress: { _ in }, runDone: { _, _ in })
  }

  /// Puts the outcome of a run there that has diverged.
  private func diverge(_ run: PlannedRun) throws {
    let name = "\(out)/runs/\(run.name)"
    try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: true)
    try #"{"epochs": 1, "parameters": 1, "divergence": "the loss is nan"}"#.write(
      toFile: "\(name)/outcome.json", atomically: true, encoding: .utf8)
  }

  @Test(
    "a run is not made longer where its rollouts would have been differentiated otherwise",
    arguments: ["2", "2..4"])
  func longer(unroll: String) throws {
    func plan(_ epochs: Int) throws -> BenchmarkPlan {
      try grid(rates: "[1e-3]", training: "epochs: \(epochs), unroll: \(unroll)")
    }
    _ = try begin(plan(2))
    for run in try plan(2).cells[0].first {
      #expect(try PlannedTraining.run("\(out)/runs/\(run.name)", threads: 1, shouldStop: { false }))
    }
    if unroll == "2" {
      #expect(try begin(plan(4)).left == 2)
    } else {
      #expect(throws: BenchmarkError.self) { try begin(plan(4)) }
    }
  }

  @Test("a point that the plan no longer has neither chooses nor keeps the others waiting")
  func droppedPoint() throws {
    _ = try begin(grid(rates: "[1e-3, 2e-3, 4e-3]"))
    let runs = try FileManager.default.contentsOfDirectory(atPath: out + "/runs")
    let dropped = try #require(runs.first { $0.contains("0.004") })
    func tunes() throws -> Bool {
      let text = try Data(contentsOf: URL(filePath: "\(out)/runs/\(dropped)/benchmark.json"))
      return try JSONDecoder().decode(BenchmarkLabel.self, from: text).tunes
    }
    #expect(try tunes())
    _ = try begin(grid())
    #expect(try !tunes())
  }

  @Test("of a grid that was cut down to one value the table shows that value, from its file of results too")
  func cutGrid() throws {
    _ = try begin(grid())
    for run in try grid().cells[0].first {
      #expect(try PlannedTraining.run("\(out)/runs/\(run.name)", threads: 1, shouldStop: { false }))
    }
    _ = try begin(grid(rates: "[2e-3]"))
    let results = try BenchmarkResults(collecting: [out])
    try results.write(to: folder.file("r.sqlite"))
    for found in [results, try BenchmarkResults(collecting: [folder.file("r.sqlite")])] {
      #expect(Set(found.rows.filter(\.chosen).map(\.point)) == ["learning-rate=0.002"])
    }
  }

  @Test("a run's folder that has no plan yet gets no label, by which it would count as a run")
  func bareFolder() throws {
    let plan = try grid()
    let run = try #require(plan.cells[0].first.first)
    let folder = "\(out)/runs/\(run.name)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = try runner(plan, command: "/bin/true")
      .run(shouldStop: { true }, progress: { _ in }, runDone: { _, _ in })
    #expect(!FileManager.default.fileExists(atPath: folder + "/benchmark.json"))
  }

  @Test("where all points of a grid diverge nothing is left to do")
  func allDiverge() throws {
    let plan = try grid()
    for run in plan.cells[0].first { try diverge(run) }
    let summary = try begin(plan, command: "/bin/false")
    #expect(summary.diverged == 2 && summary.left == 0 && summary.failed.isEmpty)
  }
}
