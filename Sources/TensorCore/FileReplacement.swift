import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that appears under its name only when it is complete.
///
/// The content is written to ``temporary``, in the same folder; ``commit()`` brings it safely to the disk and renames
/// it. Whoever looks under the final name sees the old file or the whole new one, even after a crash.
package struct FileReplacement: Sendable {
  /// The name under which the finished file is to appear.
  package let destination: String
  /// The name under which to write it until then.
  package let temporary: String
  private let folder: String

  private static let counter = Atomic<Int>(0)

  /// Chooses a temporary name beside the destination; creates nothing yet.
  ///
  /// - Parameter destination: The path of the file to create or replace.
  /// - Throws: ``FileReplacementError`` where the destination's folder does not exist or cannot be written to.
  package init(of destination: String) throws(FileReplacementError) {
    self.destination = destination
    let slash = destination.lastIndex(of: "/")
    let name = slash.map { String(destination[destination.index(after: $0)...]) } ?? destination
    let prefix = slash.map { String(destination[...$0]) } ?? ""
    folder = prefix.isEmpty ? "." : prefix
    let number = Self.counter.wrappingAdd(1, ordering: .relaxed).oldValue
    temporary = "\(prefix).\(name).\(getpid())-\(number).partial"
    guard access(folder, W_OK | X_OK) == 0 else { throw failure(errno, "write to the folder \(folder)") }
  }

  /// Whether there already is a file under the final name.
  package var destinationExists: Bool { access(destination, F_OK) == 0 }

  /// Flushes the temporary file to the disk and gives it its final name, replacing what is there.
  ///
  /// - Throws: ``FileReplacementError``; the temporary file is then gone, and the destination is as it was.
  package func commit() throws(FileReplacementError) {
    do throws(FileReplacementError) {
      try synchronize(temporary)
      guard rename(temporary, destination) == 0 else { throw failure(errno, "rename \(temporary)") }
      try synchronize(folder)
    } catch {
      discard()
      throw error
    }
  }

  /// Removes the temporary file, if there is one.
  package func discard() {
    unlink(temporary)
  }

  private func synchronize(_ path: String) throws(FileReplacementError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno, "open \(path)") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure(errno, "flush \(path) to the disk") }
  }

  private func failure(_ code: Int32, _ action: String) -> FileReplacementError {
    FileReplacementError(file: destination, action: action, reason: String(cString: strerror(code)))
  }
}

/// A file that could not be written.
public struct FileReplacementError: ReportableError, Equatable {
  /// The file that was to be written.
  public let file: String
  /// What failed.
  public let action: String
  /// What the operating system said.
  public let reason: String

  /// The disk or its permissions stopped the run.
  public var fault: Fault { .run }

  /// One sentence for the person at the terminal.
  public var description: String {
    "\(file) could not be written: failed to \(action) (\(reason)); check that the folder exists, that you may write there and that the disk has space."
  }
}
