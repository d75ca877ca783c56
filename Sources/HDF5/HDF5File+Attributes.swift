import CHDF5

extension HDF5File {
  /// The most elements of an attribute that is read.
  package static let mostAttributeElements = 1 << 20

  /// The attributes of a group or data set that hold numbers or texts, not too many; others are left out.
  ///
  /// - Parameters:
  ///   - path: The group or data set; the file's root unless given.
  ///   - most: The most elements of an attribute that is read.
  /// - Returns: The values by name.
  /// - Throws: ``HDF5Error`` where the object is missing or an attribute cannot be read.
  package func attributes(
    of path: String = "/", most: Int = HDF5File.mostAttributeElements
  ) throws(HDF5Error) -> [String: AttributeValue] {
    let place = place.inside(path)
    let object = try openObject(path)
    defer { HDF5Library.release(object) }
    var result: [String: AttributeValue] = [:]
    for name in try attributeNames(of: object, at: place) {
      result[name] = try attribute(name, of: object, at: place.inside("\(path)@\(name)"), most: most)
    }
    return result
  }

  /// The names of an object's attributes.
  package func attributeNames(of path: String) throws(HDF5Error) -> [String] {
    let object = try openObject(path)
    defer { HDF5Library.release(object) }
    return try attributeNames(of: object, at: place.inside(path))
  }

  /// One attribute of an object; nil where it holds neither numbers nor texts, or too many.
  package func attribute(_ name: String, of path: String) throws(HDF5Error) -> AttributeValue? {
    let object = try openObject(path)
    defer { HDF5Library.release(object) }
    return try attribute(
      name, of: object, at: place.inside("\(path)@\(name)"), most: Self.mostAttributeElements)
  }

  private func attributeNames(of object: hid_t, at place: HDF5Place) throws(HDF5Error) -> [String] {
    var names: [String] = []
    try HDF5Library.call("list the attributes", at: place) {
      withUnsafeMutablePointer(to: &names) { names in
        H5Aiterate2(
          object, H5_INDEX_NAME, H5_ITER_INC, nil,
          { _, name, _, names in
            guard let name, let names else { return 0 }
            names.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
            return 0
          }, names)
      }
    }
    return names
  }

  private func attribute(
    _ name: String, of object: hid_t, at place: HDF5Place, most: Int
  ) throws(HDF5Error) -> AttributeValue? {
    let attribute = try HDF5Library.call("open the attribute", at: place) {
      H5Aopen(object, name, chdf5_default)
    }
    defer { HDF5Library.release(attribute) }
    let type = try HDF5Library.call("read the type", at: place) { H5Aget_type(attribute) }
    defer { HDF5Library.release(type) }
    let space = try HDF5Library.call("read the shape", at: place) { H5Aget_space(attribute) }
    defer { HDF5Library.release(space) }
    let shape = try HDF5Space.shape(place) { H5Aget_space(attribute) }
    // A large attribute, such as a picture, is no parameter, and the file is as good without it.
    guard let count = HDF5Space.elements(shape), count <= most else { return nil }
    switch HDF5Library.locked({ H5Tget_class(type) }) {
    case H5T_FLOAT, H5T_INTEGER, H5T_ENUM:
      var values = [Double](repeating: 0, count: count)
      if count > 0 {
        try HDF5Library.call("read the attribute", at: place) {
          H5Aread(attribute, chdf5_native_double(), &values)
        }
      }
      return shape.isEmpty ? .number(values[0]) : .numbers(values)
    case H5T_STRING:
      guard count > 0 else { return .texts([]) }
      let texts = try HDF5Text.read(type: type, space: space, count: count, at: place) { target in
        H5Aread(attribute, type, target)
      }
      return shape.isEmpty ? .text(texts[0]) : .texts(texts)
    default:
      return nil
    }
  }

  /// Writes an attribute of the file's root: numbers in double precision, texts as UTF-8 of fixed length.
  ///
  /// - Parameters:
  ///   - name: The attribute's name; there must be none of it yet.
  ///   - value: Its value.
  /// - Throws: ``HDF5Error/writeFailed(action:file:dataSet:stack:)``.
  package func writeAttribute(_ name: String, _ value: AttributeValue) throws(HDF5Error) {
    switch value {
    case .number(let number):
      try writeAttribute(name, shape: [], type: chdf5_stored_double, memory: chdf5_native_double, [number])
    case .numbers(let numbers):
      try writeAttribute(
        name, shape: [numbers.count], type: chdf5_stored_double, memory: chdf5_native_double, numbers)
    case .text(let text):
      try writeTexts(name, [text], shape: [])
    case .texts(let texts):
      try writeTexts(name, texts, shape: [texts.count])
    }
  }

  /// Changes the value of an existing numeric attribute of the file's root.
  ///
  /// - Parameters:
  ///   - name: The attribute's name.
  ///   - number: Its new value, which takes the place of the old one.
  /// - Throws: ``HDF5Error/writeFailed(action:file:dataSet:stack:)``.
  package func replaceAttribute(_ name: String, _ number: Double) throws(HDF5Error) {
    let place = place.inside("/@\(name)")
    let attribute = try HDF5Library.call("open the attribute", at: place) {
      H5Aopen(identifier, name, chdf5_default)
    }
    defer { HDF5Library.release(attribute) }
    try HDF5Library.call("write the attribute", at: place) {
      withUnsafePointer(to: number) { H5Awrite(attribute, chdf5_native_double(), $0) }
    }
  }

  /// Removes an attribute of the file's root.
  ///
  /// - Parameter name: The attribute's name.
  /// - Throws: ``HDF5Error/writeFailed(action:file:dataSet:stack:)``.
  package func removeAttribute(_ name: String) throws(HDF5Error) {
    try HDF5Library.call("remove the attribute", at: place.inside("/@\(name)")) {
      H5Adelete(identifier, name)
    }
  }

  private func writeTexts(_ name: String, _ texts: [String], shape: [Int]) throws(HDF5Error) {
    let place = place.inside("/@\(name)")
    let length = texts.map(\.utf8.count).max() ?? 0
    let size = max(length, 1)
    let type = try HDF5Library.call("describe a text", at: place) { H5Tcopy(chdf5_c_string()) }
    defer { HDF5Library.release(type) }
    try HDF5Library.call("describe a text", at: place) { H5Tset_size(type, size) }
    try HDF5Library.call("describe a text", at: place) { H5Tset_strpad(type, H5T_STR_NULLPAD) }
    try HDF5Library.call("describe a text", at: place) { H5Tset_cset(type, H5T_CSET_UTF8) }
    let bytes = texts.flatMap { Array($0.utf8) + Array(repeating: 0, count: size - $0.utf8.count) }
    try writeAttribute(name, shape: shape, type: { type }, memory: { type }, bytes)
  }

  private func writeAttribute<Element: BitwiseCopyable>(
    _ name: String, shape: [Int], type: () -> hid_t, memory: () -> hid_t, _ elements: [Element]
  ) throws(HDF5Error) {
    let place = place.inside("/@\(name)")
    let space = try HDF5Space.make(shape, at: place)
    defer { HDF5Library.release(space) }
    let attribute = try HDF5Library.call("create the attribute", at: place) {
      H5Acreate2(identifier, name, type(), space, chdf5_default, chdf5_default)
    }
    defer { HDF5Library.release(attribute) }
    guard !elements.isEmpty else { return }
    try elements.withUnsafeBufferPointer { (source) throws(HDF5Error) -> Void in
      try HDF5Library.call("write the attribute", at: place) {
        H5Awrite(attribute, memory(), source.baseAddress)
      }
    }
  }
}
