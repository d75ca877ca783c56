import Foundation

/// Files made outside this project, to compare with; tests that need them are skipped where they are not.
public enum Reference {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "../shared/reference").standardizedFileURL.path

  /// Whether the files are there.
  public static let isPresent = FileManager.default.fileExists(atPath: folder)

  /// Why a test is skipped.
  public static let absence = "the reference data are not in \(folder)"

  /// Where the file of that name is.
  public static func path(_ name: String) -> String { "\(folder)/\(name)" }
}
