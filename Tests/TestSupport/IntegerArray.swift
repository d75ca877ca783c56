import CHDF5

/// Whole numbers in HDF5 files, of 64 bits.
public enum IntegerArray {
  private struct Failure: Error {}

  /// Adds an array to a file.
  ///
  /// - Parameters:
  ///   - name: The array's name.
  ///   - shape: Its extents.
  ///   - values: Its numbers in row-major order, which double precision holds.
  ///   - path: The file.
  /// - Throws: If it cannot be written.
  public static func add(_ name: String, shape: [Int], _ values: [Int], to path: String) throws {
    let file = H5Fopen(path, chdf5_read_write(), chdf5_default)
    guard file >= 0 else { throw Failure() }
    defer { H5Fclose(file) }
    let space = H5Screate_simple(Int32(shape.count), shape.map(hsize_t.init), nil)
    guard space >= 0 else { throw Failure() }
    defer { H5Sclose(space) }
    let set = H5Dcreate2(
      file, name, chdf5_stored_integer(), space, chdf5_default, chdf5_default, chdf5_default)
    guard set >= 0 else { throw Failure() }
    defer { H5Dclose(set) }
    let doubles = values.map(Double.init)
    guard H5Dwrite(set, chdf5_native_double(), chdf5_all, chdf5_all, chdf5_default, doubles) >= 0 else {
      throw Failure()
    }
  }
}
