import CHDF5

/// Texts of fixed or variable length, out of data sets and attributes.
enum HDF5Text {
  /// Reads `count` texts.
  ///
  /// - Parameters:
  ///   - type: The stored type, also used in memory.
  ///   - space: The space of the data set or attribute.
  ///   - count: The number of texts.
  ///   - place: The file and data set concerned.
  ///   - read: The call that fills a buffer of `count` elements of `type`.
  /// - Returns: The texts.
  /// - Throws: ``HDF5Error`` where they cannot be read or are no texts.
  static func read(
    type: hid_t, space: hid_t, count: Int, at place: HDF5Place, _ read: (UnsafeMutableRawPointer?) -> herr_t
  ) throws(HDF5Error) -> [String] {
    guard HDF5Library.locked({ H5Tget_class(type) }) == H5T_STRING else {
      throw .wrongType(dataSet: place.dataSet ?? "/", file: place.file, found: "no texts", expected: "texts")
    }
    let size = HDF5Library.locked { H5Tget_size(type) }
    guard size <= (16 << 20) / max(count, 1) else {
      throw place.failure("take \(count) texts of \(size) bytes", stack: ["more than 16 MiB"])
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count * size, 1), alignment: 16)
    defer { buffer.deallocate() }
    try HDF5Library.call("read texts", at: place) { read(buffer.baseAddress) }

    if try HDF5Library.call("read the type", at: place, { H5Tis_variable_str(type) }) > 0 {
      let pointers = buffer.bindMemory(to: UnsafePointer<CChar>?.self)
      let texts = pointers.prefix(count).map { $0.map { String(cString: $0) } ?? "" }
      try HDF5Library.call("free texts", at: place) {
        H5Dvlen_reclaim(type, space, chdf5_default, buffer.baseAddress)
      }
      return texts
    }
    let isSpacePadded = HDF5Library.locked { H5Tget_strpad(type) } == H5T_STR_SPACEPAD
    return (0..<count).map { index in
      var bytes = buffer[index * size..<(index + 1) * size].prefix { $0 != 0 }
      if isSpacePadded { while bytes.last == UInt8(ascii: " ") { bytes.removeLast() } }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
