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

  /// A number that no other object of the file has, nor of files that it is linked with, under whatever names a group or data
  /// set stands there.
  ///
  /// - Parameter path: One of its names.
  /// - Returns: The number.
  /// - Throws: ``HDF5Error`` where there is nothing, or what is there is not in this file.
  package func objectNumber(_ path: String) throws(HDF5Error) -> UInt64 {
    let object = try openObject(path)
    defer { HDF5Library.release(object) }
    var number: UInt64 = 0
    try HDF5Library.call("look at the object", at: place.inside(path)) {
      chdf5_object_number(object, &number)
    }
    return number
  }
}

/// What a file says of one axis of a data set.
package struct HDF5Dimension: Sendable, Equatable {
  /// The axis's name: that of its dimension scale, the scale's place in the file, or the axis's label.
  package var name: String?
  /// The path of its dimension scale, without the leading slash.
  package var scale: String?
}

extension HDF5DataSet {
  /// What the file says of each axis by dimension scales, as NetCDF-4 files have them, and by labels.
  ///
  /// Source: the HDF5 Dimension Scale Specification, with its attributes `DIMENSION_LIST`, `DIMENSION_LABELS` and `NAME`.
  package func dimensions() throws(HDF5Error) -> [HDF5Dimension] {
    var result = shape.map { _ in HDF5Dimension() }
    let attributes = try file.attributeNames(of: name)
    if attributes.contains("DIMENSION_LABELS"),
      case .texts(let labels) = try file.attribute("DIMENSION_LABELS", of: name), labels.count == shape.count
    {
      for (axis, label) in labels.enumerated() where !label.isEmpty { result[axis].name = label }
    }
    guard attributes.contains("DIMENSION_LIST") else { return result }
    for axis in shape.indices {
      guard let scale = try scalePath(axis) else { continue }
      result[axis].scale = scale
      guard result[axis].name == nil else { continue }
      let own = try file.attributeNames(of: scale).contains("NAME") ? file.attribute("NAME", of: scale) : nil
      // NetCDF names no scale but its own, and says so in a sentence where a dimension has no coordinates.
      let said = own?.text.flatMap { $0.isEmpty || $0.hasPrefix("This is a netCDF dimension") ? nil : $0 }
      result[axis].name = said ?? scale.split(separator: "/").last.map(String.init)
    }
    return result
  }

  /// The path of an axis's dimension scale; nil for an axis without one.
  private func scalePath(_ axis: Int) throws(HDF5Error) -> String? {
    let axes = shape.count
    var name = [CChar](repeating: 0, count: 256)
    let length = try HDF5Library.call("read the names of the axes", at: place) {
      chdf5_scale_name(identifier, UInt32(axis), UInt32(axes), &name, name.count)
    }
    guard length > 0, length < name.count else { return nil }
    let text = String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return String(text.drop { $0 == "/" })
  }
}
