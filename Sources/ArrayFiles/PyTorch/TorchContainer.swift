/// Where a PyTorch file keeps its pickle and the numbers of its storages.
///
/// - From version 1.6 on it is a zip: `NAME/data.pkl`, and `NAME/data/KEY` for each storage.
/// - Before, pickles follow each other: a magic number, a protocol, the machine, the value, the keys of the storages; then
///   for each key the number of elements (8 bytes) and the elements.
struct TorchContainer {
  let pickle: Pickle
  let isBigEndian: Bool
  /// The numbers of each storage, in the order of the pickle.
  let storages: [any ByteSource]

  /// The magic number of the old form, the lowest byte first.
  private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
  private static let protocolVersion = 1001
  /// The bytes that tell of the old form.
  static let headSize = 32

  /// Whether a file begins as one of the old form.
  static func isLegacy(_ head: [UInt8]) -> Bool {
    head.first == 0x80 && head.prefix(headSize).firstRange(of: magic) != nil
  }

  /// Whether a zip holds what PyTorch has saved.
  static func isFound(in archive: ZipArchive) -> Bool {
    archive.entries.contains { $0.name.hasSuffix("/data.pkl") }
  }

  init(_ archive: ZipArchive, of file: OpenedFile) throws(ArrayFileError) {
    let ending = "data.pkl"
    guard let main = archive.entries.first(where: { $0.name.hasSuffix("/" + ending) }) else {
      throw file.damaged("the zip", "has no \(ending)", expected: "what PyTorch saves")
    }
    guard main.count <= Pickle.longest else {
      throw file.damaged("\(ending)", "has \(main.count) bytes", expected: "at most \(Pickle.longest)")
    }
    let folder = main.name.dropLast(ending.count)
    let entries = Dictionary(archive.entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    guard entries.count == archive.entries.count else {
      throw file.damaged("the zip", "has two entries of one name", expected: "unique names")
    }
    let order = try entries["\(folder)byteorder"]?.content.bytes(at: 0, upTo: 3) ?? []
    isBigEndian = order == Array("big".utf8)
    pickle = try Pickle(main.content.bytes(at: 0, upTo: main.count), of: file)
    var storages: [any ByteSource] = []
    for storage in pickle.storages {
      let label = "the storage \(ArrayFileError.quoted(storage.key))"
      guard let entry = entries["\(folder)data/\(storage.key)"] else {
        throw file.damaged(label, "is not in the file", expected: "\(storage.byteCount) bytes")
      }
      guard entry.count == storage.byteCount else {
        throw file.damaged(label, "has \(entry.count) bytes", expected: "\(storage.byteCount)")
      }
      storages.append(entry.content)
    }
    self.storages = storages
  }

  init(legacy file: OpenedFile) throws(ArrayFileError) {
    var offset = 0
    func next() throws(ArrayFileError) -> Pickle {
      let text = try file.content.bytes(at: offset, upTo: Pickle.longest)
      let pickle = try Pickle(text, of: file)
      offset += pickle.position
      return pickle
    }
    guard case .longInteger(Self.magic) = try next().value,
      case .integer(Self.protocolVersion) = try next().value
    else {
      throw file.damaged(
        "the beginning", "is of another version", expected: "PyTorch's protocol \(Self.protocolVersion)")
    }
    // What the machine was like does not matter: this form has the lowest byte first everywhere.
    _ = try next()
    isBigEndian = false
    pickle = try next()
    let keys = try next()
    guard case .sequence(let place) = keys.value else {
      throw file.damaged("the keys of the storages", "are no list", expected: "a list")
    }
    var found: [String: FileBytes] = [:]
    let sizes = Dictionary(
      pickle.storages.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    for key in keys.sequences[place] {
      guard case .text(let key) = key, let storage = sizes[key], found[key] == nil else {
        throw file.damaged(
          "the list of storages", "names one that no tensor has", expected: "each of them once")
      }
      let label = "the storage \(ArrayFileError.quoted(key))"
      let count = try file.content.bytes(at: offset, upTo: 8)
        .number(at: 0, 8)
      guard count == UInt64(storage.count),
        let data = file.content.part(at: offset + 8, count: storage.byteCount)
      else {
        throw file.damaged(
          label, "has \(count) numbers in \(max(file.count - offset - 8, 0)) bytes",
          expected: "\(storage.count)")
      }
      found[key] = data
      offset += 8 + storage.byteCount
    }
    var storages: [any ByteSource] = []
    for storage in pickle.storages {
      guard let data = found[storage.key] else {
        throw file.damaged(
          "the storage \(ArrayFileError.quoted(storage.key))", "is not in the file",
          expected: "\(storage.count) numbers")
      }
      storages.append(data)
    }
    self.storages = storages
  }
}
