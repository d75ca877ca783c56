import Glibc

/// Keeps other processes away from a file or folder; let go of with its owner, or when the process ends.
///
/// Of a shared lock there may be many at a time, but none beside one that is not shared.
package final class FileLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock of an existing file or folder; fails if another process has it.
  ///
  /// - Parameters:
  ///   - path: The file or folder.
  ///   - isShared: Whether others may share it.
  package init?(_ path: String, isShared: Bool = false) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    // Some file systems have no locks: there the user is trusted to start one process a file.
    let kind = isShared ? LOCK_SH : LOCK_EX
    if descriptor >= 0, flock(descriptor, kind | LOCK_NB) != 0, errno == EWOULDBLOCK {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  /// Whether the locked file is still the one of that name.
  package func isOf(_ path: String) -> Bool {
    var (mine, found) = (stat(), stat())
    guard fstat(descriptor, &mine) == 0, stat(path, &found) == 0 else { return false }
    return mine.st_ino == found.st_ino && mine.st_dev == found.st_dev
  }

  deinit {
    guard descriptor >= 0 else { return }
    // A process that is being started has a copy of the descriptor, and closing ours would leave it the lock.
    flock(descriptor, LOCK_UN)
    // Nothing was written through it, so closing has nothing to report.
    close(descriptor)
  }
}
