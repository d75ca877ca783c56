/// The package's version.
public enum Version {
  /// As in the change log.
  public static let current = "0.1.0"
}
