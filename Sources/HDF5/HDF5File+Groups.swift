import CHDF5

/// What an attribute of a group or data set is written as.
package enum ObjectAttribute: Sendable {
  /// A whole number.
  case integer(Int)
  /// A text of variable length.
  case text(String)
  /// A list of texts of variable length.
  case texts([String])
  /// A truth value, as h5py writes it.
  case truth(Bool)
  /// A list of truth values.
  case truths([Bool])
}

extension HDF5File {
  /// Creates a group.
  package func createGroup(_ path: String) throws(HDF5Error) {
    let group = try HDF5Library.call("create the group", at: place.inside(path)) {
      H5Gcreate2(identifier, path, chdf5_default, chdf5_default, chdf5_default)
    }
    HDF5Library.release(group)
  }

  /// Writes an attribute of a group or data set, which must have none of that name.
  package func writeAttribute(
    _ name: String, _ value: ObjectAttribute, of path: String
  ) throws(HDF5Error) {
    let place = place.inside("\(path)@\(name)")
    let object = try openObject(path)
    defer { HDF5Library.release(object) }
    switch value {
    case .integer(let number):
      try write(
        name, object, place, shape: [], type: HDF5Library.locked(chdf5_stored_integer), [Int64(number)])
    case .text(let text): try write(name, object, place, shape: [], texts: [text])
    case .texts(let texts): try write(name, object, place, shape: [texts.count], texts: texts)
    case .truth(let truth):
      try writeTruths([truth], place) { (type) throws(HDF5Error) in
        try write(name, object, place, shape: [], type: type, [Int8(truth ? 1 : 0)])
      }
    case .truths(let truths):
      try writeTruths(truths, place) { (type) throws(HDF5Error) in
        try write(name, object, place, shape: [truths.count], type: type, truths.map { Int8($0 ? 1 : 0) })
      }
    }
  }

  /// Writes a list of truth values as a data set.
  package func writeTruths(_ path: String, _ truths: [Bool]) throws(HDF5Error) {
    let place = place.inside(path)
    try writeTruths(truths, place) { (type) throws(HDF5Error) in
      let space = try HDF5Space.make([truths.count], at: place)
      defer { HDF5Library.release(space) }
      let set = try HDF5Library.call("create the data set", at: place) {
        H5Dcreate2(identifier, path, type, space, chdf5_default, chdf5_default, chdf5_default)
      }
      defer { HDF5Library.release(set) }
      let bytes = truths.map { Int8($0 ? 1 : 0) }
      try HDF5Library.call("write the data set", at: place) {
        H5Dwrite(set, type, chdf5_all, chdf5_all, chdf5_default, bytes)
      }
    }
  }

  private func writeTruths(
    _ truths: [Bool], _ place: HDF5Place, _ body: (_ type: hid_t) throws(HDF5Error) -> Void
  ) throws(HDF5Error) {
    let type = try HDF5Library.call("describe truth values", at: place) { chdf5_truth_type() }
    defer { HDF5Library.release(type) }
    try body(type)
  }

  private func write(
    _ name: String, _ object: hid_t, _ place: HDF5Place, shape: [Int], texts: [String]
  ) throws(HDF5Error) {
    let type = try HDF5Library.call("describe a text", at: place) { H5Tcopy(chdf5_c_string()) }
    defer { HDF5Library.release(type) }
    try HDF5Library.call("describe a text", at: place) { chdf5_set_variable_length(type) }
    try HDF5Library.call("describe a text", at: place) { H5Tset_cset(type, H5T_CSET_UTF8) }
    let lines = texts.map { Array($0.utf8CString) }
    // The pointers must stay good until HDF5 has read what they point to, so all texts are one block.
    var block: [CChar] = []
    var starts: [Int] = []
    for line in lines {
      starts.append(block.count)
      block += line
    }
    let addresses = starts
    try block.withUnsafeBufferPointer { (block) throws(HDF5Error) in
      let pointers = addresses.map { start in Int(bitPattern: block.baseAddress.map { $0 + start }) }
      try write(name, object, place, shape: shape, type: type, pointers)
    }
  }

  private func write<Element: BitwiseCopyable>(
    _ name: String, _ object: hid_t, _ place: HDF5Place, shape: [Int], type: hid_t, _ elements: [Element]
  ) throws(HDF5Error) {
    let space = try HDF5Space.make(shape, at: place)
    defer { HDF5Library.release(space) }
    let attribute = try HDF5Library.call("create the attribute", at: place) {
      H5Acreate2(object, name, type, space, chdf5_default, chdf5_default)
    }
    defer { HDF5Library.release(attribute) }
    guard !elements.isEmpty else { return }
    try elements.withUnsafeBufferPointer { (source) throws(HDF5Error) -> Void in
      try HDF5Library.call("write the attribute", at: place) { H5Awrite(attribute, type, source.baseAddress) }
    }
  }
}
