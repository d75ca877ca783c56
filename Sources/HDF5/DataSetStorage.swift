import CHDF5

/// How a data set lies in its file.
public struct DataSetStorage: Sendable, Equatable, Codable {
  /// The element type in words, such as `float32`, `float64`, `int32` or `text`.
  public let type: String
  /// `contiguous`, `chunked`, `compact` or `virtual`.
  public let layout: String
  /// The shape of a chunk, for a chunked layout.
  public let chunk: [Int]?
  /// The filters that chunks pass through, such as `deflate 4`.
  public let filters: [String]
  /// The bytes that the elements take in the file, after compression.
  public let bytes: Int
  /// Whether the elements are numbers.
  package let isNumeric: Bool
  private let elementBytes: Int

  init(of dataSet: hid_t, at place: HDF5Place) throws(HDF5Error) {
    let type = try HDF5Library.call("read the type", at: place) { H5Dget_type(dataSet) }
    defer { HDF5Library.release(type) }
    let kind = HDF5Library.locked { H5Tget_class(type) }
    let size = HDF5Library.locked { H5Tget_size(type) }
    isNumeric = kind == H5T_FLOAT || kind == H5T_INTEGER
    elementBytes = size
    switch kind {
    case H5T_FLOAT: self.type = "float\(8 * size)"
    case H5T_INTEGER:
      let isSigned = HDF5Library.locked { H5Tget_sign(type) } != H5T_SGN_NONE
      self.type = "\(isSigned ? "int" : "uint")\(8 * size)"
    case H5T_STRING: self.type = "text"
    case H5T_COMPOUND: self.type = "compound records"
    default: self.type = "another type"
    }

    let creation = try HDF5Library.call("read the layout", at: place) { H5Dget_create_plist(dataSet) }
    defer { HDF5Library.release(creation) }
    let layout = HDF5Library.locked { H5Pget_layout(creation) }
    switch layout {
    case H5D_CHUNKED: self.layout = "chunked"
    case H5D_COMPACT: self.layout = "compact"
    case H5D_VIRTUAL: self.layout = "virtual"
    default: self.layout = "contiguous"
    }
    if layout == H5D_CHUNKED {
      var extents = [hsize_t](repeating: 0, count: Int(H5S_MAX_RANK))
      let rank = try HDF5Library.call("read the chunk shape", at: place) {
        H5Pget_chunk(creation, Int32(H5S_MAX_RANK), &extents)
      }
      chunk = extents.prefix(Int(rank)).map(Int.init)
    } else {
      chunk = nil
    }
    filters = try Self.filters(creation, at: place)
    bytes = Int(clamping: HDF5Library.locked { H5Dget_storage_size(dataSet) })
  }

  private static func filters(_ creation: hid_t, at place: HDF5Place) throws(HDF5Error) -> [String] {
    let count = try HDF5Library.call("read the filters", at: place) { H5Pget_nfilters(creation) }
    var filters: [String] = []
    for index in 0..<UInt32(count) {
      var flags: UInt32 = 0
      var valueCount = 1
      var value: UInt32 = 0
      var name = [CChar](repeating: 0, count: 64)
      let code = try HDF5Library.call("read the filters", at: place) {
        H5Pget_filter2(creation, index, &flags, &valueCount, &value, name.count, &name, nil)
      }
      let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      switch code {
      case H5Z_FILTER_DEFLATE: filters.append("deflate \(value)")
      case H5Z_FILTER_SHUFFLE: filters.append("shuffle")
      default: filters.append(text.isEmpty ? "filter \(code)" : text)
      }
    }
    return filters
  }

  /// The chunk cache that lets a sample (one index of the first axis) be read in pieces without unpacking a chunk
  /// twice: the chunks that the sample touches, up to 64 MiB, but at least one. None for other layouts.
  func chunkCacheBytes(shape: [Int]) -> Int? {
    guard let chunk, !chunk.isEmpty else { return nil }
    // A chunk has less than 4 GiB, by HDF5's definition.
    let chunkBytes = chunk.reduce(elementBytes, *)
    let chunksPerSample = zip(shape, chunk).dropFirst().reduce(1) { $0 * (($1.0 - 1) / $1.1 + 1) }
    let limit = 64 << 20
    return max(chunkBytes, chunksPerSample > limit / chunkBytes ? limit : chunkBytes * chunksPerSample)
  }
}
