import CHDF5

/// Links of HDF5 files to objects of other files.
public enum ExternalLink {
  private struct Failure: Error {}

  /// Adds a link to an object of another file.
  ///
  /// - Parameters:
  ///   - name: The link's name.
  ///   - object: The object.
  ///   - other: The file that it is in.
  ///   - path: The file that gets the link.
  /// - Throws: If it cannot be written.
  public static func add(_ name: String, to object: String, in other: String, of path: String) throws {
    let file = H5Fopen(path, chdf5_read_write(), chdf5_default)
    guard file >= 0 else { throw Failure() }
    defer { H5Fclose(file) }
    guard H5Lcreate_external(other, object, file, name, chdf5_default, chdf5_default) >= 0 else {
      throw Failure()
    }
  }
}
