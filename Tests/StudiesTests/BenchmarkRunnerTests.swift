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
}
