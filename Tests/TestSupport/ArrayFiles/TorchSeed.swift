/// A value as a pickle of protocol 2 writes it.
public indirect enum PickleSeed: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case tuple([PickleSeed])
  case list([PickleSeed])
  case dictionary([(PickleSeed, PickleSeed)])
  /// Something named, by module and name.
  case global(String, String)
  case call(PickleSeed, [PickleSeed])
  case persistent(PickleSeed)
  /// A value that is given attributes.
  case built(PickleSeed, PickleSeed)
  /// Instructions.
  case code([UInt8])

  /// A dictionary with texts as keys.
  public static func named(_ members: KeyValuePairs<String, PickleSeed>) -> PickleSeed {
    .dictionary(members.map { (.text($0.key), $0.value) })
  }

  /// The instructions that make the value.
  public var instructions: [UInt8] {
    func ascii(_ character: Unicode.Scalar) -> UInt8 { UInt8(ascii: character) }
    switch self {
    case .none: return [ascii("N")]
    case .bool(let value): return [value ? 0x88 : 0x89]
    case .integer(let value): return [0x8A, 8] + NumPySeed.little(value, 8)
    case .number(let value):
      return [ascii("G")] + NumPySeed.little(Int(bitPattern: UInt(value.bitPattern)), 8).reversed()
    case .text(let text): return [ascii("X")] + NumPySeed.little(text.utf8.count, 4) + Array(text.utf8)
    case .tuple(let values): return [ascii("(")] + values.flatMap(\.instructions) + [ascii("t")]
    case .list(let values):
      return [ascii("]"), ascii("(")] + values.flatMap(\.instructions) + [ascii("e")]
    case .dictionary(let members):
      return [ascii("}"), ascii("(")] + members.flatMap { $0.0.instructions + $0.1.instructions } + [
        ascii("u")
      ]
    case .global(let module, let name): return Array("c\(module)\n\(name)\n".utf8)
    case .call(let function, let arguments):
      return function.instructions + PickleSeed.tuple(arguments).instructions + [ascii("R")]
    case .persistent(let value): return value.instructions + [ascii("Q")]
    case .built(let value, let state): return value.instructions + state.instructions + [ascii("b")]
    case .code(let bytes): return bytes
    }
  }

  /// The pickle.
  public var bytes: [UInt8] { [0x80, 2] + instructions + [UInt8(ascii: ".")] }
}

/// A file as PyTorch's `torch.save` writes it, made byte by byte.
public struct TorchSeed {
  /// Numbers that tensors are views of.
  public struct Storage: Sendable {
    let key: String
    let type: String
    let count: Int
    let bytes: [UInt8]

    /// A storage of a type as in `FloatStorage`, with its bytes.
    public init(_ key: String, _ type: String, count: Int, _ bytes: [UInt8]) {
      self.key = key
      self.type = type
      self.count = count
      self.bytes = bytes
    }

    /// A storage of floats.
    public init(_ key: String, _ values: [Float]) {
      self.init(key, "FloatStorage", count: values.count, NumPySeed.floats(values))
    }

    /// How a pickle names it.
    public func reference(isLegacy: Bool = false) -> PickleSeed {
      .persistent(
        .tuple(
          [.text("storage"), .global("torch", type), .text(key), .text("cpu"), .integer(count)]
            + (isLegacy ? [.none] : [])))
    }

    /// A tensor on it.
    public func tensor(_ shape: [Int], strides: [Int], offset: Int = 0, isLegacy: Bool = false) -> PickleSeed
    {
      .call(
        .global("torch._utils", "_rebuild_tensor_v2"),
        [
          reference(isLegacy: isLegacy), .integer(offset), .tuple(shape.map { .integer($0) }),
          .tuple(strides.map { .integer($0) }), .bool(false),
          .call(.global("collections", "OrderedDict"), []),
        ])
    }
  }

  /// A file of the zip form.
  public static func zip(
    _ value: PickleSeed, _ storages: [Storage], byteOrder: String = "little", isDeflated: Bool = false
  ) -> [UInt8] {
    archive(value, storages, byteOrder: byteOrder, isDeflated: isDeflated).bytes()
  }

  /// The zip, to be changed.
  public static func archive(
    _ value: PickleSeed, _ storages: [Storage], byteOrder: String = "little", isDeflated: Bool = false
  ) -> ZipSeed {
    ZipSeed(
      [
        .init("archive/data.pkl", value.bytes, isDeflated: isDeflated),
        .init("archive/byteorder", Array(byteOrder.utf8)),
      ] + storages.map { .init("archive/data/\($0.key)", $0.bytes, isDeflated: isDeflated) }
        + [.init("archive/version", Array("3\n".utf8))])
  }

  /// A file of the form before version 1.6.
  public static func legacy(_ value: PickleSeed, _ storages: [Storage]) -> [UInt8] {
    let magic: [UInt8] = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    let system = PickleSeed.named(["protocol_version": .integer(1001), "little_endian": .bool(true)])
    return PickleSeed.code(magic).bytes + PickleSeed.integer(1001).bytes + system.bytes + value.bytes
      + PickleSeed.list(storages.map { .text($0.key) }).bytes
      + storages.flatMap { NumPySeed.little($0.count, 8) + $0.bytes }
  }
}
