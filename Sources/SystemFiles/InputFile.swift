import Glibc

/// An open ordinary file that is read at any place, by any thread.
package final class InputFile: Sendable {
  package let path: String
  /// The number of bytes in the file.
  package let count: Int
  private let descriptor: Int32

  /// Opens a file for reading.
  ///
  /// - Parameter path: The file.
  /// - Throws: If it is missing or cannot be read, or is a folder, a pipe, a socket or a device.
  package init(_ path: String) throws(FileError) {
    self.path = path
    // Without blocking: a named pipe may never get a writer.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(.open, path, code: errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw FileError(.open, path, code: code)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError(.open, path, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
    }
    count = Int(status.st_size)
  }

  deinit {
    // Nothing was written, so nothing can be lost here.
    close(descriptor)
  }

  /// Fills a buffer with the bytes that begin at `offset`.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) {
    try readFully(descriptor, named: path, at: offset, into: buffer)
  }

  /// The `count` bytes that begin at `offset`.
  package func bytes(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    try span.withUnsafeMutableBytes { (buffer) throws(FileError) in try read(at: offset, into: buffer) }
    return bytes
  }

  /// The whole content of a text file in UTF-8.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - limit: The most bytes that such a file has.
  /// - Returns: The text; nil if it is not UTF-8.
  /// - Throws: If the file cannot be opened or read, is not a regular file, or is larger than the limit.
  package static func text(of path: String, limit: Int = 1 << 30) throws(FileError) -> String? {
    let file = try InputFile(path)
    guard file.count <= limit else { throw FileError(.read, path, code: EFBIG) }
    return String(validating: try file.bytes(at: 0, count: file.count), as: UTF8.self)
  }
}
