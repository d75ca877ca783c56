import Foundation
import GRDB
import Studies
import TestSupport

/// Tests of results that are made up, and read by way of a file.
protocol StoresResults {}

extension StoresResults {
  /// A finished run; `data` is the hash of what its data set held, nil for a run of an earlier version.
  func row(
    _ name: String, reducedBatch: Int?, seed: Int = 0, method: String = "baseline",
    baseline: String = "baseline", nRMSE: Double? = 0.5, ratio: Double = 1, configuration: String = "",
    data: String? = nil, variables: [String] = ["u"], folder: String? = nil
  ) throws -> ResultRow {
    var values: [String: Any] = [
      "run": name, "folder": folder ?? "/out/runs/\(name)", "dataset": "line", "model": "fno",
      "dimensions": 1, "kind": "fno", "ratio": ratio, "train_samples": 2, "method": method,
      "baseline": baseline, "point": "", "tunes": false, "chosen": true, "seed": seed,
      "learning_rate": 1e-3, "epochs": 2, "epochs_done": 2, "status": "finished", "seconds": 1,
      "configuration": configuration,
    ]
    values["reduced_batch"] = reducedBatch
    values["nRMSE"] = nRMSE
    values["nRMSE_predicted"] = nRMSE
    if let data {
      let fingerprint: [String: Any] = [
        "variables": variables, "samples": 12, "frames": 14, "shape": [32], "hash": data,
      ]
      values["data_fingerprint"] = fingerprint
    }
    return try JSONDecoder().decode(ResultRow.self, from: JSONSerialization.data(withJSONObject: values))
  }

  /// Writes a file of results, and changes it by SQL.
  func store(_ rows: [ResultRow], in path: String, change: String? = nil) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { database in
      try database.create(table: StoredRow.databaseTableName) { table in
        for key in ResultRow.CodingKeys.allCases { table.column(key.rawValue) }
      }
      for row in rows { try StoredRow(row: row).insert(database) }
      if let change { try database.execute(sql: change) }
    }
    try queue.close()
  }

  /// Results by way of a file.
  func results(_ rows: [ResultRow], change: String? = nil) throws -> BenchmarkResults {
    let folder = try TemporaryFolder()
    let path = folder.file("results.sqlite")
    try store(rows, in: path, change: change)
    return try BenchmarkResults(collecting: [path])
  }
}

/// A row as a file of results holds it.
private struct StoredRow: PersistableRecord, Encodable {
  static let databaseTableName = "runs"

  let row: ResultRow

  func encode(to encoder: any Encoder) throws { try row.encode(to: encoder) }
}
