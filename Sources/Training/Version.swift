/// The package's version, which changes with the format of run folders.
///
/// While the major version is 0, a change of the format raises the minor version.
public enum Version {
  /// The version, as in the change log.
  public static let current = "0.2.0"

  /// The versions whose run folders are read, without their patch numbers.
  public static let readableRuns = ["0.1", "0.2"]

  /// Whether a run folder that a version wrote is read.
  static func readsRun(of version: String) -> Bool {
    readableRuns.contains(version.split(separator: ".").prefix(2).joined(separator: "."))
  }
}
