import ArrayFiles
import SystemFiles

/// Tells HDF5 and the formats of ``ArrayFiles`` by a file's first bytes; in folders, which files are data is told by their names
/// as well.
enum ArrayFormat {
  /// The text that a MATLAB file of version 7.3 begins with, before its HDF5 content.
  private static let matlab73 = Array("MATLAB 7.3 MAT-file".utf8)
  private static let hdf5: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
  /// No format needs more bytes to be told. HDF5 may begin behind as many of others, or behind twice, four times … as many.
  private static let looked = 512
  /// What the names of data files end with.
  private static let endings: Set = [
    "h5", "hdf5", "hdf", "he5", "nc", "nc4", "mat", "npy", "npz", "pt", "pth",
  ]

  /// The first bytes of a file; none where it cannot be read, which opening it will say.
  static func firstBytes(of path: String) -> [UInt8] {
    guard let file = try? InputFile(path) else { return [] }
    return (try? file.bytes(at: 0, count: min(file.count, looked))) ?? []
  }

  /// Whether a file that begins so is HDF5 with the axes of arrays in MATLAB's order.
  static func isMATLAB73(_ firstBytes: [UInt8]) -> Bool { firstBytes.starts(with: matlab73) }

  /// Whether a file in a folder is one of data: by its name, so that one that cannot be read or told is not passed over in
  /// silence, or by what it holds.
  static func isData(_ path: String) -> Bool {
    guard !Folder.isThere(path) else { return false }
    if endings.contains(FilePath.ending(of: path).lowercased()) { return true }
    guard let file = try? InputFile(path), file.count > 0 else { return false }
    if isHDF5(file) { return true }
    do {
      return try ArrayFileFormats.open(path) != nil
    } catch {
      // It is a damaged one, which must not be passed over either.
      return true
    }
  }

  private static func isHDF5(_ file: InputFile) -> Bool {
    var place = 0
    while place + hdf5.count <= file.count {
      if (try? file.bytes(at: place, count: hdf5.count)) == hdf5 { return true }
      place = place == 0 ? looked : 2 * place
    }
    return false
  }
}
