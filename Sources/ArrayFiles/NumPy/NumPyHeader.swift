/// What an `.npy` file says of its array.
///
/// ```
/// 6 bytes    \x93NUMPY
/// 2 bytes    the version: 1.0, 2.0 or 3.0
/// 2 (4) bytes  n, the length of the text; 4 from version 2 on
/// n bytes    {'descr': '<f4', 'fortran_order': False, 'shape': (6, 14, 16, 12), }
/// the rest   the elements
/// ```
///
/// Source: NumPy's documentation, *A Simple File Format for NumPy Arrays*.
struct NumPyHeader {
  /// The type of the elements; nil if it is none that is read.
  let type: NumberType?
  /// The type as the file has it.
  let description: String
  let isBigEndian: Bool
  let isFortran: Bool
  let shape: [Int]
  /// Where the elements begin.
  let dataOffset: Int

  static let mark: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// The most bytes that a header has; NumPy itself refuses more than 10,000.
  static let longest = 1 << 16

  /// Reads a header.
  ///
  /// - Parameters:
  ///   - bytes: The first ``longest`` bytes of the file, or all of them.
  ///   - file: The file, for errors.
  ///   - label: What is read, for errors.
  /// - Throws: If it is none, or contradicts itself.
  init(_ bytes: [UInt8], in file: OpenedFile, _ label: String) throws(ArrayFileError) {
    guard bytes.starts(with: Self.mark), bytes.count >= 10 else {
      throw file.damaged(label, "does not begin as a NumPy array does", expected: "the mark \\x93NUMPY")
    }
    guard (1...3).contains(bytes[6]) else {
      throw .unsupported(
        file: file.path, place: label, found: "has version \(bytes[6]) of the format", expected: "1, 2 or 3",
        wayOut: "write it by numpy.save")
    }
    let lengthSize = bytes[6] == 1 ? 2 : 4
    let start = 8 + lengthSize
    let length = Int(bytes.number(at: 8, lengthSize))
    guard length <= Self.longest - start, start + length <= bytes.count else {
      throw file.damaged(
        label, "has a header of \(length) bytes",
        expected: "at most \(min(Self.longest, bytes.count) - start)")
    }
    guard case .dictionary(let members)? = PythonLiteral(Array(bytes[start..<start + length])),
      let description = members["descr"], case .bool(let isFortran)? = members["fortran_order"],
      case .sequence(let extents)? = members["shape"]
    else {
      throw file.damaged(
        label, "has a header that cannot be understood", expected: "'descr', 'fortran_order' and 'shape'")
    }
    var shape: [Int] = []
    for extent in extents {
      guard case .integer(let extent) = extent, extent >= 0 else {
        throw file.damaged(label, "has a shape of something else", expected: "numbers that are not negative")
      }
      shape.append(extent)
    }
    if case .text(let text) = description {
      self.description = text
      isBigEndian = text.hasPrefix(">")
      type = Self.types[text.drop { "<>=|".contains($0) }.description]
    } else {
      self.description = "records"
      isBigEndian = false
      type = nil
    }
    self.isFortran = isFortran
    self.shape = shape
    dataOffset = start + length
  }

  private static let types: [String: NumberType] = [
    "b1": .bool, "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "i1": .int8, "i2": .int16,
    "i4": .int32, "i8": .int64, "f2": .float16, "f4": .float32, "f8": .float64, "c8": .complex64,
    "c16": .complex128,
  ]

  /// The array in the bytes that the header is the beginning of.
  func array(in source: any ByteSource, of file: OpenedFile, _ label: String) throws(ArrayFileError)
    -> StridedArray?
  {
    guard let type else { return nil }
    guard
      let array = StridedArray(
        dense: source, type, isBigEndian: isBigEndian, offset: dataOffset, shape: shape,
        firstIsFastest: isFortran)
    else {
      throw file.damaged(
        label, "has \(source.count - dataOffset) bytes of elements",
        expected: "those of \(shape) \(type.rawValue)")
    }
    let bytes = shape.reduce(type.byteCount, *)
    guard source.count == dataOffset + bytes else {
      throw .unsupported(
        file: file.path, place: label,
        found: "goes on for \(source.count - dataOffset - bytes) bytes behind its array",
        expected: "one array", wayOut: "write several by numpy.savez")
    }
    return array
  }
}
