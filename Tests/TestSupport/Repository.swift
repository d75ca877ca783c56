public import Foundation

/// The project's own files.
public enum Repository {
  /// Its folder.
  public static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The path of a file, from the project's folder on.
  public static func path(_ file: String) -> String { root.appending(path: file).path }
}
