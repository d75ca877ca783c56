import Foundation
import GRDB
package import SystemFiles
import Training

extension BenchmarkResults {
  static func rows(inDatabase path: String) throws(BenchmarkError) -> [ResultRow] {
    guard FileManager.default.fileExists(atPath: path) else { throw .noRuns(path: path) }
    let isDatabase: Bool
    do {
      // SQLite would wait forever for a named pipe.
      isDatabase = try Self.isDatabase(path)
    } catch {
      throw .database(file: path, reason: "\(error)")
    }
    guard isDatabase else { throw .noDatabase(file: path) }
    do {
      var configuration = Configuration()
      configuration.readonly = true
      return try DatabaseQueue(path: path, configuration: configuration)
        .read { try StoredRow.fetchAll($0).map(\.row) }
        .map { row in
          // Without a choice to make, the chosen runs are those at the point that the plan has.
          var row = row
          row.isPlanned = row.chosen || row.tunes
          row.folder = Self.folder(of: row, inDatabase: path)
          return row
        }
    } catch {
      throw .database(file: path, reason: "\(error)")
    }
  }

  /// Where a run of a file of results is: below the file's folder, as in that of a benchmark, wherever that is now; else where it
  /// was, unless the file says that only as seen from the working folder of then.
  private static func folder(of row: ResultRow, inDatabase path: String) -> String {
    let below = "\(FilePath.folder(of: path))/runs/\(row.run)"
    let isThere = FileManager.default.fileExists(atPath: BenchmarkLabel.path(in: RunFolder(below)))
    return isThere || !row.folder.hasPrefix("/") ? below : row.folder
  }

  /// Whether a file begins as SQLite's do, whatever its name.
  ///
  /// - Parameter path: The file.
  /// - Returns: Whether it may be a file of results.
  /// - Throws: If it cannot be read, or is no ordinary file.
  package static func isDatabase(_ path: String) throws(FileError) -> Bool {
    let file = try InputFile(path)
    let head = Array("SQLite format 3\0".utf8)
    guard file.count >= head.count else { return false }
    return try file.bytes(at: 0, count: head.count) == head
  }

  /// Writes the results to a SQLite file, which appears whole or not at all.
  ///
  /// - Parameter path: The file; an existing one is replaced.
  /// - Throws: ``BenchmarkError/database(file:reason:)`` or a `FileError`.
  public func write(to path: String) throws {
    let replacement = try FileReplacement(of: path)
    do {
      let queue = try DatabaseQueue(path: replacement.temporary)
      try queue.write { database in
        try Self.createTable(database)
        for row in rows {
          var row = row
          row.folder = FilePath.absolute(row.folder)
          try StoredRow(row: row).insert(database)
        }
      }
      try queue.close()
    } catch {
      replacement.discard()
      throw BenchmarkError.database(file: path, reason: "\(error)")
    }
    try replacement.commit()
  }

  private static func createTable(_ database: Database) throws {
    typealias Key = ResultRow.CodingKeys
    let integers: Set<Key> = [
      .dimensions, .trainSamples, .reducedBatch, .tunes, .chosen, .seed, .epochs, .epochsDone, .bestEpoch,
      .parameters,
    ]
    let texts: Set<Key> = [
      .run, .folder, .dataset, .model, .kind, .method, .baseline, .point, .status, .configuration,
      .fingerprint,
    ]
    let optional: Set<Key> = [
      .reducedBatch, .scale, .bestEpoch, .validationNRMSE, .nRMSE, .nRMSEPredicted, .lastNRMSE, .rmse,
      .conserved, .maximum,
      .boundary, .fourierLow, .fourierMiddle, .fourierHigh, .parameters, .alphaStd, .fingerprint,
    ]
    try database.create(table: StoredRow.databaseTableName) { table in
      for key in Key.allCases {
        let column = table.column(
          key.rawValue, integers.contains(key) ? .integer : texts.contains(key) ? .text : .double)
        if !optional.contains(key) { column.notNull() }
        if key == .run { column.primaryKey() }
      }
    }
  }
}

/// A row of the table `runs`.
private struct StoredRow: FetchableRecord, PersistableRecord, Codable {
  static let databaseTableName = "runs"

  let row: ResultRow

  init(row: ResultRow) { self.row = row }

  init(from decoder: any Decoder) throws { row = try ResultRow(from: decoder) }

  func encode(to encoder: any Encoder) throws { try row.encode(to: encoder) }
}
