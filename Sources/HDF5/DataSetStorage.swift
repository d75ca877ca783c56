import CHDF5
import SystemFiles

/// The storage of a data set in its file.
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
  /// The first filter that HDF5 neither has nor finds, in words; nil if there is none.
  private(set) var missingFilter: String?

  private enum CodingKeys: String, CodingKey {
    case type, layout, chunk, filters, bytes
    case isNumeric = "numeric"
    case elementBytes = "element_bytes"
  }

  /// Looks at a data set.
  ///
  /// - Throws: ``HDF5Error/external(name:what:file:)`` where content or filters are not in the file and that is not
  ///   allowed.
  init(of dataSet: hid_t, at place: HDF5Place, allowsExternal: Bool) throws(HDF5Error) {
    let type = try HDF5Library.call("read the type", at: place) { H5Dget_type(dataSet) }
    defer { HDF5Library.release(type) }
    let kind = HDF5Library.locked { H5Tget_class(type) }
    let size = HDF5Library.locked { H5Tget_size(type) }
    isNumeric = kind == H5T_FLOAT || kind == H5T_INTEGER || kind == H5T_ENUM
    elementBytes = size
    switch kind {
    case H5T_FLOAT: self.type = "float\(8 * size)"
    case H5T_INTEGER:
      let isSigned = HDF5Library.locked { H5Tget_sign(type) } != H5T_SGN_NONE
      self.type = "\(isSigned ? "int" : "uint")\(8 * size)"
    // How h5py writes truth values.
    case H5T_ENUM: self.type = "enumerated int\(8 * size)"
    case H5T_STRING: self.type = "text"
    case H5T_COMPOUND: self.type = Self.isComplex(type) ? Self.complexNumbers : "compound records"
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
      chunk = extents.prefix(Int(rank)).map { Int(clamping: $0) }
    } else {
      chunk = nil
    }
    (filters, missingFilter) = try Self.filters(creation, at: place, allowsExternal: allowsExternal)
    bytes = Int(clamping: HDF5Library.locked { H5Dget_storage_size(dataSet) })
    if layout == H5D_VIRTUAL, try Self.mapsItself(creation, at: place) {
      throw place.failure("read a virtual data set", stack: ["it maps itself"])
    }
    guard !allowsExternal else { return }
    let files = try HDF5Library.call("read the layout", at: place) { H5Pget_external_count(creation) }
    if layout == H5D_VIRTUAL || files > 0 {
      throw .external(
        name: place.dataSet ?? "/",
        what: files > 0 ? "a data set whose values are in other files" : "a virtual data set",
        file: place.file)
    }
  }

  /// The type of complex numbers, in words.
  package static let complexNumbers = "complex numbers"

  /// Whether records are complex numbers, as h5py and others write them.
  private static func isComplex(_ type: hid_t) -> Bool {
    HDF5Library.locked {
      guard H5Tget_nmembers(type) == 2 else { return false }
      let names = [UInt32(0), 1].map { member -> String in
        guard H5Tget_member_class(type, member) == H5T_FLOAT, let name = H5Tget_member_name(type, member)
        else { return "" }
        defer { H5free_memory(name) }
        return String(cString: name).lowercased()
      }
      return names[0].hasPrefix("r") && names[1].hasPrefix("i")
    }
  }

  /// Whether a virtual data set is among its own sources, which HDF5 would follow without end.
  private static func mapsItself(_ creation: hid_t, at place: HDF5Place) throws(HDF5Error) -> Bool {
    var count = 0
    try HDF5Library.call("read the layout", at: place) { H5Pget_virtual_count(creation, &count) }
    func text(_ read: (UnsafeMutablePointer<CChar>?, Int) -> Int) -> String {
      let length = HDF5Library.locked { read(nil, 0) }
      guard (0..<1 << 16).contains(length) else { return "" }
      return String(unsafeUninitializedCapacity: length + 1) { buffer in
        buffer.withMemoryRebound(to: CChar.self) { buffer in
          _ = HDF5Library.locked { read(buffer.baseAddress, length + 1) }
        }
        return length
      }
    }
    for index in 0..<count {
      let file = text { H5Pget_virtual_filename(creation, index, $0, $1) }
      let name = text { H5Pget_virtual_dsetname(creation, index, $0, $1) }
      let isOwnFile = file == "." || file.split(separator: "/").last == place.file.split(separator: "/").last
      if isOwnFile, name.split(separator: "/") == (place.dataSet ?? "").split(separator: "/") { return true }
    }
    return false
  }

  private static func filters(
    _ creation: hid_t, at place: HDF5Place, allowsExternal: Bool
  ) throws(HDF5Error) -> (filters: [String], missing: String?) {
    let count = try HDF5Library.call("read the filters", at: place) { H5Pget_nfilters(creation) }
    var filters: [String] = []
    var missing: String?
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
      case H5Z_FILTER_FLETCHER32: filters.append("fletcher32")
      default:
        let known = text.isEmpty ? Self.knownFilters[Int(code)] : text.abridged(to: 40)
        let name = known.map { "\($0), \(code)" } ?? "\(code)"
        // The other filters of HDF5's own are of no use for fields, and trust what a file says of their input.
        guard allowsExternal else {
          throw .external(
            name: place.dataSet ?? "/", what: "\(HDF5Error.filter) (\(name))", file: place.file)
        }
        filters.append(text.isEmpty ? "filter \(code)" : text)
        if missing == nil, HDF5Library.locked({ H5Zfilter_avail(code) }) <= 0 { missing = name }
      }
    }
    return (filters, missing)
  }

  /// The names of filters that files often have, by their registered numbers.
  private static let knownFilters = [
    4: "szip", 305: "LZO", 307: "bzip2", 32_000: "LZF", 32_001: "Blosc", 32_004: "LZ4", 32_008: "bitshuffle",
    32_013: "ZFP", 32_015: "Zstandard", 32_017: "SZ", 32_026: "Blosc2",
  ]

  /// The chunk cache that lets a sample (one index of the first axis) be read in pieces without unpacking a chunk
  /// twice: the chunks that the sample touches, up to 64 MiB, but at least one. None for other layouts.
  func chunkCacheBytes(shape: [Int]) -> Int? {
    guard let chunkBytes, let chunk, chunkBytes > 0 else { return nil }
    let limit = 64 << 20
    var bytes = chunkBytes
    for (extent, length) in zip(shape, chunk).dropFirst() {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: max(extent - 1, 0) / length + 1)
      if overflow || product > limit { return max(chunkBytes, limit) }
      bytes = product
    }
    return bytes
  }

  /// The bytes of an unpacked chunk; nil for another layout, and for a chunk that cannot be.
  var chunkBytes: Int? {
    guard let chunk, !chunk.isEmpty, chunk.allSatisfy({ $0 > 0 }) else { return nil }
    // A chunk has less than 4 GiB, by HDF5's definition.
    return ArraySize.bytes(of: chunk, element: elementBytes).flatMap { $0 >> 32 > 0 ? nil : $0 }
  }

  /// How much larger than its compressed form data can be: what deflate reaches with nothing but zeros.
  private static let mostCompression = 1032

  /// Checks that the file can hold what it declares, before anybody makes room for it.
  ///
  /// - Parameters:
  ///   - shape: The data set's shape.
  ///   - fileBytes: The file's size; nil for a file that is written.
  ///   - place: The file and data set concerned.
  ///   - access: What the file may refer to: where it may take content from elsewhere, its size says nothing.
  /// - Throws: ``HDF5Error/promisesTooMuch(dataSet:file:shape:fileBytes:)``, or ``HDF5Error`` for chunks of no
  ///   sensible shape.
  func requireRoom(
    shape: [Int], fileBytes: Int?, at place: HDF5Place, _ access: HDF5Access
  ) throws(HDF5Error) {
    if layout == "chunked", chunkBytes == nil || chunk?.count != shape.count {
      throw place.failure("take chunks of shape \(chunk ?? [])", stack: ["no chunk of such a data set"])
    }
    // HDF5 takes an unpacked chunk to be as long as its shape says, and reads on behind one that is shorter.
    if let chunk, let chunkBytes, bytes > 0,
      chunkBytes / (filters.isEmpty ? 1 : Self.mostCompression) > bytes, !access.allowsExternal
    {
      throw place.failure(
        "take chunks of shape \(chunk)", stack: ["more than the \(bytes) bytes stored can be"])
    }
    guard let fileBytes, !access.allowsExternal else { return }
    let factor = filters.isEmpty ? 1 : Self.mostCompression
    let room = max(bytes, fileBytes).multipliedReportingOverflow(by: factor)
    func fits(_ shape: [Int]) -> Bool {
      ArraySize.bytes(of: shape, element: elementBytes).map { room.overflow || $0 <= room.partialValue }
        ?? false
    }
    guard fits(shape) else {
      throw .promisesTooMuch(
        dataSet: place.dataSet ?? "/", file: place.file, shape: shape, fileBytes: fileBytes)
    }
  }
}
