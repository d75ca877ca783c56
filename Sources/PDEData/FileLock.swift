#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Keeps other processes from writing to a file; let go of with its owner, or when the process ends.
final class FileLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock of a file that is there; fails if another has it.
  ///
  /// - Parameter path: The file.
  init?(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    // Some file systems have no locks: there the user is trusted to start one process a file.
    if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  /// Whether the locked file is still the one of that name.
  func isOf(_ path: String) -> Bool {
    var (mine, found) = (stat(), stat())
    guard fstat(descriptor, &mine) == 0, stat(path, &found) == 0 else { return false }
    return mine.st_ino == found.st_ino && mine.st_dev == found.st_dev
  }

  deinit {
    // Nothing was written through it, so closing has nothing to report.
    if descriptor >= 0 { close(descriptor) }
  }
}
