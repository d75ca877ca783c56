import Options
import SystemFiles
import Training
import Yams

/// What runs were trained with, as far as the seeds of one method at one point of a grid have it in common.
enum RunSettings {
  private typealias Values = [String: [String]]

  private static let version = "pdeop-version"

  /// What seeds differ in, and what changes no result but in the last bits.
  private static let free: Set = [
    version, "seed", "reduced-batch-offset", "threads", "cache-memory", "batch-parts",
  ]

  /// Names of files, which may be in another folder on another machine.
  private static let files: Set = ["data", "test-data", "validation-data", "from"]

  /// Checks that runs can be averaged as seeds of one method. Those that are not done count nowhere, and those whose
  /// configuration is not known are not compared.
  ///
  /// - Parameter rows: Runs of one cell and point.
  /// - Throws: ``BenchmarkError/differentRuns(folders:options:)``.
  static func requireSame(seeds rows: [ResultRow]) throws(BenchmarkError) {
    let done = rows.filter { $0.status != .unfinished }
    guard let first = done.first, let expected = values(first) else { return }
    for row in done.dropFirst() where row.configuration != first.configuration {
      guard let found = values(row) else { continue }
      // A plan that makes its runs longer takes one after the other.
      let isLonger = first.isPlanned && row.isPlanned && benchmark(of: first) == benchmark(of: row)
      try require(first, row, differences(expected, found, ignoring: isLonger ? "epochs" : nil))
    }
  }

  /// Checks that a run is a copy of another, though it may have gone further.
  ///
  /// - Throws: ``BenchmarkError/differentRuns(folders:options:)``.
  static func requireCopy(_ row: ResultRow, of other: ResultRow) throws(BenchmarkError) {
    guard let expected = values(other), let found = values(row) else { return }
    try require(other, row, differences(expected, found, ignoring: "epochs"))
  }

  private static func require(
    _ first: ResultRow, _ second: ResultRow, _ options: [String]
  ) throws(BenchmarkError) {
    guard options.isEmpty else {
      throw .differentRuns(folders: [first.folder, second.folder].sorted(), options: options)
    }
  }

  private static func benchmark(of row: ResultRow) -> String {
    FilePath.folder(of: FilePath.folder(of: row.folder))
  }

  private static func differences(_ first: Values, _ second: Values, ignoring free: String?) -> [String] {
    // Another version may not have had an option that it says nothing of.
    let keys =
      first[version] == second[version]
      ? Set(first.keys).union(second.keys) : Set(first.keys).intersection(second.keys)
    return keys.subtracting(Self.free).filter { key in
      // A run that never began has not resolved the number of its test samples.
      key != free && first[key] != second[key]
        && (key != "test-samples" || (first[key] != nil && second[key] != nil))
    }.sorted()
  }

  /// The words of each option; nil where the text is no configuration.
  private static func values(_ row: ResultRow) -> Values? {
    guard !row.configuration.isEmpty, row.configuration.utf8.count <= 1 << 20,
      let root = try? TrainingConfiguration.Layer.node(parsing: row.configuration, source: row.folder),
      case .mapping(let parts) = root
    else { return nil }
    var values: Values = [:]
    func add(_ key: Node, _ value: Node) {
      guard let key = key.string else { return }
      let words = value.optionText.words
      values[key] = files.contains(key) ? words.map(FilePath.name(of:)) : words
    }
    for (key, value) in parts {
      if case .mapping(let lines) = value {
        for (key, value) in lines { add(key, value) }
      } else {
        add(key, value)
      }
    }
    return values
  }
}
