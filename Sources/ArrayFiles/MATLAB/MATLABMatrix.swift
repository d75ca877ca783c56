import SystemFiles

/// What the beginning of a matrix in a MATLAB file says: its class, shape, name, and where its numbers are.
///
/// A matrix is a row of elements, each with a tag of its type and size: flags, dimensions, name, real part, imaginary part.
/// An element of at most four bytes lies within its tag. Numbers may be stored in a smaller type than their class.
///
/// Source: MathWorks, *MAT-File Format*, level 5.
struct MATLABMatrix {
  let name: String
  /// The class in MATLAB's words, as in "double".
  let className: String
  let shape: [Int]
  /// The type that the numbers are stored in; nil for what is not read.
  let type: NumberType?
  /// Where the numbers begin, counted from the matrix's first byte.
  let dataOffset: Int
  /// The bytes of numbers.
  let dataCount: Int

  /// The bytes that the parts before the numbers may take.
  static let longestHead = 4096

  /// Classes by their number; those of numbers alone are read.
  private static let classes = [
    1: "cell array", 2: "structure", 3: "object", 4: "text", 5: "sparse matrix", 16: "function", 17: "object",
  ]
  private static let numberClasses = [
    6: "double", 7: "single", 8: "int8", 9: "uint8", 10: "int16", 11: "uint16", 12: "int32", 13: "uint32",
    14: "int64", 15: "uint64",
  ]
  private static let types: [Int: NumberType] = [
    1: .int8, 2: .uint8, 3: .int16, 4: .uint16, 5: .int32, 6: .uint32, 7: .float32, 9: .float64, 12: .int64,
    13: .uint64,
  ]

  /// Reads the beginning of a matrix.
  ///
  /// - Parameters:
  ///   - head: Its first bytes behind its own tag.
  ///   - count: How many it has in all.
  ///   - isBigEndian: Whether the first byte of a number is its highest.
  ///   - file: The file, for errors.
  ///   - place: Where the matrix is, for errors.
  /// - Throws: If it contradicts itself.
  init(
    _ head: [UInt8], count: Int, isBigEndian: Bool, in file: OpenedFile, _ place: String
  ) throws(ArrayFileError) {
    var position = 0
    func number(_ place: Int, _ count: Int) -> Int {
      Int(clamping: head.number(at: place, count, isBigEndian: isBigEndian))
    }
    /// The type, place and size of the next element.
    func next() throws(ArrayFileError) -> (type: Int, start: Int, count: Int) {
      guard position + 8 <= head.count else {
        throw file.damaged(place, "ends within its description", expected: "flags, dimensions and a name")
      }
      let word = number(position, 4)
      let (type, size, start) =
        word >> 16 != 0
        ? (word & 0xFFFF, word >> 16, position + 4) : (word, number(position + 4, 4), position + 8)
      guard word >> 16 == 0 || size <= 4, size <= count - start else {
        throw file.damaged(place, "has a part of \(size) bytes", expected: "at most \(max(count - start, 0))")
      }
      position = word >> 16 != 0 ? position + 8 : start + (size + 7) / 8 * 8
      return (type, start, size)
    }
    func text(_ element: (type: Int, start: Int, count: Int)) -> String {
      String(decoding: head.dropFirst(element.start).prefix(element.count), as: UTF8.self)
    }

    let flags = try next()
    guard flags.type == 6, flags.count == 8 else {
      throw file.damaged(place, "begins with a part of type \(flags.type)", expected: "flags")
    }
    let word = number(flags.start, 4)
    let (kind, isComplex, isLogical) = (word & 0xFF, word & 0x800 != 0, word & 0x200 != 0)
    if kind == 17 {
      // An object of a class of MATLAB's own has no dimensions.
      name = text(try next())
      (className, shape, type, dataOffset, dataCount) = ("object", [], nil, 0, 0)
      return
    }
    let dimensions = try next()
    guard dimensions.type == 5, (2...32).contains(dimensions.count / 4), dimensions.count % 4 == 0,
      dimensions.start + dimensions.count <= head.count
    else {
      throw file.damaged(
        place, "has dimensions of \(dimensions.count) bytes of type \(dimensions.type)",
        expected: "2 to 32 integers")
    }
    shape = (0..<dimensions.count / 4).map { number(dimensions.start + 4 * $0, 4) }
    let label = try next()
    guard label.type == 1 || label.type == 16, label.start + label.count <= head.count else {
      throw file.damaged(
        place, "has a name of \(label.count) bytes of type \(label.type)", expected: "a short text")
    }
    name = text(label)
    guard let numberClass = Self.numberClasses[kind], !isComplex else {
      className = isComplex ? "complex matrix" : Self.classes[kind] ?? "matrix of class \(kind)"
      (type, dataOffset, dataCount) = (nil, 0, 0)
      return
    }
    className = isLogical ? "logical" : numberClass
    guard !shape.contains(0) else {
      (type, dataOffset, dataCount) = (.uint8, 0, 0)
      return
    }
    let data = try next()
    guard let type = Self.types[data.type] else {
      throw file.damaged(
        "the array \(ArrayFileError.quoted(name))", "has numbers of type \(data.type)",
        expected: "a type of numbers")
    }
    self.type = type
    (dataOffset, dataCount) = (data.start, data.count)
  }

  /// The numbers in the bytes that the matrix is, column by column; nil for what is not read.
  ///
  /// - Parameters:
  ///   - source: The bytes.
  ///   - start: Where the matrix begins behind its tag.
  ///   - isBigEndian: Whether the first byte of a number is its highest.
  ///   - file: The file, for errors.
  /// - Returns: The numbers.
  /// - Throws: If their size is not that of the shape.
  func array(
    in source: any ByteSource, at start: Int, isBigEndian: Bool, of file: OpenedFile
  ) throws(ArrayFileError) -> StridedArray? {
    guard let type else { return nil }
    let expected = ArraySize.bytes(of: shape, element: type.byteCount)
    guard dataCount == expected,
      let array = StridedArray(
        dense: source, type, isBigEndian: isBigEndian, offset: start + dataOffset, shape: shape,
        firstIsFastest: true)
    else {
      throw file.damaged(
        "the array \(ArrayFileError.quoted(name))", "has \(dataCount) bytes of \(type.rawValue)",
        expected: "those of \(shape)")
    }
    return array
  }
}
