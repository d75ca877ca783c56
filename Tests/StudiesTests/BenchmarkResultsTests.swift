import Foundation
import GRDB
import Studies
import SystemFiles
import TestSupport
import Testing

/// A row as a file of results holds it.
private struct StoredRow: PersistableRecord, Encodable {
  static let databaseTableName = "runs"

  let row: ResultRow

  func encode(to encoder: any Encoder) throws { try row.encode(to: encoder) }
}

@Suite("Results of a benchmark")
struct BenchmarkResultsTests {
  private func row(
    _ name: String, reducedBatch: Int?, seed: Int = 0, method: String = "baseline", nRMSE: Double? = 0.5,
    ratio: Double = 1, configuration: String = ""
  ) throws -> ResultRow {
    var values: [String: Any] = [
      "run": name, "folder": "out/runs/\(name)", "dataset": "line", "model": "fno", "dimensions": 1,
      "kind": "fno",
      "ratio": ratio, "train_samples": 2, "method": method, "baseline": "baseline", "point": "",
      "tunes": false,
      "chosen": true, "seed": seed, "learning_rate": 1e-3, "epochs": 2, "epochs_done": 2,
      "status": "finished",
      "seconds": 1, "configuration": configuration,
    ]
    values["reduced_batch"] = reducedBatch
    values["nRMSE"] = nRMSE
    values["nRMSE_predicted"] = nRMSE
    return try JSONDecoder().decode(ResultRow.self, from: JSONSerialization.data(withJSONObject: values))
  }

  /// Results by way of a file.
  private func results(_ rows: [ResultRow], change: String? = nil) throws -> BenchmarkResults {
    let folder = try TemporaryFolder()
    let path = folder.file("results.sqlite")
    let queue = try DatabaseQueue(path: path)
    try queue.write { database in
      try database.create(table: StoredRow.databaseTableName) { table in
        for key in ResultRow.CodingKeys.allCases { table.column(key.rawValue) }
      }
      for row in rows { try StoredRow(row: row).insert(database) }
      if let change { try database.execute(sql: change) }
    }
    try queue.close()
    return try BenchmarkResults(collecting: [path])
  }

  @Test("a file of an earlier version, which does not have the stride, is read")
  func earlierFile() throws {
    let rows = try [row("a", reducedBatch: 2, seed: 0), row("b", reducedBatch: 2, seed: 1)]
    let found = try results(rows, change: "alter table runs drop column reduced_batch").rows
    #expect(found.map(\.run) == ["a", "b"] && found.allSatisfy { $0.reducedBatch == nil })
  }

  @Test("runs of one seed on the same samples are refused; equally many other samples are another cell")
  func duplicates() throws {
    let twins = try [
      row("a", reducedBatch: 2), row("b", reducedBatch: 2), row("c", reducedBatch: 2, seed: 1),
    ]
    #expect(throws: BenchmarkError.duplicateRuns([["out/runs/a", "out/runs/b"]])) { try results(twins) }
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
    let error = BenchmarkError.differentRuns(folders: ["out/runs/0", "out/runs/1"], options: ["width"])
    #expect(throws: error) { try results(mixed) }
    // Runs of one plan become longer one after the other.
    #expect(try results(rows([text(0), text(1, epochs: 4)])).rows.count == 2)
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
