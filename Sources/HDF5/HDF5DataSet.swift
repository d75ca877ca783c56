import CHDF5
import SystemFiles

/// A regular selection of a data set's elements: per axis a start, a stride and a count.
package struct Hyperslab: Sendable {
  package var start: [Int]
  package var stride: [Int]
  package var count: [Int]

  package init(start: [Int], stride: [Int]? = nil, count: [Int]) {
    self.start = start
    self.stride = stride ?? Array(repeating: 1, count: start.count)
    self.count = count
  }

  /// The number of selected elements.
  package var elements: Int { count.reduce(1, *) }
}

/// An open data set of numbers or texts. It may be used from any thread.
package final class HDF5DataSet: Sendable {
  /// Its path inside the file.
  package let name: String
  /// The extent of each axis; empty for a scalar.
  package let shape: [Int]
  /// How the elements are stored.
  package let storage: DataSetStorage
  let identifier: hid_t
  let place: HDF5Place
  // Keeps the file open for as long as the data set is used.
  let file: HDF5File

  init(file: HDF5File, name: String) throws(HDF5Error) {
    let place = file.place.inside(name)
    let probe = try file.openObject(name)
    defer { HDF5Library.release(probe) }
    guard HDF5Library.locked({ H5Iget_type(probe) }) == H5I_DATASET else {
      throw .wrongType(dataSet: name, file: file.path, found: "a group", expected: "a data set")
    }
    let shape = try HDF5Space.shape(place) { H5Dget_space(probe) }
    let storage = try DataSetStorage(of: probe, at: place, allowsExternal: file.rules.allowsExternal)
    try storage.requireRoom(shape: shape, fileBytes: file.bytes, at: place, file.rules)
    let access = try HDF5Library.call("set the chunk cache", at: place) { H5Pcreate(chdf5_dataset_access()) }
    defer { HDF5Library.release(access) }
    if !file.rules.allowsExternal {
      try HDF5Library.call("prepare links", at: place) { chdf5_refuse_external_links(access) }
    }
    if let bytes = storage.chunkCacheBytes(shape: shape) {
      try HDF5Library.call("set the chunk cache", at: place) {
        H5Pset_chunk_cache(access, 12_421, bytes, 0.75)
      }
    }
    self.file = file
    self.name = name
    self.place = place
    self.shape = shape
    self.storage = storage
    identifier = try HDF5Library.call("open the data set", at: place) {
      H5Dopen2(file.identifier, name, access)
    }
  }

  /// Takes over a data set that has just been created, and gives it up where it cannot be looked at.
  init(created identifier: hid_t, file: HDF5File, name: String, shape: [Int]) throws(HDF5Error) {
    let place = file.place.inside(name)
    do {
      storage = try DataSetStorage(of: identifier, at: place, allowsExternal: false)
    } catch {
      HDF5Library.release(identifier)
      throw error
    }
    self.identifier = identifier
    self.file = file
    self.name = name
    self.shape = shape
    self.place = place
  }

  deinit {
    do throws(HDF5Error) {
      try HDF5Library.call("close the data set", at: place) { H5Dclose(identifier) }
    } catch {
      file.remember(error)
    }
  }

  /// Everything that the data set holds.
  package var whole: Hyperslab { Hyperslab(start: shape.map { _ in 0 }, count: shape) }

  /// The selected elements in double precision, in row-major order; all of them unless a selection is given.
  package func doubles(_ selection: Hyperslab? = nil) throws(HDF5Error) -> [Double] {
    let selection = selection ?? whole
    try requireMemory(for: selection, elementBytes: MemoryLayout<Double>.stride)
    let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: selection.elements)
    defer { buffer.deallocate() }
    try read(selection, as: chdf5_native_double, into: buffer.baseAddress)
    return Array(buffer)
  }

  /// Reads the selected elements as 32-bit floats into memory, in row-major order.
  package func read(_ selection: Hyperslab, into target: UnsafeMutableBufferPointer<Float>)
    throws(HDF5Error)
  {
    precondition(
      target.count >= selection.elements, "\(selection.elements) elements do not fit into \(target.count)")
    try read(selection, as: chdf5_native_float, into: target.baseAddress)
  }

  /// Checks that what is to be read can be held, before room is made for it.
  package func requireMemory(for selection: Hyperslab, elementBytes: Int) throws(HDF5Error) {
    guard let bytes = ArraySize.bytes(of: selection.count, element: elementBytes), bytes <= SystemMemory.bytes
    else {
      throw .tooLarge(
        dataSet: name, file: place.file, shape: selection.count, memory: SystemMemory.bytes)
    }
  }

  private func read(
    _ selection: Hyperslab, as memoryType: () -> hid_t, into target: UnsafeMutableRawPointer?
  ) throws(HDF5Error) {
    guard storage.isNumeric else {
      throw .wrongType(dataSet: name, file: place.file, found: storage.type, expected: "numbers")
    }
    guard selection.elements > 0 else { return }
    try select(selection) { (fileSpace, memorySpace) throws(HDF5Error) in
      do throws(HDF5Error) {
        try HDF5Library.call("read the data set", at: place) {
          H5Dread(identifier, memoryType(), memorySpace, fileSpace, chdf5_default, target)
        }
      } catch {
        // A file that was cut short says more about the failure than HDF5 does.
        try file.requireUnchanged()
        if let filter = storage.missingFilter {
          throw HDF5Error.missingFilter(dataSet: name, file: place.file, filter: filter)
        }
        throw error
      }
      try file.requireUnchanged()
    }
  }

  /// Writes 32-bit floats in row-major order over the selected elements.
  package func write(_ selection: Hyperslab, from source: UnsafeBufferPointer<Float>) throws(HDF5Error) {
    precondition(
      source.count == selection.elements, "\(source.count) elements for a selection of \(selection.elements)")
    try write(selection, as: chdf5_native_float, from: source.baseAddress)
  }

  /// Writes numbers in row-major order over the whole data set.
  package func write(_ values: [Double]) throws(HDF5Error) {
    precondition(values.count == whole.elements, "\(values.count) values for a data set of shape \(shape)")
    try values.withUnsafeBufferPointer { (source) throws(HDF5Error) in
      try write(whole, as: chdf5_native_double, from: source.baseAddress)
    }
  }

  private func write(
    _ selection: Hyperslab, as memoryType: () -> hid_t, from source: UnsafeRawPointer?
  ) throws(HDF5Error) {
    guard selection.elements > 0 else { return }
    try select(selection) { (fileSpace, memorySpace) throws(HDF5Error) in
      try HDF5Library.call("write the data set", at: place) {
        H5Dwrite(identifier, memoryType(), memorySpace, fileSpace, chdf5_default, source)
      }
    }
  }

  /// Calls `body` with the data set's space, the elements selected, and a space in memory of the selection's shape.
  private func select(
    _ selection: Hyperslab, _ body: (_ file: hid_t, _ memory: hid_t) throws(HDF5Error) -> Void
  ) throws(HDF5Error) {
    let fileSpace = try HDF5Library.call("read the shape", at: place) { H5Dget_space(identifier) }
    defer { HDF5Library.release(fileSpace) }
    if !selection.count.isEmpty {
      let start = selection.start.map(hsize_t.init)
      let stride = selection.stride.map(hsize_t.init)
      let count = selection.count.map(hsize_t.init)
      try HDF5Library.call("select elements", at: place) {
        H5Sselect_hyperslab(fileSpace, H5S_SELECT_SET, start, stride, count, nil)
      }
    }
    let memorySpace = try HDF5Space.make(selection.count, at: place)
    defer { HDF5Library.release(memorySpace) }
    try body(fileSpace, memorySpace)
  }

  /// The texts of the whole data set.
  package func strings() throws(HDF5Error) -> [String] {
    let type = try HDF5Library.call("read the type", at: place) { H5Dget_type(identifier) }
    defer { HDF5Library.release(type) }
    let space = try HDF5Library.call("read the shape", at: place) { H5Dget_space(identifier) }
    defer { HDF5Library.release(space) }
    return try HDF5Text.read(type: type, space: space, count: whole.elements, at: place) { target in
      H5Dread(identifier, type, chdf5_all, chdf5_all, chdf5_default, target)
    }
  }

  /// Makes the first axis longer or shorter.
  package func setExtent(_ shape: [Int]) throws(HDF5Error) {
    let extent = shape.map(hsize_t.init)
    try HDF5Library.call("extend the data set", at: place) { H5Dset_extent(identifier, extent) }
  }
}

