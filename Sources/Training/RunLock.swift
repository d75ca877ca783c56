#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Keeps other processes from training in a run's folder; let go of with its owner, or when the process ends.
final class RunLock {
  private let descriptor: Int32

  /// Takes the lock.
  ///
  /// - Parameter folder: A folder that exists.
  /// - Throws: ``RunFolderError/inUse(folder:)`` if another has it.
  init(_ folder: RunFolder) throws(RunFolderError) {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // Some file systems have no locks: there the user is trusted to start one process a run.
    if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      close(descriptor)
      throw .inUse(folder: folder.path)
    }
    self.descriptor = descriptor
  }

  deinit {
    // Nothing was written through it, so closing has nothing to report.
    if descriptor >= 0 { close(descriptor) }
  }
}
