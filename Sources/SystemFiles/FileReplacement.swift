import Glibc

/// The names and the last step of a file that appears only when it is complete.
///
/// The writer (``AtomicFile``, or a library that wants a name) writes to ``temporary``, in the same folder;
/// ``commit()`` brings it to the disk and renames it. Under the final name there is the old file or the whole new one,
/// even after a crash.
package struct FileReplacement: Sendable {
  /// The name under which the finished file is to appear.
  package let destination: String
  /// The name under which to write it until then.
  package let temporary: String
  private let folder: String

  /// Chooses a temporary name that no file has; creates nothing yet. What killed processes left in the folder is removed.
  ///
  /// - Parameter destination: The path of the file to create or replace.
  /// - Throws: If the folder is missing or cannot be written to, something other than an ordinary file (a folder, a
  ///   device) has the name, or the name is so long that there is no room for what a temporary one has beside it.
  package init(of destination: String) throws(FileError) {
    self.destination = destination
    var status = stat()
    if stat(destination, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw FileError(.replace, destination, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
    }
    let prefix = destination.lastIndex(of: "/").map { String(destination[...$0]) } ?? ""
    folder = prefix.isEmpty ? "." : prefix
    guard access(folder, W_OK | X_OK) == 0 else { throw FileError(.create, destination, code: errno) }
    TemporaryName.sweep(folder)
    temporary = TemporaryName.new(for: FilePath.name(of: destination), in: prefix)
    guard FilePath.name(of: temporary).utf8.count <= Self.longestName else {
      throw FileError(.create, destination, code: ENAMETOOLONG)
    }
  }

  /// The most bytes of a name in a folder, on every file system in use.
  private static let longestName = 255

  /// The bytes that can still be written to the folder's disk; nil where the system does not say.
  package var freeBytes: Int? { DiskSpace.free(in: folder) }

  /// Whether there already is a file under the final name.
  package var destinationExists: Bool { exists(destination) }

  /// Flushes the temporary file to the disk and gives it its final name, replacing what is there.
  ///
  /// - Throws: If the disk is full or fails; the temporary file is then gone, and the destination is as it was.
  package func commit() throws(FileError) {
    do throws(FileError) {
      try adopt(temporary, as: destination)
    } catch {
      discard()
      throw error
    }
  }

  /// Removes the temporary file, if there is one.
  package func discard() {
    remove(temporary)
  }

  /// Flushes a file of the same folder to the disk and gives it another name, replacing what is there.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - name: The name that it gets, in the same folder.
  /// - Throws: If the disk is full or fails; what had the name before is then still there.
  package func adopt(_ file: String, as name: String) throws(FileError) {
    try synchronize(file)
    guard rename(file, name) == 0 else { throw FileError(.replace, destination, code: errno) }
    // A rename is on the disk only when its folder is.
    try synchronize(folder)
  }

  /// Whether there is a file of that name.
  package func exists(_ name: String) -> Bool { access(name, F_OK) == 0 }

  /// Removes a file if it exists.
  package func remove(_ name: String) { unlink(name) }

  /// Returns when everything that was written to a file is on the disk.
  ///
  /// - Parameter path: The file, or the folder.
  /// - Throws: If the disk is full or fails.
  package func synchronize(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(.flush, destination, code: errno) }
    defer { close(descriptor) }
    // Some network file systems cannot flush a folder and say so by EINVAL; they order the rename themselves.
    guard fsync(descriptor) == 0 || (path == folder && errno == EINVAL) else {
      throw FileError(.flush, destination, code: errno)
    }
  }
}
