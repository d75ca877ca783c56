/// Opens files of arrays in whichever format they are. To add a format, add its line here.
public enum ArrayFileFormats {
  /// Opens a file, told by its content and never by its name.
  ///
  /// - Parameter path: The file.
  /// - Returns: The file; nil if it is in none of these formats, as HDF5's are not.
  /// - Throws: ``ArrayFileError`` for a file that cannot be read or is damaged.
  public static func open(_ path: String) throws(ArrayFileError) -> (any ArrayFile)? {
    let file = try OpenedFile(path)
    let head = try file.content.bytes(at: 0, upTo: MATLABFile.headSize)
    if ZipArchive.marks.contains(where: head.starts) {
      let archive = try ZipArchive(file)
      if TorchContainer.isFound(in: archive) {
        return try TorchFile(TorchContainer(archive, of: file), of: file)
      }
      if NumPyFile.isFound(in: archive) { return try NumPyFile(archive, of: file) }
      throw .unsupported(
        file: path, place: "it", found: "is a zip of other files", expected: "one by NumPy or PyTorch",
        wayOut: "unpack it first")
    }
    if head.starts(with: NumPyHeader.mark) { return try NumPyFile(file) }
    if TorchContainer.isLegacy(head) { return try TorchFile(TorchContainer(legacy: file), of: file) }
    if MATLABFile.isBigEndian(head) != nil { return try MATLABFile(file) }
    return nil
  }
}
