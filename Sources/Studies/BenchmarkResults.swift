import Foundation
import GRDB
import SystemFiles
import Training

/// The results of a benchmark, from the folders of its runs or from a file of results.
public struct BenchmarkResults: Sendable {
  /// A row a run, ordered by data set, model, number of training samples, method, point and seed.
  public let rows: [ResultRow]

  /// The file of results in a benchmark's folder.
  ///
  /// - Parameter folder: The folder.
  /// - Returns: The file's path.
  public static func database(in folder: String) -> String { folder + "/results.sqlite" }

  /// Collects the runs of folders, such as those that the shards of one benchmark were given.
  ///
  /// A run that several folders have counts once, as the one that went furthest.
  ///
  /// - Parameter paths: Folders of benchmarks, or SQLite files of results.
  /// - Throws: ``BenchmarkError`` for a folder without runs or a broken file.
  public init(collecting paths: [String]) throws {
    var byName: [String: ResultRow] = [:]
    for path in paths {
      let rows = try Self.isFolder(path) ? Self.rows(below: path) : Self.rows(inDatabase: path)
      guard !rows.isEmpty else { throw BenchmarkError.noRuns(path: path) }
      for row in rows {
        if let other = byName[row.run], other.epochsDone >= row.epochsDone { continue }
        byName[row.run] = row
      }
    }
    self.init(rows: Array(byName.values))
  }

  /// Results in order, with the chosen points found out.
  ///
  /// - Parameter rows: The runs.
  init(rows: [ResultRow]) {
    var rows = rows
    for places in Dictionary(grouping: rows.indices, by: { Cell(rows[$0]) }).values {
      let point = Self.chosenPoint(places.map { rows[$0] })
      for place in places { rows[place].chosen = rows[place].point == point }
    }
    self.rows = rows.sorted { Self.order($0).lexicographicallyPrecedes(Self.order($1)) }
  }

  private static func order(_ row: ResultRow) -> [String] {
    // Numbers in front of words would need another type; with leading zeros they sort as words.
    [
      row.dataset, row.model, String(format: "%012d", row.trainSamples),
      row.method == row.baseline ? "0" : "1",
      row.method, row.point, String(format: "%020d", row.seed),
    ]
  }

  /// A data set, a model, a number of training samples and a method.
  private struct Cell: Hashable {
    let words: [String]

    init(_ row: ResultRow) { words = [row.dataset, row.model, "\(row.trainSamples)", row.method] }
  }

  /// The point with the lowest mean of the validation error over the runs that it is chosen by; nil where all diverged,
  /// or while one of these runs is not done.
  private static func chosenPoint(_ rows: [ResultRow]) -> String? {
    let tuning = rows.filter(\.tunes)
    guard !tuning.isEmpty else { return rows.first?.point }
    guard tuning.allSatisfy({ $0.status != .unfinished }) else { return nil }
    let errors = Dictionary(grouping: tuning, by: \.point).mapValues { rows in
      rows.reduce(0) { sum, row in
        sum + (row.status == .finished ? row.validationNRMSE ?? .infinity : .infinity)
      } / Double(rows.count)
    }
    let best = errors.min { ($0.value, $0.key) < ($1.value, $1.key) }
    return best.flatMap { $0.value.isFinite ? $0.key : nil }
  }

  // MARK: Folders

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// Whether a path is a benchmark's folder or a file of results, and not the folder of a run.
  ///
  /// - Parameter path: The path.
  /// - Returns: Whether ``init(collecting:)`` would look for results there.
  public static func isBenchmark(_ path: String) -> Bool {
    isFolder(path + "/runs") || path.hasSuffix(".sqlite")
  }

  private static func rows(below folder: String) throws -> [ResultRow] {
    let runs = folder + "/runs"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? []
    return try names.sorted().map { RunFolder("\(runs)/\($0)") }
      .filter { FileManager.default.fileExists(atPath: BenchmarkLabel.path(in: $0)) }
      .map { try ResultRow($0) }
  }

  // MARK: SQLite

  private static func rows(inDatabase path: String) throws(BenchmarkError) -> [ResultRow] {
    guard FileManager.default.fileExists(atPath: path) else { throw .noRuns(path: path) }
    do {
      var configuration = Configuration()
      configuration.readonly = true
      return try DatabaseQueue(path: path, configuration: configuration).read { try ResultRow.fetchAll($0) }
    } catch {
      throw .database(file: path, reason: "\(error)")
    }
  }

  /// Writes the results to a SQLite file, which appears whole or not at all.
  ///
  /// - Parameter path: The file; one that is there is replaced.
  /// - Throws: ``BenchmarkError/database(file:reason:)`` or a `FileError`.
  public func write(to path: String) throws {
    let replacement = try FileReplacement(of: path)
    do {
      let queue = try DatabaseQueue(path: replacement.temporary)
      try queue.write { database in
        try Self.createTable(database)
        for row in rows { try row.insert(database) }
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
      .dimensions, .trainSamples, .tunes, .chosen, .seed, .epochs, .epochsDone, .bestEpoch, .parameters,
    ]
    let texts: Set<Key> = [
      .run, .folder, .dataset, .model, .kind, .method, .baseline, .point, .status, .configuration,
    ]
    let optional: Set<Key> = [
      .scale, .bestEpoch, .validationNRMSE, .nRMSE, .nRMSEPredicted, .lastNRMSE, .rmse, .conserved, .maximum,
      .boundary, .fourierLow, .fourierMiddle, .fourierHigh, .parameters, .alphaStd,
    ]
    try database.create(table: ResultRow.databaseTableName) { table in
      for key in Key.allCases {
        let column = table.column(
          key.rawValue, integers.contains(key) ? .integer : texts.contains(key) ? .text : .double)
        if !optional.contains(key) { column.notNull() }
        if key == .run { column.primaryKey() }
      }
    }
  }
}
