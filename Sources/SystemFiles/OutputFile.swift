import Glibc

/// A file that is written from front to back, every return code checked.
///
/// Nothing is buffered here: what ``append(_:)-(UnsafeRawBufferPointer)`` was given is with the operating system when
/// it returns, and on the disk when ``flush()`` does.
package struct OutputFile: ~Copyable {
  /// What to do about a file that exists.
  package enum Mode {
    /// There must be none yet.
    case createNew
    /// Write after its last byte; create it if there is none.
    case append

    fileprivate var flags: Int32 { self == .createNew ? O_EXCL : O_APPEND }
  }

  package let path: String
  private let descriptor: Int32

  /// Opens a file for writing.
  package init(_ path: String, mode: Mode) throws(FileError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | mode.flags, 0o666)
    guard descriptor >= 0 else { throw FileError(.create, path, code: errno) }
  }

  deinit {
    // What matters was flushed, which is where a failure to write shows; closing can add nothing to that.
    close(descriptor)
  }

  /// Writes all of the bytes.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw FileError(.write, path, code: errno)
      }
      rest = rest.dropFirst(written)
    }
  }

  /// Writes a text in UTF-8.
  package func append(_ text: String) throws(FileError) { try append(Array(text.utf8)) }

  /// Writes all of the bytes.
  package func append(_ bytes: [UInt8]) throws(FileError) {
    try bytes.span.bytes.withUnsafeBytes { (bytes) throws(FileError) in try append(bytes) }
  }

  /// Returns when everything written is on the disk.
  package func flush() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError(.flush, path, code: errno) }
  }
}
