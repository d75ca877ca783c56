import Options
import PDEData
import Training

/// What decides on which samples, frames, points and variables a run is tested: runs that differ there cannot be compared.
///
/// What a run is trained on, and what its model sees beside the variables, is free: other files where the test has its own, the
/// other sets of a mixture, inputs.
enum TestSettings {
  /// The options that decide.
  private static let options: Set = [
    "data", "test-data", "test-samples", "variables", "axes", "targets", "reduced-resolution",
    "reduced-resolution-t", "initial-steps",
  ]

  /// The options that say what is read of which files.
  static let reading: Set = [
    "data", "weights", "test-data", "validation-data", "variables", "axes", "inputs", "targets",
  ]

  /// The files that hold the samples of the test.
  ///
  /// - Parameters:
  ///   - data: The files of the data set.
  ///   - test: Those whose samples are for the test alone.
  ///   - isMixture: Whether each of the files is a set of its own: then the first is tested on.
  /// - Returns: The files.
  static func files(_ data: [String], test: [String], isMixture: Bool) -> [String] {
    guard test.isEmpty else { return test }
    return isMixture ? Array(data.prefix(1)) : data
  }

  /// The options by which two runs are tested on something else.
  ///
  /// - Parameters:
  ///   - texts: All options whose values are different texts.
  ///   - haveSameFiles: Whether the samples of the test are of the same files, by their names.
  ///   - first: What the data set of one run holds, where that is known.
  ///   - second: What that of the other holds.
  /// - Returns: The options.
  static func differences(
    _ texts: Set<String>, haveSameFiles: Bool, _ first: DataFingerprint?, _ second: DataFingerprint?
  ) -> Set<String> {
    var result = texts.intersection(options)
    if haveSameFiles { result.remove("data") } else { result.insert("data") }
    guard let first, let second else { return result }
    // What the data hold is a better witness than names of files and lists that may be left out.
    if first == second {
      result.subtract(["data", "axes"])
    } else if texts.isDisjoint(with: reading) {
      result.insert("data")
    }
    if Set(first.variables) == Set(second.variables) {
      result.remove("variables")
      if !texts.contains("inputs") { result.remove("targets") }
    }
    return result
  }
}

extension TrainingConfiguration {
  /// The options by which this run would be tested on something else than another.
  ///
  /// - Parameter other: The configuration of the other run.
  /// - Returns: The options, in alphabetical order.
  func testDifferences(from other: TrainingConfiguration) -> [String] {
    let texts = Set(differences(from: other))
    let sameFiles = testFiles == other.testFiles
    var result = TestSettings.differences(texts, haveSameFiles: sameFiles, nil, nil)
    if !result.isDisjoint(with: TestSettings.reading) {
      result = TestSettings.differences(texts, haveSameFiles: sameFiles, fingerprint, other.fingerprint)
    }
    // A number that one of them leaves out may be that of the other.
    if result.contains("test-samples"), let count = testCount, count == other.testCount {
      result.remove("test-samples")
    }
    return result.sorted()
  }

  private var testFiles: [String] {
    TestSettings.files(data.paths.names, test: data.testPaths.names, isMixture: data.weights != nil)
  }

  private var testCount: Int? { (try? TrainingData(self))?.split.test.count }

  private var fingerprint: DataFingerprint? {
    (try? data.openSets()).flatMap { try? DataFingerprint(of: $0) }
  }
}
