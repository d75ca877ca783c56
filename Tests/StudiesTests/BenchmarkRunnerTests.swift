import Studies
import SystemFiles
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

  /// Methods and seeds, without a grid; each method has a cell.
  private func methods(
    _ names: [String] = ["first", "second"], baseline: String = "first", seeds: String = "[0, 1]",
    epochs: Int = 2
  ) throws -> BenchmarkPlan {
    let methods = names.enumerated().map { "\($1): {weight-decay: \($0)e-4}" }.joined(separator: ", ")
    return try BenchmarkPlan(
      parsing: """
        training: {initial-steps: 4, modes: 4, width: 6, batch-size: 3, validation-samples: 2, epochs: \(epochs)}
        data: {line: \(folder.file("line.hdf5"))}
        models: {fno: }
        ratios: [1]
        methods: {\(methods)}
        baseline: \(baseline)
        seeds: \(seeds)
        """)
  }

  /// Trains runs that a runner has begun, as their processes would.
  private func train(_ runs: [PlannedRun]) throws {
    for run in runs {
      #expect(try PlannedTraining.run("\(out)/runs/\(run.name)", threads: 1, shouldStop: { false }))
    }
  }

  /// A runner of a plan, whose runs a program is started for that trains nothing.
  private func runner(
    _ plan: BenchmarkPlan, shard: Shard = .whole, command: String
  ) throws -> BenchmarkRunner {
    try BenchmarkRunner(
      plan.cells(of: shard), of: plan.cells, in: out, jobs: 1, threads: 1, command: URL(filePath: command),
      arguments: { _, _ in [] })
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

  @Test("of a plan that makes its runs longer those count that are longer, in the cells of other shards too")
  func longerOneByOne() throws {
    _ = try begin(methods())
    try train(methods().cells.flatMap(\.first))
    #expect(try BenchmarkResults(collecting: [out]).rows.allSatisfy { $0.status == .finished })
    let plan = try methods(epochs: 4)
    let shard = try #require(Shard("1/2"))
    _ = try runner(plan, shard: shard, command: "/bin/true")
      .run(shouldStop: { false }, progress: { _ in }, runDone: { _, _ in })
    let waiting = try BenchmarkResults(collecting: [out]).rows
    #expect(waiting.count == 4 && waiting.allSatisfy { $0.status == .unfinished && $0.epochs == 4 })

    let run = try #require(plan.cells(of: shard).first?.first.first)
    try train([run])
    let results = try BenchmarkResults(collecting: [out])
    #expect(results.rows.filter { $0.status == .finished }.map(\.run) == [run.name])
    #expect(BenchmarkSummary.all(of: results).map(\.rows.count).sorted() == [0, 1])
  }

  @Test("a changed baseline is that of all runs in its table, those that the plan no longer has too")
  func changedBaseline() throws {
    _ = try begin(methods(["first", "second", "third"]))
    _ = try begin(methods(["first", "second"], baseline: "second", seeds: "[0]"))
    let results = try BenchmarkResults(collecting: [out])
    #expect(results.rows.count == 6 && results.rows.allSatisfy { $0.baseline == "second" })
    #expect(BenchmarkSummary.all(of: results).map(\.method) == ["second", "first", "third"])
  }

  @Test("runs on a file that holds something else now are refused; a file written anew is the same data")
  func changedData() throws {
    let plan = try methods(["first"], seeds: "[0]")
    _ = try begin(plan)
    try train(plan.cells[0].first)
    let data = folder.file("line.hdf5")
    try FileManager.default.removeItem(atPath: data)
    try WaveFile().write(to: data)
    #expect(try begin(plan).finished == 1)
    try FileManager.default.removeItem(atPath: data)
    try WaveFile().with { $0.change = { $3 + 1 } }.write(to: data)
    let error = #expect(throws: BenchmarkError.self) { try begin(methods(["first", "second"])) }
    #expect(
      error?.description.contains("was trained on other data than \(data) holds now; put the old data back")
        == true, "\(String(describing: error))")
    #expect(error?.description.contains(plan.cells[0].first[0].name) == true)

    // Of an earlier version, or damaged: nothing is known.
    let note = "\(out)/runs/\(plan.cells[0].first[0].name)/data.json"
    try AtomicFile.replace(note, with: #"{"path": "\#(data)"}"#)
    #expect(try begin(plan).finished == 1)
    #expect(try BenchmarkResults(collecting: [out]).rows.map { $0.fingerprint == nil } == [true])
    try FileManager.default.removeItem(atPath: note)
    #expect(try begin(plan).finished == 1)
  }

  /// A plan of one method with values of its own.
  private func plan(_ method: String, _ values: String) throws -> BenchmarkPlan {
    try BenchmarkPlan(
      parsing: """
        training: {modes: 4, width: 6, batch-size: 3, validation-samples: 2, epochs: 2}
        data: {line: \(folder.file("line.hdf5"))}
        models: {fno: }
        ratios: [1]
        methods: {\(method): {\(values)}}
        seeds: [0]
        """)
  }

  @Test(
    "a method to be tested on something else than finished ones in the same folder is refused before it trains",
    arguments: [
      ("initial-steps: 5", "initial-steps"),
      ("initial-steps: 4, reduced-resolution-t: 2", "reduced-resolution-t"),
    ])
  func otherTest(values: String, option: String) throws {
    let before = try plan("before", "initial-steps: 4")
    _ = try begin(before)
    let next = try plan("next", values)
    #expect(try begin(next).left == 1, "what is not done is compared with nothing")
    try FileManager.default.removeItem(atPath: "\(out)/runs/\(next.cells[0].first[0].name)")

    try train(before.cells[0].first)
    let folders = [before, next].map { "\(out)/runs/\($0.cells[0].first[0].name)" }
    let error = #expect(throws: BenchmarkError.otherTests(folders: folders, options: [option])) {
      try begin(next)
    }
    #expect(error?.description.contains("tested with another \(option);") == true)
    #expect(!FileManager.default.fileExists(atPath: folders[1]), "nothing was started")
    #expect(try begin(plan("next", "initial-steps: 4, learning-rate: 0.1")).left == 1)
  }

  @Test("a method on a file that holds something else now than for finished ones is refused before it trains")
  func otherContent() throws {
    let before = try methods(["first"], seeds: "[0]")
    _ = try begin(before)
    try train(before.cells[0].first)
    let data = folder.file("line.hdf5")
    try FileManager.default.removeItem(atPath: data)
    try WaveFile().with { $0.change = { $3 + 1 } }.write(to: data)
    let error = #expect(throws: BenchmarkError.self) { try begin(methods(["second"], baseline: "second")) }
    guard case .otherTests(_, let options)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(options == ["data"])
  }

  @Test("a finished run whose errors are gone is broken, not undefined")
  func lostErrors() throws {
    let plan = try methods(["first"], seeds: "[0]")
    _ = try begin(plan)
    try train(plan.cells[0].first)
    let metrics = "\(out)/runs/\(plan.cells[0].first[0].name)/metrics.jsonl"
    try FileManager.default.removeItem(atPath: metrics)
    let error = #expect(throws: BenchmarkError.noErrors(file: metrics)) {
      try BenchmarkResults(collecting: [out])
    }
    #expect(error?.fault == .data)
  }

  @Test("a label that is broken is named, with a way out for a run that the plan no longer has")
  func brokenLabel() throws {
    _ = try begin(methods())
    let run = try methods().cells[1].first[0].name
    let label = "\(out)/runs/\(run)/benchmark.json"
    try AtomicFile.replace(label, with: "{}")
    let error = #expect(throws: BenchmarkError.brokenLabel(file: label)) { try begin(methods(["first"])) }
    #expect(error?.description.contains("or remove that run") == true)
    #expect(try begin(methods()).left == 4, "of a run that the plan has it is written again")
  }
}
