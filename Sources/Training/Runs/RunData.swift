import Foundation
import Options
package import PDEData
import SystemFiles

/// Which data set a run is about, kept as `data.json` in its folder: so that it is found from any working folder, and
/// another one is not taken for it.
struct RunData: Codable, Equatable {
  /// Where the first file of the data set is, from the root of the file system.
  var path: String
  /// All files, where there are more; likewise.
  var paths: [String]?
  /// The files for the test and for validation, where these are apart; likewise.
  var testPaths, validationPaths: [String]?
  /// What it holds.
  var fingerprint: DataFingerprint

  private enum CodingKeys: String, CodingKey {
    case path, paths, fingerprint
    case testPaths = "test_paths"
    case validationPaths = "validation_paths"
  }

  /// The data set of a run that begins.
  init(_ data: [any FieldDataSet], of configuration: DataConfiguration) throws {
    func list(_ names: [String], least: Int = 1) -> [String]? {
      names.count < least ? nil : names.map(FilePath.absolute)
    }
    path = FilePath.absolute(configuration.path)
    paths = list(configuration.paths.names, least: 2)
    testPaths = list(configuration.testPaths.names)
    validationPaths = list(configuration.validationPaths.names)
    fingerprint = try DataFingerprint(of: data)
  }

  /// Reads a run's file; nil for the runs of earlier versions, which have none.
  init?(reading run: RunFolder) throws(RunFolderError) {
    guard FileManager.default.fileExists(atPath: run.data) else { return nil }
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(filePath: run.data)))
    } catch {
      throw .cannotResume(
        folder: run.path, reason: "\(run.data) was not written by a run; remove it")
    }
  }

  /// Writes the run's file, unless it says the same already.
  func write(to run: RunFolder) throws {
    guard try RunData(reading: run) != self else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.replace(run.data, with: String(decoding: try encoder.encode(self), as: UTF8.self) + "\n")
  }

  /// Checks that a data set is the run's.
  ///
  /// - Throws: ``RunFolderError/otherData(folder:data:difference:)``.
  func require(_ other: RunData, for run: RunFolder) throws(RunFolderError) {
    if let difference = fingerprint.difference(of: other.fingerprint) {
      throw .otherData(folder: run.path, data: other.path, difference: difference)
    }
  }
}

extension RunFolder {
  /// What the run's data set holds, by the run's own note of it; nil where there is none that can be read, as in the folders of
  /// earlier versions.
  package var fingerprint: DataFingerprint? { (try? RunData(reading: self))?.fingerprint }

  /// The run's data set where it is: where it was when the run last trained, or else where its configuration says, seen
  /// from the working folder.
  ///
  /// - Parameter configuration: The run's configuration.
  /// - Returns: What the configuration says of the data set, with the places of its files.
  /// - Throws: ``RunFolderError`` if the run's own note of it is damaged.
  package func locatedData(_ configuration: TrainingConfiguration) throws(RunFolderError) -> DataConfiguration
  {
    var data = configuration.data
    guard let recorded = try RunData(reading: self) else { return data }
    func isThere(_ path: String) -> Bool {
      access(path, F_OK) == 0 || path.contains { "*?[".contains($0) }
    }
    let paths = recorded.paths ?? [recorded.path]
    if paths.allSatisfy(isThere) { data.paths = FileNames(paths) }
    if let paths = recorded.testPaths, paths.allSatisfy(isThere) { data.testPaths = FileNames(paths) }
    if let paths = recorded.validationPaths, paths.allSatisfy(isThere) {
      data.validationPaths = FileNames(paths)
    }
    return data
  }
}
