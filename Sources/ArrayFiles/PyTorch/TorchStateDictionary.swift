import CZlib
import SystemFiles

/// Writes weights as PyTorch's `torch.save` does a state dictionary.
///
/// The file is a zip of stored entries: a pickle that names the tensors, and the numbers of each. `torch.load` reads it with
/// `weights_only`, and `load_state_dict` takes it.
///
/// Source: the format is that of PyTorch's `torch/serialization.py`.
public enum TorchStateDictionary {
  /// A tensor to be written.
  public struct Entry: Sendable {
    /// Its name.
    public let name: String
    /// Its extents; of complex numbers, without the axis of their two parts.
    public let shape: [Int]
    /// Whether its numbers are complex.
    public let isComplex: Bool

    /// A tensor.
    public init(name: String, shape: [Int], isComplex: Bool) {
      self.name = name
      self.shape = shape
      self.isComplex = isComplex
    }

    var count: Int { shape.reduce(1, *) }
    var bytes: Int { count * (isComplex ? 8 : 4) }
  }

  /// The largest file that is written: beyond it zip files have another form.
  public static let mostBytes = Int(UInt32.max)

  /// The most tensors that are written: a zip counts its entries in 16 bits, and has three beside them. All bits set would
  /// say that the count stands elsewhere.
  public static let mostTensors = Int(UInt16.max) - 4

  /// The size of the file of some tensors, at most.
  ///
  /// - Parameter entries: The tensors.
  /// - Returns: Bytes.
  public static func bytes(of entries: [Entry]) -> Int {
    entries.reduce(4096) { $0 + $1.bytes + 1024 + $1.name.utf8.count }
  }

  /// Writes tensors of 32-bit floats. The file appears whole or not at all.
  ///
  /// - Parameters:
  ///   - entries: The tensors, in order.
  ///   - path: The file.
  ///   - values: Gives the numbers of a tensor by its place; of complex ones real and imaginary parts in turn.
  /// - Throws: If the file cannot be written, or what `values` throws.
  /// - Precondition: The tensors have unique names, are at most ``mostTensors``, and fit into ``mostBytes``.
  public static func write(_ entries: [Entry], to path: String, values: (Int) throws -> [Float]) throws {
    precondition(
      bytes(of: entries) <= mostBytes && entries.count <= mostTensors
        && Set(entries.map(\.name)).count == entries.count,
      "\(entries.count) tensors do not make one state dictionary")
    var zip = try ZipWriter(path)
    try zip.append("archive/data.pkl", pickle(of: entries))
    try zip.append("archive/byteorder", Array("little".utf8))
    for (place, entry) in entries.enumerated() {
      let numbers = try values(place)
      precondition(
        numbers.count * 4 == entry.bytes,
        "\(entry.name) has \(numbers.count) numbers, its shape \(entry.shape)")
      try numbers.withUnsafeBytes { try zip.append("archive/data/\(place)", $0) }
    }
    try zip.append("archive/version", Array("3\n".utf8))
    try zip.finish()
  }

  /// An ordered dictionary of tensors, each a view of a storage of its own.
  private static func pickle(of entries: [Entry]) -> [UInt8] {
    var pickle = PickleWriter()
    pickle.emptyOrderedDictionary()
    pickle.mark()
    for (place, entry) in entries.enumerated() {
      pickle.text(entry.name)
      pickle.global("torch._utils", "_rebuild_tensor_v2")
      pickle.mark()
      pickle.mark()
      pickle.text("storage")
      pickle.global("torch", entry.isComplex ? "ComplexFloatStorage" : "FloatStorage")
      pickle.text("\(place)")
      pickle.text("cpu")
      pickle.integer(entry.count)
      pickle.tuple()
      pickle.persistent()
      pickle.integer(0)
      pickle.integers(entry.shape)
      pickle.integers(entry.shape.indices.map { entry.shape[($0 + 1)...].reduce(1, *) })
      pickle.no()
      pickle.emptyOrderedDictionary()
      pickle.tuple()
      pickle.call()
    }
    return pickle.finished()
  }
}

/// Instructions of a pickle of protocol 2.
private struct PickleWriter {
  private var bytes: [UInt8] = [0x80, 2]

  mutating func mark() { bytes.append(UInt8(ascii: "(")) }
  mutating func tuple() { bytes.append(UInt8(ascii: "t")) }
  mutating func call() { bytes.append(UInt8(ascii: "R")) }
  mutating func persistent() { bytes.append(UInt8(ascii: "Q")) }
  mutating func no() { bytes.append(0x89) }
  mutating func global(_ module: String, _ name: String) { bytes += Array("c\(module)\n\(name)\n".utf8) }

  mutating func text(_ text: String) {
    bytes.append(UInt8(ascii: "X"))
    bytes += little(text.utf8.count, 4) + Array(text.utf8)
  }

  mutating func integer(_ value: Int) {
    bytes += value < 1 << 31 ? [UInt8(ascii: "J")] + little(value, 4) : [0x8A, 8] + little(value, 8)
  }

  mutating func integers(_ values: [Int]) {
    mark()
    for value in values { integer(value) }
    tuple()
  }

  mutating func emptyOrderedDictionary() {
    global("collections", "OrderedDict")
    bytes.append(UInt8(ascii: ")"))
    call()
  }

  /// The pickle, after the members that follow the mark were put into the dictionary below it.
  func finished() -> [UInt8] { bytes + [UInt8(ascii: "u"), UInt8(ascii: ".")] }
}

/// A number's bytes, the lowest first.
private func little(_ value: Int, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// Writes a zip of stored entries.
private struct ZipWriter: ~Copyable {
  private var file: AtomicFile
  private var position = 0
  private var directory: [UInt8] = []
  private var count = 0

  init(_ path: String) throws { file = try AtomicFile(replacing: path) }

  mutating func append(_ name: String, _ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try append(name, $0) }
  }

  mutating func append(_ name: String, _ bytes: UnsafeRawBufferPointer) throws {
    let checksum = Int(
      crc32(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), uInt(bytes.count)))
    // Version 2.0, nothing special, stored; the first day that the format knows.
    let common: [UInt8] =
      little(20, 2) + little(0, 2) + little(0, 2) + little(0, 2) + little(0x21, 2) + little(checksum, 4)
      + little(bytes.count, 4) + little(bytes.count, 4) + little(name.utf8.count, 2)
    let head = little(0x0403_4B50, 4) + common + little(0, 2) + Array(name.utf8)
    directory +=
      little(0x0201_4B50, 4) + little(20, 2) + common + little(0, 2) + little(0, 2) + little(0, 2)
      + little(0, 2) + little(0, 4) + little(position, 4) + Array(name.utf8)
    try head.withUnsafeBytes { try file.write($0) }
    try file.write(bytes)
    position += head.count + bytes.count
    count += 1
  }

  mutating func finish() throws {
    let end =
      little(0x0605_4B50, 4) + little(0, 4) + little(count, 2) + little(count, 2) + little(directory.count, 4)
      + little(position, 4) + little(0, 2)
    try (directory + end).withUnsafeBytes { try file.write($0) }
    try file.commit()
  }
}
