import ArrayFiles
import SystemFiles

/// Tells HDF5 and the formats of ``ArrayFiles`` by a file's first bytes, never by its name.
enum ArrayFormat {
  /// The text that a MATLAB file of version 7.3 begins with, before its HDF5 content.
  private static let matlab73 = Array("MATLAB 7.3 MAT-file".utf8)
  private static let hdf5: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
  /// No format needs more bytes to be told.
  private static let looked = 512

  /// The first bytes of a file; none where it cannot be read, which opening it will say.
  static func firstBytes(of path: String) -> [UInt8] {
    guard let file = try? InputFile(path) else { return [] }
    return (try? file.bytes(at: 0, count: min(file.count, looked))) ?? []
  }

  /// Whether a file that begins so is HDF5 with the axes of arrays in MATLAB's order.
  static func isMATLAB73(_ firstBytes: [UInt8]) -> Bool { firstBytes.starts(with: matlab73) }

  /// Whether a file begins as one of those that can be opened does.
  static func isKnown(_ path: String) -> Bool {
    let start = firstBytes(of: path)
    guard !start.isEmpty else { return false }
    if start.starts(with: hdf5) || isMATLAB73(start) { return true }
    do {
      return try ArrayFileFormats.open(path) != nil
    } catch {
      // It is a damaged one, which must not be passed over.
      return true
    }
  }
}
