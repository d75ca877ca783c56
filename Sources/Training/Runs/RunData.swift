import Foundation
import PDEData
import SystemFiles

/// Which data set a run is about, kept as `data.json` in its folder: so that it is found from any working folder, and
/// another one is not taken for it.
struct RunData: Codable, Equatable {
  /// Where the data set is, from the root of the file system.
  var path: String
  /// What it holds.
  var fingerprint: DataFingerprint

  /// The data set of a run that begins.
  init(_ data: any FieldDataSet) throws {
    path = Self.absolute(data.path)
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

  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }
}

extension RunFolder {
  /// Where the run's data set is: where it was when the run last trained, or else where its configuration says, seen from
  /// the working folder.
  ///
  /// - Parameter configuration: The run's configuration.
  /// - Returns: The path.
  /// - Throws: ``RunFolderError`` if the run's own note of it is damaged.
  package func dataPath(_ configuration: TrainingConfiguration) throws(RunFolderError) -> String {
    guard let recorded = try RunData(reading: self)?.path, access(recorded, F_OK) == 0 else {
      return configuration.data.path
    }
    return recorded
  }
}
