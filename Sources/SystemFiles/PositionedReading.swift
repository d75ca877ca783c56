import Glibc

/// Fills a buffer with the bytes of an open file that begin at `offset`; the file's position is left alone.
///
/// - Parameters:
///   - descriptor: The open file.
///   - name: The file's name in errors.
///   - offset: Where to begin.
///   - buffer: Room for the bytes.
/// - Throws: If the file cannot be read, or ends before the buffer is full.
func readFully(
  _ descriptor: Int32, named name: String, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
) throws(FileError) {
  var filled = 0
  while filled < buffer.count {
    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
    let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { throw FileError(.read, name, code: count < 0 ? errno : ENODATA) }
    filled += count
  }
}
