import ArrayFiles
import SystemFiles

/// A format of files of named arrays, told by a file's first bytes and never by its name.
struct ArrayFormat: Sendable {
  /// Whether a file that begins so is in this format.
  let isFound: @Sendable (_ firstBytes: [UInt8]) -> Bool
  /// Opens a file.
  let open: @Sendable (_ path: String) throws -> any ArrayFile

  /// The formats that are known beside HDF5, a line each.
  static let all: [ArrayFormat] = []

  /// The text that a MATLAB file of version 7.3 begins with, before its HDF5 content.
  private static let matlab73 = Array("MATLAB 7.3 MAT-file".utf8)
  /// No format needs more bytes to be told.
  private static let looked = 512

  /// The first bytes of a file; none where it cannot be read, which opening it will say.
  static func firstBytes(of path: String) -> [UInt8] {
    guard let file = try? InputFile(path) else { return [] }
    return (try? file.bytes(at: 0, count: min(file.count, looked))) ?? []
  }

  /// Whether a file begins as HDF5, perhaps MATLAB's.
  static func isHDF5(_ firstBytes: [UInt8]) -> Bool {
    firstBytes.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]) || isMATLAB73(firstBytes)
  }

  /// Whether a file that begins so is HDF5 with the axes of arrays in MATLAB's order.
  static func isMATLAB73(_ firstBytes: [UInt8]) -> Bool { firstBytes.starts(with: matlab73) }
}
