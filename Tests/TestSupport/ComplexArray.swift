import CHDF5

/// Complex numbers in HDF5 files, as h5py writes them: records of a real part `r` and an imaginary part `i`.
public enum ComplexArray {
  private struct Failure: Error {}

  /// Adds an array of zeros to a file.
  ///
  /// - Parameters:
  ///   - name: The array's name.
  ///   - shape: Its extents.
  ///   - path: The file.
  /// - Throws: If it cannot be written.
  public static func add(_ name: String, shape: [Int], to path: String) throws {
    let file = H5Fopen(path, chdf5_read_write(), chdf5_default)
    guard file >= 0 else { throw Failure() }
    defer { H5Fclose(file) }
    let type = H5Tcreate(H5T_COMPOUND, 8)
    guard type >= 0 else { throw Failure() }
    defer { H5Tclose(type) }
    guard H5Tinsert(type, "r", 0, chdf5_stored_float()) >= 0,
      H5Tinsert(type, "i", 4, chdf5_stored_float()) >= 0
    else { throw Failure() }
    let space = H5Screate_simple(Int32(shape.count), shape.map(hsize_t.init), nil)
    guard space >= 0 else { throw Failure() }
    defer { H5Sclose(space) }
    let set = H5Dcreate2(file, name, type, space, chdf5_default, chdf5_default, chdf5_default)
    guard set >= 0 else { throw Failure() }
    H5Dclose(set)
  }
}
