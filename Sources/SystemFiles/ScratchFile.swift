import Glibc
import Synchronization

/// A file without a name that is gone with its owner, whatever happens to the process.
///
/// It lies in the folder that `TMPDIR` names, else in `/tmp`.
package final class ScratchFile: Sendable {
  /// The folder that it lies in.
  package let folder: String
  private let descriptor: Int32
  private let end = Mutex(0)

  /// Makes an empty file.
  package init() throws(FileError) {
    let named = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    folder = named.isEmpty ? "/tmp" : named
    var name: String
    var made: Int32
    repeat {
      name = "\(folder)/pdeop-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
      // Not by mkstemp: a process that is started before a second call marks the descriptor would inherit it.
      made = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    } while made < 0 && errno == EEXIST
    guard made >= 0 else { throw FileError(.create, "a temporary file in \(folder)", code: errno) }
    guard unlink(name) == 0 else {
      let code = errno
      close(made)
      throw FileError(.create, "a temporary file in \(folder)", code: code)
    }
    descriptor = made
  }

  deinit {
    // What it holds is not wanted any more.
    close(descriptor)
  }

  /// The bytes that its disk has room for; nil if the system does not say.
  package var available: Int? { DiskSpace.free(in: folder) }

  /// Sets a part of the file aside for one writer.
  ///
  /// - Parameter count: How many bytes.
  /// - Returns: Where the part begins.
  package func reserve(_ count: Int) -> Int {
    end.withLock { end in
      defer { end += count }
      return end
    }
  }

  /// Writes bytes at a place.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(.write, "a temporary file in \(folder)", code: errno)
      }
      written += count
    }
  }

  /// Fills a buffer with the bytes that begin at `offset`.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) {
    try readFully(descriptor, named: "a temporary file in \(folder)", at: offset, into: buffer)
  }
}
