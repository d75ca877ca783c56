import SystemFiles

/// What a safetensors file says about its tensors: checked, so that reading them cannot go astray.
struct SafetensorsHeader {
  /// Where a tensor is and what it is.
  struct Entry {
    let name: String
    let type: SafetensorsElementType
    /// The shape as stored; a complex tensor has one axis more when read.
    let shape: [Int]
    /// Offsets into the data that follow the header.
    let bytes: Range<Int>
  }

  let metadata: [String: String]
  /// The tensors in the order of their data.
  let entries: [Entry]

  /// The key that holds the file's own strings instead of a tensor.
  static let metadataKey = "__metadata__"

  /// Longer headers than this are refused: those of the largest published models have some hundred thousand bytes, and
  /// a longer one keeps its reader busy for seconds.
  static let maximumLength = 16 << 20

  /// Parses and checks a header.
  ///
  /// - Parameters:
  ///   - text: The header's bytes.
  ///   - file: The file's name, for errors.
  ///   - dataCount: The number of bytes that follow the header.
  /// - Throws: If the header is broken or its tensors do not cover the data exactly once.
  init(parsing text: [UInt8], file: String, dataCount: Int) throws(SafetensorsError) {
    let members = try Self.members(of: text, file: file)
    var metadata: [String: String] = [:]
    var entries: [Entry] = []
    var seen: Set<String> = []
    for (name, value) in members {
      guard seen.insert(name).inserted else { throw .duplicateTensor(file: file, tensor: name) }
      if name == Self.metadataKey {
        metadata = try Self.metadata(value, file: file)
      } else {
        entries.append(try Self.entry(name, value, file: file, dataCount: dataCount))
      }
    }
    // Tensors without elements may share an offset; the header's order decides between them.
    let order = entries.indices.sorted {
      (entries[$0].bytes.lowerBound, entries[$0].bytes.upperBound, $0)
        < (entries[$1].bytes.lowerBound, entries[$1].bytes.upperBound, $1)
    }
    self.metadata = metadata
    self.entries = order.map { entries[$0] }
    try checkCoverage(file: file, dataCount: dataCount)
  }

  /// Every byte of the data belongs to exactly one tensor.
  private func checkCoverage(file: String, dataCount: Int) throws(SafetensorsError) {
    var end = 0
    var last: Entry?
    for entry in entries {
      if let last, entry.bytes.lowerBound < end {
        throw .overlap(file: file, tensor: entry.name, other: last.name)
      }
      guard entry.bytes.lowerBound == end else {
        throw .unusedBytes(file: file, offset: end, count: entry.bytes.lowerBound - end)
      }
      end = entry.bytes.upperBound
      last = entry
    }
    guard end == dataCount else { throw .unusedBytes(file: file, offset: end, count: dataCount - end) }
  }

  private static func members(
    of text: [UInt8], file: String
  ) throws(SafetensorsError) -> [(name: String, value: JSONValue)] {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: text)
    } catch {
      throw .headerSyntax(file: file, offset: error.offset, expected: error.expected)
    }
    guard case .object(let members) = value else {
      throw .headerForm(file: file, expected: "an object of tensors by name")
    }
    return members
  }

  private static func metadata(_ value: JSONValue, file: String) throws(SafetensorsError) -> [String: String]
  {
    let expected = "\(metadataKey) to be an object of strings with unique names"
    guard case .object(let members) = value else { throw .headerForm(file: file, expected: expected) }
    var metadata: [String: String] = [:]
    for (name, value) in members {
      guard case .string(let string) = value, metadata.updateValue(string, forKey: name) == nil else {
        throw .headerForm(file: file, expected: expected)
      }
    }
    return metadata
  }

  private static func entry(
    _ name: String, _ value: JSONValue, file: String, dataCount: Int
  ) throws(SafetensorsError) -> Entry {
    func lacking(_ expected: String) -> SafetensorsError {
      .tensorDescription(file: file, tensor: name, expected: expected)
    }
    guard case .object(let members) = value else { throw lacking("an object") }
    func member(_ key: String) -> JSONValue? { members.first { $0.name == key }?.value }

    guard case .string(let typeName)? = member("dtype") else { throw lacking("a dtype") }
    guard let type = SafetensorsElementType(rawValue: typeName) else {
      let supported = SafetensorsElementType.allCases.map(\.rawValue)
      throw .elementType(file: file, tensor: name, found: typeName, supported: supported)
    }
    guard let shape = naturals(member("shape")) else { throw lacking("a shape of whole numbers") }
    guard let offsets = naturals(member("data_offsets")), offsets.count == 2, offsets[0] <= offsets[1] else {
      throw lacking("data_offsets of two ascending whole numbers")
    }
    let bytes = offsets[0]..<offsets[1]
    guard let count = ArraySize.elements(of: shape), count <= Int.max / 8,
      count * type.byteCount == bytes.count
    else {
      throw .tensorSize(file: file, tensor: name, shape: shape, type: typeName, bytes: bytes.count)
    }
    guard bytes.upperBound <= dataCount else {
      throw .outOfRange(
        file: file, tensor: name, begin: bytes.lowerBound, end: bytes.upperBound, available: dataCount)
    }
    return Entry(name: name, type: type, shape: shape, bytes: bytes)
  }

  private static func naturals(_ value: JSONValue?) -> [Int]? {
    guard case .array(let values)? = value else { return nil }
    var numbers: [Int] = []
    for value in values {
      guard case .number(let text) = value, let number = Int(text), number >= 0 else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}

extension SafetensorsHeader {
  /// The header of a file of 32-bit floats or complex numbers of two of them, padded with spaces to a multiple of eight bytes
  /// so that the data are aligned. The same tensors and metadata give the same bytes.
  static func encoded(
    _ tensors: [(name: String, shape: [Int], count: Int)], complex: Set<String> = [],
    metadata: [String: String]
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
        .map { "\(JSONValue.quoted($0.key)):\(JSONValue.quoted($0.value))" }
      members.append("\"\(metadataKey)\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (name, shape, count) in tensors {
      let end = offset + count * SafetensorsElementType.float32.byteCount
      let type = complex.contains(name) ? SafetensorsElementType.complex64 : .float32
      let extents = shape.dropLast(type.trailingShape.count).map(String.init).joined(separator: ",")
      members.append(
        "\(JSONValue.quoted(name)):{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(extents)],\"data_offsets\":[\(offset),\(end)]}"
      )
      offset = end
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8))
    return text
  }
}