/// The shapes of data sets and attributes.
enum HDF5Space {
  /// The shape of the space that `open` gives.
  static func shape(_ place: HDF5Place, _ open: () -> hid_t) throws(HDF5Error) -> [Int] {
    let space = try HDF5Library.call("read the shape", at: place, open)
    defer { HDF5Library.release(space) }
    let rank = try HDF5Library.call("read the shape", at: place) { H5Sget_simple_extent_ndims(space) }
    var extents = [hsize_t](repeating: 0, count: Int(rank))
    try HDF5Library.call("read the shape", at: place) { H5Sget_simple_extent_dims(space, &extents, nil) }
    // A null space has no axes either, but holds nothing.
    let kind = HDF5Library.locked { H5Sget_simple_extent_type(space) }
    guard kind != H5S_NULL else { return [0] }
    let shape = extents.map { Int(clamping: $0) }
    guard elements(shape) != nil else {
      throw place.failure("take the shape \(shape)", stack: ["more elements than memory can address"])
    }
    return shape
  }

  /// The number of elements of a shape, or `nil` where their bytes could not be counted, as in a damaged file.
  static func elements(_ shape: [Int]) -> Int? {
    // The limit holds for what stands beside a zero, too: parts of a shape are multiplied elsewhere.
    guard let count = ArraySize.elements(of: shape.filter { $0 != 0 }), count <= Int.max / 16 else {
      return nil
    }
    return shape.contains(0) ? 0 : count
  }

  /// A new space, to be released by the caller.
  static func make(_ shape: [Int], maximum: [hsize_t]? = nil, at place: HDF5Place) throws(HDF5Error)
    -> hid_t
  {
    let extents = shape.map(hsize_t.init)
    return try HDF5Library.call("describe a shape", at: place) {
      shape.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(shape.count), extents, maximum)
    }
  }
}
