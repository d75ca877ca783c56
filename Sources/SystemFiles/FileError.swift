import Glibc

/// A file operation that the operating system refused.
public struct FileError: ReportableError, Equatable {
  /// What was being done.
  public enum Action: String, Sendable {
    /// Opening a file that should be there.
    case open = "opened"
    /// Reading its content.
    case read = "read"
    /// Creating a file.
    case create = "created"
    /// Writing its content.
    case write = "written"
    /// Bringing what was written to the disk.
    case flush = "flushed to disk"
    /// Putting a finished file in the place of another.
    case replace = "put in place"
  }

  /// What was being done.
  public let action: Action
  /// The file it was done to.
  public let path: String
  /// The operating system's error number (`errno`).
  public let code: Int32

  /// An error of one file.
  ///
  /// - Parameters:
  ///   - action: What was being done.
  ///   - path: The file it was done to.
  ///   - code: The operating system's error number.
  public init(_ action: Action, _ path: String, code: Int32) {
    self.action = action
    self.path = path
    self.code = code
  }

  /// A file that cannot be read is bad input; one that cannot be written is a failure of the run.
  public var fault: Fault {
    switch action {
    case .open, .read: .data
    case .create, .write, .flush, .replace: .run
    }
  }

  /// The file, the reason and the way out, on one line.
  public var message: Message {
    "\(path) could not be \(action.rawValue): \(reason); \(wayOut)."
  }

  private var reason: String {
    // Our own words for what is not a file; the system's would not help.
    action == .open && code == EINVAL ? "it is a pipe, a socket or a device" : String(cString: strerror(code))
  }

  private var wayOut: String {
    switch (code, fault) {
    case (ENOSPC, _), (EDQUOT, _): "free some space on its disk or write elsewhere"
    case (ENOENT, .data), (ENAMETOOLONG, .data): "check its name"
    case (ENAMETOOLONG, _):
      "choose a shorter path, with a name of at most 150 bytes: while it is written, the file has a longer one"
    case (ENOENT, _), (ENOTDIR, _): "check that its folder exists"
    case (EACCES, _), (EPERM, _), (EROFS, _): "check its permissions and those of its folder"
    case (EISDIR, _): "give the name of a file, not of a folder"
    case (EEXIST, _): "choose another name, or remove what has this one"
    case (ENODATA, _): "it ended early, so it was probably truncated while being read; copy it again"
    case (_, .data): "check that it is a regular, readable file"
    default: "check that its folder is on a working disk and takes ordinary files"
    }
  }
}
