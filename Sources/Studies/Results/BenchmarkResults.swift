import Foundation
import SystemFiles
import Training

/// The results of a benchmark, from the folders of its runs or from a file of results.
public struct BenchmarkResults: Sendable {
  /// A row a run, ordered by data set, model, number of training samples, method, point, seed and name.
  public let rows: [ResultRow]

  /// The file of results in a benchmark's folder.
  ///
  /// - Parameter folder: The folder.
  /// - Returns: The file's path.
  public static func database(in folder: String) -> String { "\(folder)/\(ResultsFile.name)" }

  /// Collects the runs of folders, such as those that the shards of one benchmark were given.
  ///
  /// A run that several folders have counts once, as the one that went furthest.
  ///
  /// - Parameter paths: Benchmark folders, or SQLite files of results.
  /// - Throws: ``BenchmarkError`` for a folder without runs, a broken file, runs that would count twice, runs with different
  ///   settings that would be averaged, or methods that would be compared and were tested on something else, or a method
  ///   with two baselines.
  public init(collecting paths: [String]) throws {
    var byName: [String: ResultRow] = [:]
    for path in paths {
      let rows = try Folder.isThere(path) ? Self.rows(below: path) : Self.rows(inDatabase: path)
      guard !rows.isEmpty else { throw BenchmarkError.noRuns(path: path) }
      for row in rows {
        if let other = byName[row.run] {
          try RunSettings.requireCopy(row, of: other)
          if other.epochsDone >= row.epochsDone { continue }
        }
        byName[row.run] = row
      }
    }
    self.init(rows: Array(byName.values))
    let twins = Dictionary(grouping: self.rows, by: Identity.init).values.filter { $0.count > 1 }
    guard twins.isEmpty else {
      let folders = twins.map { $0.map(\.folder) }
      throw BenchmarkError.duplicateRuns(folders.sorted { $0.lexicographicallyPrecedes($1) })
    }
    // In the order of the rows, so that the same folders lead to the same error.
    for compared in self.rows.pieces(where: { $0.samples == $1.samples }) {
      try Self.requireOneBaseline(compared)
      let methods = compared.pieces { $0.method == $1.method && $0.point == $1.point }
      try RunSettings.requireSameTest(of: methods.compactMap { try RunSettings(ofSeeds: $0) })
    }
  }

  /// Checks that each method on the same samples is compared with one method, or it would have two rows.
  private static func requireOneBaseline(_ rows: [ResultRow]) throws(BenchmarkError) {
    var known: [String: ResultRow] = [:]
    for row in rows {
      guard let first = known[row.method] else {
        known[row.method] = row
        continue
      }
      guard first.baseline == row.baseline else {
        throw .otherBaselines(
          folders: [first.folder, row.folder].sorted(), baselines: [first.baseline, row.baseline].sorted())
      }
    }
  }

  /// What a run is but for its name: ratios that keep the same samples have several names for one.
  private struct Identity: Hashable {
    let cell: Cell
    let point: String
    let seed: Int64

    init(_ row: ResultRow) { (cell, point, seed) = (Cell(row), row.point, row.seed) }
  }

  /// Results in order, with the chosen points found out.
  ///
  /// - Parameter rows: The runs.
  init(rows: [ResultRow]) {
    var rows = rows.sorted { Self.order($0).lexicographicallyPrecedes(Self.order($1)) }
    for places in Dictionary(grouping: rows.indices, by: { Cell(rows[$0]) }).values {
      let point = Self.chosenPoint(places.map { rows[$0] })
      for place in places { rows[place].chosen = rows[place].point == point }
    }
    self.rows = rows
  }

  private static func order(_ row: ResultRow) -> [String] {
    // Numbers in front of words would need another type; with leading zeros they sort as words.
    [
      row.dataset, row.model, String(format: "%012d", row.trainSamples),
      String(format: "%012d", row.reducedBatch ?? 0), row.method == row.baseline ? "0" : "1",
      row.method, row.point, String(format: "%020d", row.seed), row.run,
    ]
  }

  /// Training samples and a method.
  private struct Cell: Hashable {
    let samples: ResultRow.Samples
    let method: String

    init(_ row: ResultRow) { (samples, method) = (row.samples, row.method) }
  }

  /// The grid's best point by the runs that choose; nil where all diverged, or while one of these runs is not done.
  private static func chosenPoint(_ rows: [ResultRow]) -> String? {
    let tuning = rows.filter(\.tunes)
    guard !tuning.isEmpty else { return (rows.first(where: \.isPlanned) ?? rows.first)?.point }
    guard tuning.allSatisfy({ $0.status != .unfinished }) else { return nil }
    return tuning.map { row in
      GridCandidate(
        point: row.point, seed: UInt64(clamping: row.seed),
        error: row.status == .finished ? row.validationNRMSE : nil)
    }.bestPoint
  }

  /// Whether a path is a benchmark's folder or a file of results, and not the folder of a run.
  ///
  /// - Parameter path: The path.
  /// - Returns: Whether ``init(collecting:)`` would look for results there.
  public static func isBenchmark(_ path: String) -> Bool {
    Folder.isThere(path + "/runs") || path.hasSuffix(".sqlite") || (try? isDatabase(path)) == true
  }

  private static func rows(below folder: String) throws -> [ResultRow] {
    let runs = folder + "/runs"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? []
    return try names.sorted().map { RunFolder("\(runs)/\($0)") }
      .filter { FileManager.default.fileExists(atPath: BenchmarkLabel.path(in: $0)) }
      .map { try ResultRow($0) }
  }
}
