import CZlib

/// A zip file, made byte by byte.
public struct ZipSeed: Sendable {
  /// An entry, with what the file says of it: that may be a lie.
  public struct Entry: Sendable {
    /// Its name.
    public var name: String
    /// The number of its bytes.
    public var count: Int
    /// The method: 0 for stored, 8 for deflated.
    public var method: Int
    /// Its checksum.
    public var checksum: UInt32
    /// What is stored.
    public var stored: [UInt8]
    /// Where the directory says that it is; nil for where it is.
    public var place: Int?
    /// How many bytes the directory says are stored; nil for how many are.
    public var storedCount: Int?

    /// An honest entry.
    public init(_ name: String, _ bytes: [UInt8], isDeflated: Bool = false) {
      self.name = name
      count = bytes.count
      method = isDeflated ? 8 : 0
      checksum = UInt32(crc32(0, bytes, uInt(bytes.count)))
      // What is around the data in zlib's own form is two bytes before and four behind.
      stored = isDeflated ? Array(ZipSeed.compressed(bytes).dropFirst(2).dropLast(4)) : bytes
    }
  }

  /// The entries.
  public var entries: [Entry]

  /// A zip of entries.
  public init(_ entries: [Entry]) {
    self.entries = entries
  }

  /// The file.
  ///
  /// - Parameter isLarge: Whether sizes are written as for files of more than 4 GB.
  public func bytes(isLarge: Bool = false) -> [UInt8] {
    let little = NumPySeed.little
    var (body, directory): ([UInt8], [UInt8]) = ([], [])
    for entry in entries {
      let place = entry.place ?? body.count
      let stored = entry.storedCount ?? entry.stored.count
      let name = Array(entry.name.utf8)
      let common = little(0, 2) + little(entry.method, 2) + little(0, 4) + little(Int(entry.checksum), 4)
      let sizes =
        isLarge ? little(0xFFFF_FFFF, 4) + little(0xFFFF_FFFF, 4) : little(stored, 4) + little(entry.count, 4)
      body += Array("PK\u{3}\u{4}".utf8) + little(20, 2) + common + little(stored, 4) + little(entry.count, 4)
      body += little(name.count, 2) + little(0, 2) + name + entry.stored
      let extra =
        isLarge
        ? little(1, 2) + little(24, 2) + little(entry.count, 8) + little(stored, 8) + little(place, 8) : []
      directory += Array("PK\u{1}\u{2}".utf8) + little(20, 2) + little(20, 2) + common + sizes
      directory += little(name.count, 2) + little(extra.count, 2) + little(0, 10)
      directory += little(isLarge ? 0xFFFF_FFFF : place, 4) + name + extra
    }
    let start = body.count
    body += directory
    if isLarge {
      let end = body.count
      body += Array("PK\u{6}\u{6}".utf8) + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8)
      body +=
        little(entries.count, 8) + little(entries.count, 8) + little(directory.count, 8) + little(start, 8)
      body += Array("PK\u{6}\u{7}".utf8) + little(0, 4) + little(end, 8) + little(1, 4)
    }
    body += Array("PK\u{5}\u{6}".utf8) + little(0, 4)
    body += little(isLarge ? 0xFFFF : entries.count, 2) + little(isLarge ? 0xFFFF : entries.count, 2)
    body += little(isLarge ? 0xFFFF_FFFF : directory.count, 4) + little(isLarge ? 0xFFFF_FFFF : start, 4)
    return body + little(0, 2)
  }

  /// Bytes in zlib's own form.
  public static func compressed(_ bytes: [UInt8]) -> [UInt8] {
    var count = compressBound(uLong(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(count))
    let status = compress2(&result, &count, bytes, uLong(bytes.count), 6)
    precondition(status == Z_OK, "zlib fails for want of room alone, and there is enough")
    return Array(result.prefix(Int(count)))
  }
}
