public import SystemFiles
public import TensorCore

/// A file of named tensors in the safetensors format, read tensor by tensor.
///
/// ```
/// 8 bytes   n, the length of the header, little-endian
/// n bytes   JSON: {"__metadata__": {key: string, …},
///                  name: {"dtype": "F32", "shape": […], "data_offsets": [begin, end]}, …}
/// the rest  the tensors' elements, row-major, little-endian, without gaps
/// ```
///
/// Opening a file reads and checks its header alone; ``tensor(named:)`` reads one tensor, so that memory holds no
/// more of a file than is asked for. A file that ``write(_:complex:metadata:to:)`` has made is the exception: opening it compares
/// all of it with the checksum that it carries. Floats of 16, 32 and 64 bits (and bfloat16), integers and booleans are read as
/// 32-bit floats, a complex tensor with a last axis of two: (real, imaginary).
///
/// Source: the format's description in the safetensors project.
public struct SafetensorsFile: Sendable {
  /// The file's name.
  public var path: String { file.path }
  /// The file's own strings by key; empty if it has none.
  public let metadata: [String: String]
  /// The tensors' names, in the order of their data.
  public let names: [String]

  private let file: InputFile
  private let dataOffset: Int
  private let entries: [String: SafetensorsHeader.Entry]

  /// Opens a file and checks its header.
  ///
  /// - Parameter path: The file.
  /// - Throws: If the file cannot be read, its header is broken, or its tensors overlap, leave gaps, or lie beyond
  ///   its end.
  public init(reading path: String) throws(SafetensorsError) {
    file = try Self.reading { () throws(FileError) in try InputFile(path) }
    let text = try Self.headerText(of: file)
    dataOffset = Self.lengthSize + text.count
    let header = try SafetensorsHeader(parsing: text, file: path, dataCount: file.count - dataOffset)
    metadata = header.metadata.filter { $0.key != FileChecksum.key }
    names = header.entries.map(\.name)
    entries = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0) })
    if let stated = header.metadata[FileChecksum.key] {
      let file = file
      let found = try Self.reading { () throws(FileError) in
        try FileChecksum.of(file, header: text, dataOffset: dataOffset, stated: stated)
      }
      guard found == stated else { throw .checksum(file: path, found: found, stated: stated) }
    }
  }

  /// The shape that a tensor has when read, or `nil` if the file holds no tensor of that name.
  ///
  /// - Parameter name: The tensor's name.
  /// - Returns: The extent of each axis.
  public func shape(of name: String) -> [Int]? {
    entries[name].map { $0.shape + $0.type.trailingShape }
  }

  /// Whether a tensor is stored as floating-point numbers; quantized weights, for one, are stored as integers.
  ///
  /// - Parameter name: The tensor's name.
  /// - Returns: `false` also if the file holds no tensor of that name.
  public func holdsFloats(named name: String) -> Bool {
    entries[name]?.type.isFloatingPoint ?? false
  }

  /// Reads one tensor.
  ///
  /// - Parameter name: The tensor's name.
  /// - Returns: Its elements as 32-bit floats.
  /// - Throws: If there is no tensor of that name or the file can no longer be read.
  public func tensor(named name: String) throws(SafetensorsError) -> Tensor {
    guard let entry = entries[name] else {
      throw .missingTensor(file: path, tensor: name, found: names)
    }
    var tensor = Tensor(uninitialized: entry.shape + entry.type.trailingShape)
    try tensor.withUnsafeMutableElements { (elements) throws(SafetensorsError) in
      try read(entry, into: elements)
    }
    return tensor
  }

  /// Elements are read and converted in pieces of this many bytes, a multiple of every element's size.
  private static let pieceSize = 1 << 20

  private func read(
    _ entry: SafetensorsHeader.Entry, into elements: UnsafeMutableBufferPointer<Float>
  ) throws(SafetensorsError) {
    let piece = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(Self.pieceSize, entry.bytes.count), alignment: 8)
    defer { piece.deallocate() }
    // In floats: what one piece of the file becomes.
    let stride = Self.pieceSize / entry.type.byteCount * entry.type.trailingShape.reduce(1, *)
    for start in Swift.stride(from: 0, to: elements.count, by: stride) {
      let target = UnsafeMutableBufferPointer(rebasing: elements[start..<min(start + stride, elements.count)])
      let offset = start / stride * Self.pieceSize
      let count = min(Self.pieceSize, entry.bytes.count - offset)
      let bytes = UnsafeMutableRawBufferPointer(rebasing: piece[..<count])
      try Self.reading { () throws(FileError) in
        try file.read(at: dataOffset + entry.bytes.lowerBound + offset, into: bytes)
      }
      entry.type.decode(UnsafeRawBufferPointer(bytes), into: target)
    }
  }

  /// The size of the number that a file begins with, in bytes.
  private static let lengthSize = 8

  private static func headerText(of file: InputFile) throws(SafetensorsError) -> [UInt8] {
    guard file.count >= lengthSize else {
      throw .truncatedHeader(file: file.path, expected: lengthSize, found: file.count)
    }
    let length = try reading { () throws(FileError) in try file.bytes(at: 0, count: lengthSize) }
      .reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length >= 2, length <= SafetensorsHeader.maximumLength else {
      throw .headerLength(file: file.path, found: length, limit: SafetensorsHeader.maximumLength)
    }
    let end = lengthSize + Int(length)
    guard file.count >= end else {
      throw .truncatedHeader(file: file.path, expected: end, found: file.count)
    }
    return try reading { () throws(FileError) in try file.bytes(at: lengthSize, count: Int(length)) }
  }

  private static func reading<Result: ~Copyable>(
    _ body: () throws(FileError) -> Result
  ) throws(SafetensorsError) -> Result {
    do { return try body() } catch { throw .file(error) }
  }
}

