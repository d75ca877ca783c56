import CZlib
import Glibc
import Synchronization
import SystemFiles

/// Compressed bytes, unfolded when they are first read.
///
/// Deflate can be read from its beginning alone. So the whole is unfolded once, to a temporary file without a name: memory
/// does not grow with it, and slabs are read from there. How many bytes come out is known beforehand from what describes
/// them, and neither more nor fewer are taken.
final class InflatedBytes: ByteSource {
  let count: Int
  private let compressed: FileBytes
  private let form: Inflation.Form
  /// What these bytes are, for errors.
  private let place: String
  /// The CRC-32 of what comes out, where it is known.
  private let checksum: UInt32?
  /// Where the unfolded bytes begin in the scratch file.
  private let unfolded = Mutex<(file: ScratchFile, offset: Int)?>(nil)

  init(_ compressed: FileBytes, as form: Inflation.Form, count: Int, checksum: UInt32?, place: String) {
    self.compressed = compressed
    self.form = form
    self.count = count
    self.checksum = checksum
    self.place = place
  }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ArrayFileError) {
    let (file, start) = try unfolded.withLock { (unfolded) throws(ArrayFileError) in
      if let unfolded { return unfolded }
      let found = try unfold()
      unfolded = found
      return found
    }
    try inFile { () throws(FileError) in try file.read(at: start + offset, into: buffer) }
  }

  /// The first bytes alone, without unfolding the rest.
  func prefix(_ limit: Int) throws(ArrayFileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var inflation = try Inflation(compressed, as: form, place: place)
    while bytes.count < min(limit, count), try inflation.next({ bytes.append(contentsOf: $0) }) {}
    return Array(bytes.prefix(min(limit, count)))
  }

  private func unfold() throws(ArrayFileError) -> (file: ScratchFile, offset: Int) {
    let opened = compressed.file
    let file = try inFile { () throws(FileError) in try opened.scratch.file() }
    if let available = file.available, count > available {
      throw .noRoom(file: opened.path, needed: count, available: available, folder: file.folder)
    }
    let start = file.reserve(count)
    var (done, found) = (0, UInt32(0))
    var failure: FileError?
    var inflation = try Inflation(compressed, as: form, place: place)
    while try inflation.next({ piece in
      // More than was promised is not kept; it is refused below.
      if done + piece.count <= count {
        do throws(FileError) {
          try file.write(piece, at: start + done)
        } catch {
          failure = error
        }
      }
      if checksum != nil { found = UInt32(crc32(uLong(found), piece.baseAddress, uInt(piece.count))) }
      done += piece.count
    }), failure == nil, done <= count {}
    if let failure { throw .file(failure) }
    guard done == count else {
      throw opened.damaged(
        place, "unfolds to \(done > count ? "more than \(count)" : "\(done)") bytes",
        expected: "\(count) bytes")
    }
    if let checksum, checksum != found {
      throw opened.damaged(
        place, "has the checksum \(String(found, radix: 16))", expected: String(checksum, radix: 16))
    }
    return (file, start)
  }
}

/// A scratch file that is made when it is first needed.
final class LazyScratch: Sendable {
  private let made = Mutex<ScratchFile?>(nil)

  func file() throws(FileError) -> ScratchFile {
    try made.withLock { (made) throws(FileError) in
      if let made { return made }
      let file = try ScratchFile()
      made = file
      return file
    }
  }
}

/// Unfolds a compressed part of a file piece by piece, with a bounded memory.
struct Inflation: ~Copyable {
  /// What is around the compressed data.
  enum Form {
    /// Nothing, as in a zip.
    case raw
    /// A header and a checksum of zlib's, as in MATLAB's files.
    case zlib
  }

  private let source: FileBytes
  private let place: String
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  private let output: UnsafeMutableRawBufferPointer
  private var consumed = 0
  private var hasEnded = false

  private static let pieceSize = 1 << 16

  init(_ source: FileBytes, as form: Form, place: String) throws(ArrayFileError) {
    self.source = source
    self.place = place
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input = .allocate(byteCount: Self.pieceSize, alignment: 16)
    output = .allocate(byteCount: Self.pieceSize, alignment: 16)
    guard czlib_inflate_begin(stream, form == .raw ? -MAX_WBITS : MAX_WBITS) == Z_OK else {
      // It fails for want of memory alone.
      throw .file(FileError(.read, source.file.path, code: ENOMEM))
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
    output.deallocate()
  }

  /// Unfolds the next piece.
  ///
  /// - Parameter body: Is given the piece.
  /// - Returns: Whether there may be more.
  /// - Throws: If the file cannot be read, or the data are damaged.
  mutating func next(_ body: (UnsafeRawBufferPointer) -> Void) throws(ArrayFileError) -> Bool {
    guard !hasEnded else { return false }
    if stream.pointee.avail_in == 0, consumed < source.count {
      let piece = UnsafeMutableRawBufferPointer(
        rebasing: input[..<min(Self.pieceSize, source.count - consumed)])
      try source.read(at: consumed, into: piece)
      consumed += piece.count
      stream.pointee.next_in = piece.baseAddress?.assumingMemoryBound(to: Bytef.self)
      stream.pointee.avail_in = uInt(piece.count)
    }
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_out = uInt(output.count)
    let status = inflate(stream, Z_NO_FLUSH)
    let count = output.count - Int(stream.pointee.avail_out)
    switch status {
    case Z_STREAM_END:
      hasEnded = true
      guard stream.pointee.avail_in == 0, consumed == source.count else {
        throw source.file.damaged(
          place, "ends before its \(source.count) compressed bytes do",
          expected: "compressed data of that length")
      }
    case Z_OK where count > 0 || stream.pointee.avail_in == 0 && consumed < source.count: break
    case Z_OK, Z_BUF_ERROR:
      throw source.file.damaged(place, "ends early", expected: "whole compressed data")
    default:
      throw source.file.damaged(place, "cannot be unfolded", expected: "compressed data")
    }
    body(UnsafeRawBufferPointer(rebasing: output[..<count]))
    return !hasEnded
  }
}
