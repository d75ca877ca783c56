import Foundation
import Studies
import SystemFiles
import TestSupport
import Testing

@Suite("Results of a benchmark")
struct BenchmarkResultsTests: StoresResults {
  @Test("a file of an earlier version, which has neither the stride nor what the data held, is read")
  func earlierFile() throws {
    let rows = try [row("a", reducedBatch: 2, seed: 0), row("b", reducedBatch: 2, seed: 1)]
    let found = try results(
      rows,
      change: "alter table runs drop column reduced_batch; alter table runs drop column data_fingerprint"
    ).rows
    #expect(found.map(\.run) == ["a", "b"])
    #expect(found.allSatisfy { $0.reducedBatch == nil && $0.fingerprint == nil })
  }

  @Test("runs of one seed on the same samples are refused; equally many other samples are another cell")
  func duplicates() throws {
    let twins = try [
      row("a", reducedBatch: 2), row("b", reducedBatch: 2), row("c", reducedBatch: 2, seed: 1),
    ]
    #expect(throws: BenchmarkError.duplicateRuns([["/out/runs/a", "/out/runs/b"]])) { try results(twins) }
    let others = try [row("a", reducedBatch: 5, ratio: 0.2), row("b", reducedBatch: 8, ratio: 0.125)]
    let summaries = BenchmarkSummary.all(of: try results(others))
    #expect(summaries.map { $0.rows.map(\.run) } == [["a"], ["b"]])
  }

  @Test("runs with other settings are no seeds of one method; threads and folders of data may differ")
  func settings() throws {
    func text(_ seed: Int, width: Int = 8, epochs: Int = 2) -> String {
      """
      pdeop-version: 0.2.0
      data: {data: /home/\(seed)/a.hdf5, reduced-batch-offset: \(seed), modes: [4]}
      model: {model: fno, width: \(width)}
      schedule: {epochs: \(epochs)}
      run: {seed: \(seed), threads: \(seed + 1)}
      """
    }
    func rows(_ texts: [String]) throws -> [ResultRow] {
      try texts.enumerated().map {
        try row("\($0.offset)", reducedBatch: 1, seed: $0.offset, configuration: $0.element)
      }
    }
    #expect(try results(rows([text(0), text(1), text(2)])).rows.count == 3)
    let mixed = try rows([text(0), text(1, width: 4)])
    func error(_ option: String) -> BenchmarkError {
      .differentRuns(folders: ["/out/runs/0", "/out/runs/1"], options: [option])
    }
    #expect(throws: error("width")) { try results(mixed) }
    let longer = try rows([text(0), text(1, epochs: 4)])
    #expect(throws: error("epochs")) { try results(longer) }
  }

  @Test("a file that is not SQLite's is told by its beginning, and nobody is told to remove it")
  func noDatabase() throws {
    let folder = try TemporaryFolder()
    for name in ["a.hdf5", "a.sqlite"] {
      try Data("\u{89}HDF and what follows it".utf8).write(to: URL(filePath: folder.file(name)))
      let error = BenchmarkError.noDatabase(file: folder.file(name))
      #expect(throws: error) { try BenchmarkResults(collecting: [folder.file(name)]) }
      #expect(!error.description.contains("remove"))
    }
    let damaged = folder.file("b.db")
    try Data("SQLite format 3\0 and nothing".utf8).write(to: URL(filePath: damaged))
    #expect(BenchmarkResults.isBenchmark(damaged))
    let error = #expect(throws: BenchmarkError.self) { try BenchmarkResults(collecting: [damaged]) }
    #expect(error?.description.contains("remove") == false)
    let own = BenchmarkError.database(file: "out/results.sqlite", reason: "x")
    #expect(own.description.contains("remove it"))
  }

  @Test("without a choice to make, the runs that the file of results has as chosen stay so")
  func chosenInFile() throws {
    let rows = try [row("a", reducedBatch: 1), row("b", reducedBatch: 1, seed: 1)]
    let found = try results(
      rows,
      change: "update runs set point = 'learning-rate=1e-3', chosen = 0 where run = 'a'; "
        + "update runs set point = 'learning-rate=2e-3' where run = 'b'"
    ).rows
    #expect(found.filter(\.chosen).map(\.run) == ["b"])
  }