extension SafetensorsFile {
  /// Writes tensors as 32-bit floats, or complex numbers of two of them. The file appears whole or not at all, and the same
  /// tensors and metadata give the same bytes. Among the metadata is a checksum, `xxh64`: that of the file with the checksum's
  /// own 16 digits as zeros.
  ///
  /// - Parameters:
  ///   - tensors: The tensors in the order in which they are to lie in the file.
  ///   - complex: The names of those whose last axis, of two, becomes real and imaginary part of complex numbers.
  ///   - metadata: Strings to keep with them; a checksum is added.
  ///   - path: The file; one that exists is replaced.
  /// - Throws: If the disk is full or fails; a file that existed is then as it was before.
  /// - Precondition: The names are unique, and none of them is `__metadata__`.
  public static func write(
    _ tensors: some Sequence<(name: String, tensor: Tensor)>, complex: Set<String> = [],
    metadata: [String: String] = [:], to path: String
  ) throws(FileError) {
    let tensors = Array(tensors)
    let names = tensors.map(\.name)
    precondition(
      Set(names + [SafetensorsHeader.metadataKey]).count == names.count + 1,
      "safetensors needs unique names other than \(SafetensorsHeader.metadataKey), got \(names)")
    var metadata = metadata
    metadata[FileChecksum.key] = FileChecksum.zeros
    let header = SafetensorsHeader.encoded(
      tensors.map { ($0.name, $0.tensor.shape, $0.tensor.count) }, complex: complex, metadata: metadata)
    let length: [UInt8] = (0..<lengthSize).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    var head: [UInt8] = length + header
    var checksum = Checksum()
    head.withUnsafeBytes { checksum.update($0) }
    for (_, tensor) in tensors { tensor.withUnsafeElements { checksum.update(UnsafeRawBufferPointer($0)) } }
    head = length + FileChecksum.header(header, FileChecksum.zeros, becomes: checksum.text)
    var file = try AtomicFile(replacing: path)
    try head.span.bytes.withUnsafeBytes { (bytes) throws(FileError) in try file.write(bytes) }
    for (_, tensor) in tensors {
      // Every platform that Swift supports stores floats as the format does: little-endian IEEE 754.
      try tensor.withUnsafeElements { (elements) throws(FileError) in
        try file.write(UnsafeRawBufferPointer(elements))
      }
    }
    try file.commit()
  }
}
