import SystemFiles

/// Bytes that can be read at any place, by any thread.
protocol ByteSource: Sendable {
  /// How many there are.
  var count: Int { get }

  /// Fills a buffer with the bytes that begin at `offset`, all of which are there.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ArrayFileError)
}

extension ByteSource {
  /// The `count` bytes that begin at `offset`, or as many as there are.
  func bytes(at offset: Int, upTo count: Int) throws(ArrayFileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(min(count, self.count - offset), 0))
    var span = bytes.mutableSpan
    try span.withUnsafeMutableBytes { (buffer) throws(ArrayFileError) in try read(at: offset, into: buffer) }
    return bytes
  }
}

/// An open file that remembers what it was when it was opened, and has a place for what is unfolded of it.
///
/// It is read by `pread`, never mapped: a file that is truncated while it is mapped ends the process by a signal. The price is
/// a copy: about 0.4 ms per megabyte for slabs of a megabyte, nothing for small ones.
final class OpenedFile: Sendable {
  let path: String
  private let input: InputFile
  private let stamp: FileStamp?
  /// Where compressed parts are unfolded to, made when the first is.
  let scratch = LazyScratch()

  init(_ path: String) throws(ArrayFileError) {
    self.path = path
    stamp = FileStamp(path)
    input = try inFile { () throws(FileError) in try InputFile(path) }
  }

  /// The number of bytes in the file.
  var count: Int { input.count }

  /// All bytes of the file.
  var content: FileBytes { FileBytes(file: self, range: 0..<count) }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ArrayFileError) {
    do {
      try input.read(at: offset, into: buffer)
    } catch {
      // A file that was cut short says more about the failure than the system does.
      try requireUnchanged()
      throw .file(error)
    }
  }

  /// Checks that the file is still the one that was opened.
  func requireUnchanged() throws(ArrayFileError) {
    if let reason = stamp?.change(of: path) { throw .changed(file: path, reason: reason) }
  }

  /// The error of a file that contradicts itself.
  func damaged(_ place: String, _ found: String, expected: String) -> ArrayFileError {
    .damaged(file: path, place: place, found: found, expected: expected)
  }
}

/// A part of a file.
struct FileBytes: ByteSource {
  let file: OpenedFile
  let range: Range<Int>

  var count: Int { range.count }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ArrayFileError) {
    try file.read(at: range.lowerBound + offset, into: buffer)
  }

  /// The part of this part that begins at `offset`, if it is inside.
  func part(at offset: Int, count: Int) -> FileBytes? {
    guard offset >= 0, count >= 0, count <= self.count, offset <= self.count - count else { return nil }
    return FileBytes(file: file, range: range.lowerBound + offset..<range.lowerBound + offset + count)
  }
}
