import SystemFiles

/// The formats that gnuplot writes, and how a whole file of each ends.
enum PictureFormat {
  case svg
  case png
  case gif

  /// The last bytes of a file, which one that was cut off lacks.
  private var ending: [UInt8] {
    switch self {
    case .svg: Array("</svg>".utf8)
    // The chunk IEND: its length, which is 0, its name and its checksum.
    case .png: [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]
    // The end of the last image's blocks, and that of the file.
    case .gif: [0, 0x3B]
    }
  }

  /// Whether a file is whole.
  ///
  /// - Parameter path: The file.
  /// - Returns: Whether it ends as such files do; ends of lines after that do not matter in text.
  /// - Throws: `FileError` if it cannot be read.
  func isWhole(_ path: String) throws(FileError) -> Bool {
    let file = try InputFile(path)
    let count = min(file.count, ending.count + 8)
    var bytes = try file.bytes(at: file.count - count, count: count)
    if self == .svg {
      while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    }
    return bytes.suffix(ending.count).elementsEqual(ending)
  }
}
