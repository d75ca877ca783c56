import CHDF5

/// Second names of objects in HDF5 files.
public enum HardLink {
  private struct Failure: Error {}

  /// Gives an object of a file another name; that of a group may lie in itself.
  ///
  /// - Parameters:
  ///   - name: The new name.
  ///   - object: A name that the object has.
  ///   - path: The file.
  /// - Throws: If it cannot be written.
  public static func add(_ name: String, to object: String, of path: String) throws {
    let file = H5Fopen(path, chdf5_read_write(), chdf5_default)
    guard file >= 0 else { throw Failure() }
    defer { H5Fclose(file) }
    guard H5Lcreate_hard(file, object, file, name, chdf5_default, chdf5_default) >= 0 else {
      throw Failure()
    }
  }
}
