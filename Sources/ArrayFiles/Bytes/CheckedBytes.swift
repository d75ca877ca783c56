import CZlib
import Synchronization

/// Bytes that are stored as they are beside their CRC-32, which is compared when they are first read.
///
/// That is one pass over all of them, in pieces; whoever lists what a file holds looks at its beginnings without it.
final class CheckedBytes: ByteSource {
  private let stored: FileBytes
  private let checksum: UInt32
  /// What these bytes are, for errors.
  private let place: String
  private let isChecked = Mutex(false)

  private static let pieceSize = 1 << 20

  /// Bytes with their checksum. PyTorch can leave that out and then writes 0, which is compared with nothing.
  init(_ stored: FileBytes, checksum: UInt32, place: String) {
    self.stored = stored
    self.checksum = checksum
    self.place = place
  }

  var count: Int { stored.count }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ArrayFileError) {
    try isChecked.withLock { (isChecked) throws(ArrayFileError) in
      guard !isChecked else { return }
      try check()
      isChecked = true
    }
    try stored.read(at: offset, into: buffer)
  }

  private func check() throws(ArrayFileError) {
    guard checksum != 0 else { return }
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(count, Self.pieceSize), alignment: 16)
    defer { buffer.deallocate() }
    var (done, found) = (0, UInt32(0))
    while done < count {
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, count - done)])
      try stored.read(at: done, into: piece)
      found = UInt32(
        crc32(uLong(found), piece.baseAddress?.assumingMemoryBound(to: UInt8.self), uInt(piece.count)))
      done += piece.count
    }
    guard found == checksum else {
      // What was written to since it was opened is not damaged.
      try stored.file.requireUnchanged()
      throw stored.file.damaged(
        place, "has the checksum \(String(found, radix: 16))", expected: String(checksum, radix: 16))
    }
  }
}