  @Test("rows have one order, whatever order they came in")
  func order() throws {
    let rows = try ["d", "b", "a", "c"].enumerated().map { try row($1, reducedBatch: 2, seed: $0) }
    for shuffled in [rows, rows.reversed(), rows.sorted { $0.run < $1.run }] {
      #expect(try results(shuffled).rows.map(\.run) == ["d", "b", "a", "c"])
    }
  }

  @Test("an error of 0 has no improvement, and an undefined one is counted as such")
  func undefinedNumbers() throws {
    let rows = try (0..<3).flatMap { seed in
      [
        try row("b\(seed)", reducedBatch: 2, seed: seed, nRMSE: 0),
        try row("t\(seed)", reducedBatch: 2, seed: seed, method: "tempbalance", nRMSE: 0),
        try row("u\(seed)", reducedBatch: 2, seed: seed, method: "other", nRMSE: nil),
      ]
    }
    let summaries = BenchmarkSummary.all(of: try results(rows))
    #expect(summaries.map(\.method) == ["baseline", "other", "tempbalance"])
    #expect(summaries[1].undefined == 3 && summaries[1].rows.isEmpty)
    #expect(summaries[2].improvement == nil && summaries[2].improvementInterval == nil)
    let text = String(decoding: try JSONEncoder().encode(summaries), as: UTF8.self)
    #expect(!text.lowercased().contains("nan") && text.contains("\"undefined\":3"))
  }

  @Test("errors near the largest number have no test and no improvement, and no number in JSON is infinite")
  func hugeNumbers() throws {
    let rows = try (0..<3).flatMap { seed in
      [
        try row("b\(seed)", reducedBatch: 2, seed: seed, nRMSE: seed == 0 ? 1.7e308 : 1),
        try row(
          "t\(seed)", reducedBatch: 2, seed: seed, method: "tempbalance", nRMSE: seed == 0 ? 1 : 1.7e308),
      ]
    }
    let summaries = BenchmarkSummary.all(of: try results(rows))
    #expect(summaries.map(\.method) == ["baseline", "tempbalance"])
    #expect(summaries[1].test == nil && summaries[1].improvement == nil && summaries[1].rows.count == 3)
    let text = String(decoding: try JSONEncoder().encode(summaries), as: UTF8.self)
    #expect(text.contains("\"nRMSE\":null"))
  }

  @Test("several tests are corrected by Holm's method, and errors compared by their ratio")
  func severalTests() throws {
    func rows(_ method: String, _ values: [Double]) throws -> [ResultRow] {
      try values.enumerated().map {
        try row("\(method)-\($0.offset)", reducedBatch: 1, seed: $0.offset, method: method, nRMSE: $0.element)
      }
    }
    let base = [0.50, 0.52, 0.47, 0.55]
    let summaries = BenchmarkSummary.all(
      of: try results(
        rows("baseline", base) + rows("clear", [0.25, 0.26, 0.235, 0.275])
          + rows("unclear", [0.49, 0.53, 0.46, 0.55]) + rows("middle", [0.42, 0.46, 0.43, 0.47])))
    func summary(_ method: String) throws -> BenchmarkSummary {
      try #require(summaries.first { $0.method == method })
    }
    let (clear, middle, unclear) = (try summary("clear"), try summary("middle"), try summary("unclear"))
    let p = try [clear, middle, unclear].map { try #require($0.test?.p) }
    #expect(p[0] < p[1] && p[1] < p[2])
    #expect(clear.adjustedP == 3 * p[0])
    #expect(middle.adjustedP == max(2 * p[1], 3 * p[0]))
    #expect(unclear.adjustedP == max(p[2], 2 * p[1]))
    #expect(try summary("baseline").adjustedP == nil)
    let ratio = try #require(clear.errorRatio)
    #expect(abs(ratio.mean - 0.5) < 1e-12 && ratio.low <= ratio.mean && ratio.mean <= ratio.high)
  }

  @Test("an infinite t is null in JSON")
  func infiniteStatistic() throws {
    let test = try #require(PairedTTest([(1, 2), (2, 3), (3, 4)]))
    #expect(test.statistic == .infinity)
    let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(test))
    #expect((json as? [String: Any])?["t"] is NSNull)
  }
}
