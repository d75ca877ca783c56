import CHDF5

/// The element type of a data set to be created.
package enum FloatingPointType: Sendable {
  case float32
  case float64
}

/// How the elements of a data set to be created are laid out.
package enum DataSetLayout: Sendable {
  /// In one piece.
  case contiguous
  /// In chunks of the given shape, compressed unless the level is 0; the first axis may grow.
  case chunked([Int], deflate: Int)
  /// In chunks of the given shape that have their place in the file from the beginning, so that writing them changes
  /// nothing else in it; the first axis may grow.
  case reserved([Int])
}

extension HDF5File {
  /// Creates a data set, and the groups on the way to it.
  ///
  /// - Parameters:
  ///   - path: Its path inside the file.
  ///   - shape: The extent of each axis.
  ///   - type: The stored element type.
  ///   - layout: How the elements are laid out.
  /// - Returns: The new data set.
  /// - Throws: ``HDF5Error/writeFailed(action:file:dataSet:stack:)``.
  package func createDataSet(
    _ path: String, shape: [Int], type: FloatingPointType = .float32, layout: DataSetLayout = .contiguous
  ) throws(HDF5Error) -> HDF5DataSet {
    let place = place.inside(path)
    let creation = try HDF5Library.call("choose a layout", at: place) { H5Pcreate(chdf5_dataset_creation()) }
    defer { HDF5Library.release(creation) }
    // Without a time stamp the same content gives the same bytes.
    try HDF5Library.call("leave out time stamps", at: place) { H5Pset_obj_track_times(creation, false) }
    var maximum = shape.map(hsize_t.init)
    switch layout {
    case .contiguous: break
    case .reserved(let chunk):
      maximum[0] = chdf5_unlimited
      try Self.choose(chunk, creation, at: place)
      try HDF5Library.call("reserve the space", at: place) {
        H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY)
      }
      // What is not written yet is not to be looked at; filling it would write everything twice.
      try HDF5Library.call("reserve the space", at: place) {
        H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER)
      }
    case .chunked(let chunk, let level):
      maximum[0] = chdf5_unlimited
      try Self.choose(chunk, creation, at: place)
      if level > 0 {
        // Bytes of like significance side by side compress far better.
        try HDF5Library.call("choose the shuffle filter", at: place) { H5Pset_shuffle(creation) }
        try HDF5Library.call("choose deflate level \(level)", at: place) {
          H5Pset_deflate(creation, UInt32(level))
        }
      }
    }
    let space = try HDF5Space.make(shape, maximum: shape.isEmpty ? nil : maximum, at: place)
    defer { HDF5Library.release(space) }
    let links = try HDF5Library.call("prepare groups", at: place) { H5Pcreate(chdf5_link_creation()) }
    defer { HDF5Library.release(links) }
    try HDF5Library.call("prepare groups", at: place) { H5Pset_create_intermediate_group(links, 1) }
    let stored = type == .float32 ? chdf5_stored_float : chdf5_stored_double
    let dataSet = try HDF5Library.call("create the data set", at: place) {
      H5Dcreate2(identifier, path, stored(), space, links, creation, chdf5_default)
    }
    return try HDF5DataSet(created: dataSet, file: self, name: path, shape: shape)
  }

  private static func choose(_ chunk: [Int], _ creation: hid_t, at place: HDF5Place) throws(HDF5Error) {
    let extents = chunk.map(hsize_t.init)
    try HDF5Library.call("choose chunks of shape \(chunk)", at: place) {
      H5Pset_chunk(creation, Int32(extents.count), extents)
    }
  }
}
