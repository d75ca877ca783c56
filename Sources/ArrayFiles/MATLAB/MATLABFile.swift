/// MATLAB's files up to version 7 (`save -v6`, `-v7`): the arrays of real numbers in them.
///
/// A shape is the one that MATLAB shows, u(n, x, t), and `read` gives its elements in row-major order although the file has
/// them column by column. What is compressed is unfolded once, when it is first read, to a temporary file. Cell arrays,
/// structures, texts, sparse and complex matrices are in ``skipped``. Files of version 7.3 are HDF5, and read as such.
public struct MATLABFile: ArrayFile {
  private let table: ArrayTable
  /// What the file holds beside arrays of real numbers.
  public let skipped: [SkippedArray]

  /// Where the file is.
  public var path: String { table.file.path }
  /// The format's name.
  public var format: String { "a MATLAB file" }
  /// The arrays by the names of the variables.
  public var arrays: [StoredArray] { table.arrays }

  /// The bytes before the first element: a text, the version and the order of bytes.
  static let headSize = 128
  private static let matrixType = 14
  private static let compressedType = 15

  /// Whether the highest byte of a number is its first, by the beginning of a file; nil if it is none of MATLAB's.
  static func isBigEndian(_ head: [UInt8]) -> Bool? {
    guard head.count >= headSize, head[0..<4].allSatisfy({ $0 != 0 }) else { return nil }
    if head[124...].starts(with: [0x00, 0x01] + Array("IM".utf8)) { return false }
    if head[124...].starts(with: [0x01, 0x00] + Array("MI".utf8)) { return true }
    return nil
  }

  init(_ file: OpenedFile) throws(ArrayFileError) {
    let head = try file.content.bytes(at: 0, upTo: Self.headSize)
    guard let isBigEndian = Self.isBigEndian(head) else {
      throw file.damaged("the beginning", "is not that of a MATLAB file", expected: "version 5 to 7")
    }
    // MATLAB keeps what its objects share in an element without a name.
    let shared = head.number(at: 116, 8, isBigEndian: isBigEndian)
    var found: [(name: String, elementType: String, content: StridedArray)] = []
    var skipped: [SkippedArray] = []
    var offset = Self.headSize
    while offset < file.count {
      let place = "the element at byte \(offset)"
      let tag = try file.content.bytes(at: offset, upTo: 8)
      let type = Int(tag.number(at: 0, 4, isBigEndian: isBigEndian))
      let count = Int(tag.number(at: 4, 4, isBigEndian: isBigEndian))
      guard tag.count == 8, let content = file.content.part(at: offset + 8, count: count) else {
        throw file.damaged(
          place, "is said to have \(count) bytes", expected: "at most \(max(file.count - offset - 8, 0))")
      }
      let (matrix, source, start) = try Self.matrix(type, content, isBigEndian, place)
      if let array = try matrix.array(in: source, at: start, isBigEndian: isBigEndian, of: file) {
        found.append((matrix.name, matrix.className, array))
      } else if UInt64(offset) != shared {
        skipped.append(SkippedArray(name: matrix.name, kind: "a \(matrix.className)"))
      }
      guard found.count + skipped.count <= ArrayTable.mostArrays else {
        throw file.damaged("it", "holds too many arrays", expected: "at most \(ArrayTable.mostArrays)")
      }
      offset += 8 + count
    }
    table = try ArrayTable(file, found.filter { !$0.name.isEmpty })
    self.skipped = skipped
  }

  /// The matrix that an element is, the bytes that hold it, and where it begins there behind its tag.
  private static func matrix(
    _ type: Int, _ content: FileBytes, _ isBigEndian: Bool, _ place: String
  ) throws(ArrayFileError) -> (MATLABMatrix, any ByteSource, Int) {
    let file = content.file
    switch type {
    case matrixType:
      let head = try content.bytes(at: 0, upTo: MATLABMatrix.longestHead)
      let matrix = try MATLABMatrix(head, count: content.count, isBigEndian: isBigEndian, in: file, place)
      return (matrix, content, 0)
    case compressedType:
      let peek = InflatedBytes(
        content, as: .zlib, count: 8 + MATLABMatrix.longestHead, checksum: nil, place: place)
      let head = try peek.prefix(8 + MATLABMatrix.longestHead)
      let count = Int(head.number(at: 4, 4, isBigEndian: isBigEndian))
      guard head.count >= 8, head.number(at: 0, 4, isBigEndian: isBigEndian) == matrixType else {
        throw file.damaged(place, "does not unfold to a matrix", expected: "one")
      }
      guard (count + 8) / ZipArchive.deflateRatio <= content.count else {
        throw file.damaged(
          place, "is said to be \(count) bytes of \(content.count) compressed ones",
          expected: "no more than fit")
      }
      let source = InflatedBytes(content, as: .zlib, count: 8 + count, checksum: nil, place: place)
      let matrix = try MATLABMatrix(
        Array(head.dropFirst(8).prefix(count)), count: count, isBigEndian: isBigEndian, in: file, place)
      return (matrix, source, 8)
    default:
      throw file.damaged(place, "has the type \(type)", expected: "a matrix, compressed or not")
    }
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
