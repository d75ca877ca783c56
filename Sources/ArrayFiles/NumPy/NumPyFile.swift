/// NumPy's arrays: one in an `.npy` file, several in an `.npz` file, which is a zip of such.
///
/// Elements are read where they lie, in either order of axes and bytes; those of a compressed `.npz` (by
/// `numpy.savez_compressed`) are unfolded once, when they are first read, to a temporary file. Arrays of numbers and
/// booleans are read, complex ones with a last axis of two; texts, dates and records are refused, in an `.npz`
/// passed over, and objects never unpickled.
public struct NumPyFile: ArrayFile {
  private let table: ArrayTable

  /// The format's name.
  public let format: String
  /// What an `.npz` file holds beside arrays of numbers.
  public let skipped: [SkippedArray]

  /// Where the file is.
  public var path: String { table.file.path }
  /// The arrays by their names; that of an `.npy` file is empty.
  public var arrays: [StoredArray] { table.arrays }

  init(_ file: OpenedFile) throws(ArrayFileError) {
    let label = "the array"
    let header = try NumPyHeader(file.content.bytes(at: 0, upTo: NumPyHeader.longest), in: file, label)
    guard let array = try header.array(in: file.content, of: file, label) else {
      throw .unsupported(
        file: file.path, place: label,
        found: "has elements of type \(ArrayFileError.quoted(header.description))",
        expected: "numbers", wayOut: "convert it by array.astype(\"float32\")")
    }
    table = try ArrayTable(file, [("", header.type?.rawValue ?? "", array)])
    format = "a NumPy file"
    skipped = []
  }

  init(_ archive: ZipArchive, of file: OpenedFile) throws(ArrayFileError) {
    var found: [(name: String, elementType: String, content: StridedArray)] = []
    var skipped: [SkippedArray] = []
    for entry in archive.entries {
      let label = "the entry \(ArrayFileError.quoted(entry.name))"
      guard entry.name.hasSuffix(Self.ending) else {
        skipped.append(SkippedArray(name: entry.name, kind: "no array"))
        continue
      }
      let name = String(entry.name.dropLast(Self.ending.count))
      let header = try NumPyHeader(entry.prefix(NumPyHeader.longest), in: file, label)
      if let array = try header.array(in: entry.content, of: file, label) {
        found.append((name, header.type?.rawValue ?? "", array))
      } else {
        skipped.append(SkippedArray(name: name, kind: "elements of type \(header.description)"))
      }
    }
    table = try ArrayTable(file, found)
    format = "a NumPy archive"
    self.skipped = skipped
  }

  private static let ending = ".npy"

  /// Whether the entries of a zip are arrays of NumPy's.
  static func isFound(in archive: ZipArchive) -> Bool {
    archive.entries.contains { $0.name.hasSuffix(ending) }
  }

  /// Reads all of a list, such as a coordinate, in double precision.
  public func list(_ array: StoredArray) throws(ArrayFileError) -> [Double] { try table.list(array) }

  /// The axis whose neighboring indices lie next to each other in the file.
  public func innermostAxis(of array: StoredArray) -> Int? { table.innermostAxis(of: array) }

  /// Reads a part of an array as 32-bit floats, in row-major order of ``StoredArray/shape``.
  public func read(
    _ array: StoredArray, _ slab: ArraySlab, into target: inout MutableSpan<Float>
  ) throws(ArrayFileError) {
    try target.withUnsafeMutableBufferPointer { (target) throws(ArrayFileError) in
      try table.read(array, slab, into: target)
    }
  }
}
