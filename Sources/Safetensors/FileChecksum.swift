import SystemFiles

/// The checksum that a safetensors file carries among its metadata: XXH64 of the whole file, with the checksum's own
/// digits as zeros.
enum FileChecksum {
  /// The key among the metadata.
  static let key = "xxh64"
  /// What stands for the checksum while it is computed.
  static let zeros = String(repeating: "0", count: 16)

  /// The checksum of an open file.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - header: The text of its header.
  ///   - dataOffset: Where the data begin.
  ///   - stated: The checksum that the header states.
  /// - Returns: What the header should state.
  /// - Throws: If the file cannot be read.
  static func of(
    _ file: InputFile, header: [UInt8], dataOffset: Int, stated: String
  ) throws(FileError) -> String {
    var checksum = Checksum()
    let length = try file.bytes(at: 0, count: dataOffset - header.count)
    let head: [UInt8] = length + Self.header(header, stated, becomes: zeros)
    head.withUnsafeBytes { checksum.update($0) }
    let pieceSize = 1 << 20
    for offset in stride(from: dataOffset, to: file.count, by: pieceSize) {
      let piece = try file.bytes(at: offset, count: min(pieceSize, file.count - offset))
      piece.withUnsafeBytes { checksum.update($0) }
    }
    return checksum.text
  }

  /// A header in which one checksum stands in the place of another; as it is where that is not found.
  static func header(_ header: [UInt8], _ stated: String, becomes other: String) -> [UInt8] {
    let member: (String) -> [UInt8] = { digits in Array("\"\(key)\":\"\(digits)\"".utf8) }
    guard stated.utf8.count == other.utf8.count, let place = header.firstRange(of: member(stated)) else {
      return header
    }
    var result = header
    result.replaceSubrange(place, with: member(other))
    return result
  }
}
