import CHDF5
import Foundation
import HDF5

/// Data files that ask for what they must not get, made with HDF5's own functions.
public enum HostileData: String, CaseIterable, Sendable {
  /// `density` is a link to another file.
  case externalLink = "external-link"
  /// `density` is a link to a link to another file.
  case softLink = "soft-link-out"
  /// The values of `density` are in another file.
  case externalStorage = "external-storage"
  /// `density` is made of data sets of another file.
  case virtual
  /// `density` is made of itself.
  case virtualOfItself = "virtual-of-itself"
  /// A chunk of `density` needs a filter that HDF5 does not have.
  case filter
  /// `density` has 2⁴⁰ points, none of which was ever written.
  case manyPoints = "many-points"
  /// `density` has 2⁴⁰ samples of two frames and two points.
  case manySamples = "many-samples"
  /// 20,000 groups beside a flow.
  case manyObjects = "many-objects"
  /// The second part of the root's header is said to have 8 GB.
  case hugeHeader = "huge-header"
  /// `density` declares larger chunks than it has.
  case hugeChunks = "huge-chunks"

  private static let flow = ["pressure", "Vx"]
  private static let shape: [hsize_t] = [3, 4, 8]

  /// Writes the file.
  ///
  /// - Parameters:
  ///   - path: Its name; there must be none of that name.
  ///   - secret: The file that it refers to, if it does: raw numbers, or HDF5.
  /// - Throws: If it cannot be written.
  public func write(to path: String, secret: String = "/etc/passwd") throws {
    let file = try HDF5File(creating: path)
    for name in Self.flow { try file.createDataSet(name, shape: Self.shape.map(Int.init)).write(Self.values) }
    if self == .manyObjects {
      try file.createDataSet("density", shape: Self.shape.map(Int.init)).write(Self.values)
    }
    if self == .hugeChunks {
      let layout = DataSetLayout.chunked([1, 4, 8], deflate: 4)
      try file.createDataSet("density", shape: Self.shape.map(Int.init), layout: layout).write(Self.values)
    }
    if self == .hugeHeader {
      for index in 0..<8 { try file.writeAttribute("parameter \(index)", .number(1)) }
    }
    try file.close()
    if self == .hugeHeader { return try Self.stretchHeader(of: path) }
    if self == .hugeChunks { return try Self.stretchChunks(of: path) }
    let identifier = try Self.made(H5Fopen(path, chdf5_read_write(), chdf5_default))
    defer { H5Fclose(identifier) }
    switch self {
    case .externalLink:
      try Self.done(
        H5Lcreate_external(secret, "/density", identifier, "density", chdf5_default, chdf5_default))
    case .softLink:
      try Self.done(H5Lcreate_external(secret, "/density", identifier, "out", chdf5_default, chdf5_default))
      try Self.done(H5Lcreate_soft("/out", identifier, "density", chdf5_default, chdf5_default))
    case .externalStorage:
      try Self.dataSet(in: identifier, Self.shape) {
        H5Pset_external($0, secret, 0, Self.shape.reduce(4, *))
      }
    case .virtual, .virtualOfItself:
      let source = self == .virtual ? secret : path
      let space = try Self.made(H5Screate_simple(Int32(Self.shape.count), Self.shape, nil))
      defer { H5Sclose(space) }
      try Self.dataSet(in: identifier, Self.shape) { H5Pset_virtual($0, space, source, "density", space) }
    case .filter:
      try Self.dataSet(in: identifier, Self.shape) { creation in
        let chunk: [hsize_t] = [1, 4, 8]
        let status = H5Pset_chunk(creation, Int32(chunk.count), chunk)
        return status < 0 ? status : H5Pset_filter(creation, 32_001, UInt32(H5Z_FLAG_OPTIONAL), 0, nil)
      }
      // As much as the filter would have made of one chunk.
      let set = try Self.made(H5Dopen2(identifier, "density", chdf5_default))
      defer { H5Dclose(set) }
      let (start, packed): ([hsize_t], [UInt8]) = ([0, 0, 0], .init(repeating: 7, count: 100))
      try Self.done(H5Dwrite_chunk(set, chdf5_default, 0, start, packed.count, packed))
    case .manyPoints, .manySamples:
      let shape: [hsize_t] = self == .manyPoints ? [1, 2, 1 << 40] : [1 << 40, 2, 2]
      for name in Self.flow { try Self.done(H5Ldelete(identifier, name, chdf5_default)) }
      for name in ["density"] + Self.flow {
        try Self.dataSet(in: identifier, shape, name) { creation in
          let chunk: [hsize_t] = [1, 2, 2]
          return H5Pset_chunk(creation, Int32(chunk.count), chunk)
        }
      }
    case .manyObjects:
      for index in 0..<20_000 {
        let group = try Self.made(
          H5Gcreate2(identifier, "group \(index)", chdf5_default, chdf5_default, chdf5_default))
        H5Gclose(group)
      }
    case .hugeHeader, .hugeChunks: break
    }
  }

  /// Makes the size of a header's continuation larger than the file.
  private static func stretchHeader(of path: String) throws {
    var bytes = try Data(contentsOf: URL(filePath: path))
    // A message of type 16 with 16 bytes: an address, and the size of what lies there.
    guard let message = bytes.firstRange(of: Data([16, 0, 16, 0, 0, 0, 0, 0])) else { throw Failure() }
    let size = message.upperBound + 8
    bytes.replaceSubrange(size..<size + 8, with: [88, 0, 0, 0, 2, 0, 0, 0])
    try bytes.write(to: URL(filePath: path))
  }

  /// Makes the second extent of the chunks 1028 instead of 4.
  private static func stretchChunks(of path: String) throws {
    var bytes = try Data(contentsOf: URL(filePath: path))
    // The shape of a chunk, and the bytes of an element.
    let shape = [UInt8]([1, 4, 8, 4].flatMap { [$0, 0, 0, 0] })
    guard let place = bytes.firstRange(of: Data(shape)) else { throw Failure() }
    bytes[place.lowerBound + 5] = 4
    try bytes.write(to: URL(filePath: path))
  }

  private static var values: [Double] { (0..<Int(shape.reduce(1, *))).map { 1 + Double($0 % 5) } }

  private static func dataSet(
    in file: hid_t, _ shape: [hsize_t], _ name: String = "density", _ change: (hid_t) -> herr_t
  ) throws {
    let creation = try made(H5Pcreate(chdf5_dataset_creation()))
    defer { H5Pclose(creation) }
    try done(change(creation))
    let space = try made(H5Screate_simple(Int32(shape.count), shape, nil))
    defer { H5Sclose(space) }
    let set = try made(
      H5Dcreate2(file, name, chdf5_stored_float(), space, chdf5_default, creation, chdf5_default))
    H5Dclose(set)
  }

  private struct Failure: Error {}

  private static func made(_ identifier: hid_t) throws -> hid_t {
    guard identifier >= 0 else { throw Failure() }
    return identifier
  }

  private static func done(_ status: herr_t) throws {
    guard status >= 0 else { throw Failure() }
  }
}
