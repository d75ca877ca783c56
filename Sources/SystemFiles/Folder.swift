import Glibc

/// Folders: whether there are any, and how they are made for files to come.
package enum Folder {
  /// Whether there is a folder at a path.
  ///
  /// - Parameter path: The path.
  /// - Returns: Whether there is; not where something else is.
  package static func isThere(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes a folder, and those above it that are missing; one that is there stays as it is.
  ///
  /// - Parameter path: The folder.
  /// - Throws: `FileError` with the action `create`, the folder that could not be made (the given one, or one above it)
  ///   and the system's reason.
  package static func make(_ path: String) throws(FileError) {
    var code = makeOne(path)
    let above = FilePath.folder(of: path)
    if code == ENOENT, above != path {
      try make(above)
      code = makeOne(path)
    }
    guard code == 0 else { throw FileError(.create, path, code: code) }
  }

  /// Makes a folder in one that is there.
  ///
  /// - Parameter path: The folder.
  /// - Returns: 0 where it is there now, else the system's error number.
  private static func makeOne(_ path: String) -> Int32 {
    if mkdir(path, 0o777) == 0 { return 0 }
    let code = errno
    // Systems differ in what they say first of a folder that is there and could not have been made.
    return isThere(path) ? 0 : code
  }
}
