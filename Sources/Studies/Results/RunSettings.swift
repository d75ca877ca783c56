import Options
import PDEData
import SystemFiles
import Training
import Yams

/// What a run was trained with, as far as it decides whether runs can be averaged as seeds, and compared as methods.
///
/// Runs that are not done count nowhere, and those whose configuration is not known are not compared.
struct RunSettings {
  /// The run's folder.
  private let folder: String
  /// The words of each option.
  private let values: [String: [String]]
  /// What the data set holds; nil where that is not known.
  private let fingerprint: DataFingerprint?

  private static let version = "pdeop-version"

  /// What seeds differ in, and what changes no result but in the last bits.
  private static let free: Set = [
    version, "seed", "reduced-batch-offset", "threads", "cache-memory", "batch-parts",
  ]

  /// Names of files, which may be in another folder on another machine.
  private static let files: Set = ["data", "test-data", "validation-data", "from"]

  /// What a run was trained with; nil where the text of its configuration is none.
  private init?(_ row: ResultRow) {
    self.init(row.configuration, of: row.folder, row.fingerprint)
  }

  /// What a run was or will be trained with; nil where the text of its configuration is none.
  ///
  /// - Parameters:
  ///   - configuration: The configuration, as YAML.
  ///   - folder: The run's folder.
  ///   - fingerprint: What the data set holds; nil where that is not known.
  init?(_ configuration: String, of folder: String, _ fingerprint: DataFingerprint?) {
    guard !configuration.isEmpty, configuration.utf8.count <= 1 << 20,
      let root = try? TrainingConfiguration.Layer.node(parsing: configuration, source: folder),
      case .mapping(let parts) = root
    else { return nil }
    var values: [String: [String]] = [:]
    func add(_ key: Node, _ value: Node) {
      guard let key = key.string else { return }
      // Earlier versions wrote exponents without a point before them.
      let words = value.optionText.words.map { $0.contains("e") ? Double($0)?.description ?? $0 : $0 }
      values[key] = Self.files.contains(key) ? words.map(FilePath.name(of:)) : words
    }
    for (key, value) in parts {
      if case .mapping(let lines) = value {
        for (key, value) in lines { add(key, value) }
      } else {
        add(key, value)
      }
    }
    self.values = values
    self.folder = folder
    self.fingerprint = fingerprint
  }

  // MARK: Checks

  /// What the seeds of one method have in common, after a check that they can be averaged; nil where nothing is known.
  ///
  /// - Parameter rows: Runs of one cell and point.
  /// - Throws: ``BenchmarkError/differentRuns(folders:options:)``.
  init?(ofSeeds rows: [ResultRow]) throws(BenchmarkError) {
    let runs = rows.filter { $0.status != .unfinished }.compactMap { RunSettings($0) }
    guard let first = Self.mostTelling(runs) else { return nil }
    for run in runs { try first.requireAlike(run) }
    self = first
  }

  /// Checks that a run is a copy of another, though it may have gone further.
  ///
  /// - Throws: ``BenchmarkError/differentRuns(folders:options:)``.
  static func requireCopy(_ row: ResultRow, of other: ResultRow) throws(BenchmarkError) {
    guard let expected = RunSettings(other), let found = RunSettings(row) else { return }
    try expected.requireAlike(found, ignoring: ["epochs"])
  }

  /// Checks that methods can be compared: that they were tested on the same.
  ///
  /// - Parameter methods: What the seeds of each method have in common.
  /// - Throws: ``BenchmarkError/otherTests(folders:options:)``.
  static func requireSameTest(of methods: [RunSettings]) throws(BenchmarkError) {
    guard let first = mostTelling(methods) else { return }
    for method in methods {
      let options = first.testDifferences(from: method)
      guard options.isEmpty else {
        throw .otherTests(folders: [first.folder, method.folder].sorted(), options: options.sorted())
      }
    }
  }

  /// The first one that knows what its data set held; the first if none does.
  private static func mostTelling(_ runs: [RunSettings]) -> RunSettings? {
    runs.first { $0.fingerprint != nil } ?? runs.first
  }

  private func requireAlike(
    _ other: RunSettings, ignoring ignored: Set<String> = []
  ) throws(BenchmarkError) {
    var options = differences(from: other).subtracting(ignored)
    if let fingerprint, let others = other.fingerprint {
      if fingerprint == others {
        // The same samples in the same order, whatever the file is called.
        options.subtract(["data", "variables", "axes"])
      } else if options.isDisjoint(with: TestSettings.reading) {
        options.insert("data")
      }
    }
    guard options.isEmpty else {
      throw .differentRuns(folders: [folder, other.folder].sorted(), options: options.sorted())
    }
  }

  // MARK: Differences

  /// The options whose values are other texts.
  private func differences(from other: RunSettings) -> Set<String> {
    // Another version may not have had an option that it says nothing of.
    let (own, others) = (Set(values.keys), Set(other.values.keys))
    let keys =
      values[Self.version] == other.values[Self.version] ? own.union(others) : own.intersection(others)
    return keys.subtracting(Self.free).filter { key in
      // A run that never began has not resolved the number of its test samples.
      values[key] != other.values[key]
        && (key != "test-samples" || (values[key] != nil && other.values[key] != nil))
    }
  }

  private func testDifferences(from other: RunSettings) -> Set<String> {
    TestSettings.differences(
      differences(from: other), haveSameFiles: testFiles == other.testFiles, fingerprint, other.fingerprint)
  }

  private var testFiles: [String] {
    TestSettings.files(
      values["data"] ?? [], test: values["test-data"] ?? [], isMixture: values["weights"] != nil)
  }
}
