import CHDF5

/// What stands under a name in a file.
package enum HDF5ObjectKind: Sendable {
  case group
  case dataSet
  case other
}

extension HDF5File {
  /// What stands under a path.
  ///
  /// - Throws: ``HDF5Error`` where there is nothing, or what is there is not in this file.
  package func kind(of path: String) throws(HDF5Error) -> HDF5ObjectKind {
    let object = try openObject(path)
    defer { HDF5Library.release(object) }
    switch HDF5Library.locked({ H5Iget_type(object) }) {
    case H5I_GROUP: return .group
    case H5I_DATASET: return .dataSet
    default: return .other
    }
  }
}

extension HDF5DataSet {
  /// The name of the dimension scale of each axis, as NetCDF-4 files have them; nil for an axis without one.
  package func scaleNames() throws(HDF5Error) -> [String?] {
    let axes = shape.count
    return try (0..<axes).map { (axis) throws(HDF5Error) in
      var name = [CChar](repeating: 0, count: 256)
      let length = try HDF5Library.call("read the names of the axes", at: place) {
        chdf5_scale_name(identifier, UInt32(axis), UInt32(axes), &name, name.count)
      }
      guard length > 0, length < name.count else { return nil }
      let text = String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      return text.split(separator: "/").last.map(String.init)
    }
  }
}
