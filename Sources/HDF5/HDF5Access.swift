import Synchronization

/// How untrusted files are read: what they may refer to, and what happens before HDF5 opens them.
///
/// A file can ask for more than its own content: external links, external storage and virtual data sets make other files of
/// the machine part of it, and filters that HDF5 does not have itself make it load libraries. Nothing of that is done unless
/// ``allowsExternal`` says so.
///
/// HDF5 itself crashes on some damaged files. A program that cannot have that gives a ``probe`` that looks at a file in
/// another process first, with ``HDF5Probe``.
public struct HDF5Access: Sendable {
  /// Whether a file may take content from other files and have libraries of filters loaded.
  public var allowsExternal: Bool
  /// Is called with a file's path before HDF5 opens it, and throws if the file is not fit for that.
  public var probe: (@Sendable (_ path: String) throws(HDF5Error) -> Void)?

  /// A way to read files.
  ///
  /// - Parameters:
  ///   - allowsExternal: Whether a file may take content from other files and have libraries of filters loaded.
  ///   - probe: Is called before HDF5 opens a file.
  public init(
    allowsExternal: Bool = false, probe: (@Sendable (_ path: String) throws(HDF5Error) -> Void)? = nil
  ) {
    self.allowsExternal = allowsExternal
    self.probe = probe
  }

  private static let shared = Mutex(HDF5Access())

  /// How files are read where nothing else is said; a program sets it once, at its start.
  public static var standard: HDF5Access {
    get { shared.withLock { $0 } }
    set { shared.withLock { $0 = newValue } }
  }
}
