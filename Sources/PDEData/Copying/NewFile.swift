import HDF5
import SystemFiles

/// An HDF5 file that is being written, and that appears under its name whole or not at all.
final class NewFile {
  let file: HDF5File
  private let replacement: FileReplacement
  private var isFinished = false

  /// Begins a file.
  ///
  /// - Parameter path: Where it is to be; there must be none yet.
  /// - Throws: ``DataFileError`` where there is one or none can be written.
  init(_ path: String) throws(DataFileError) {
    do {
      replacement = try FileReplacement(of: path)
    } catch {
      throw .replacementFailed(error)
    }
    guard !replacement.destinationExists else { throw .fileExists(file: path) }
    do {
      file = try HDF5File(creating: replacement.temporary, reportedAs: path)
    } catch {
      replacement.discard()
      throw .hdf5(error)
    }
  }

  deinit {
    if !isFinished { replacement.discard() }
  }

  /// Brings the file to the disk and gives it its name. Nobody may hold a data set of it.
  func finish() throws(DataFileError) {
    try inHDF5(file.close())
    do {
      try replacement.commit()
    } catch {
      throw .replacementFailed(error)
    }
    isFinished = true
  }
}
