import ArrayFiles
import TestSupport
import Testing

@Suite("PyTorch files")
struct TorchFileTests {
  private let files: WrittenFile

  init() throws { files = try WrittenFile() }

  private func contents(
    _ value: PickleSeed, _ storages: [TorchSeed.Storage] = []
  ) throws -> [String: WrittenFile.Content] {
    try files.contents(TorchSeed.zip(value, storages))
  }

  private let row = TorchSeed.Storage("0", (0..<12).map { Float($0) })

  @Test(
    "hold tensors by the keys that lead to them, in the zip form and the one before",
    arguments: [false, true])
  func names(isLegacy: Bool) throws {
    let other = TorchSeed.Storage("1", "LongStorage", count: 1, NumPySeed.little(-5, 8))
    let matrix = row.tensor([3, 4], strides: [4, 1], isLegacy: isLegacy)
    let scalar = other.tensor([], strides: [], isLegacy: isLegacy)
    let value = PickleSeed.named([
      "epoch": .integer(499), "loss": .number(0.25), "done": .bool(true), "notes": .none, "name": .text("ü"),
      "model_state_dict": .built(
        .call(.global("collections", "OrderedDict"), []), .named(["_metadata": .dictionary([])])),
      "state": .dictionary([(.integer(0), .named(["step": scalar, "exp_avg": matrix]))]),
      "groups": .list([
        .named(["betas": .tuple([.number(0.9), .number(0.999)]), "params": .list([.integer(0)])])
      ]),
      "list": .list([matrix, .tuple([scalar])]),
    ])
    let bytes = isLegacy ? TorchSeed.legacy(value, [row, other]) : TorchSeed.zip(value, [row, other])
    let file = try files.contents(bytes)
    let expected = WrittenFile.Content(shape: [3, 4], type: "float32", values: (0..<12).map { Float($0) })
    #expect(file["state.0.exp_avg"] == expected)
    #expect(file["state.0.step"] == .init(shape: [], type: "int64", values: [-5]))
    #expect(file["list.0"] == expected)
    #expect(file["list.1.0"]?.values == [-5])
    #expect(file.count == 4)
  }

  @Test("have views: strides, offsets, transposes")
  func views() throws {
    let file = try contents(
      .named([
        "transposed": row.tensor([4, 3], strides: [1, 4]), "column": row.tensor([3], strides: [4], offset: 2),
        "last": row.tensor([1], strides: [1], offset: 11),
        "empty": row.tensor([0, 5], strides: [5, 1], offset: 12),
        "parameter": .call(
          .global("torch._utils", "_rebuild_parameter"),
          [row.tensor([2], strides: [6]), .bool(true), .call(.global("collections", "OrderedDict"), [])]),
      ]), [row])
    #expect(file["transposed"]?.values == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
    #expect(file["column"]?.values == [2, 6, 10])
    #expect(file["last"]?.values == [11])
    #expect(file["empty"]?.shape == [0, 5])
    #expect(file["parameter"]?.values == [0, 6])
    let bare = try contents(row.tensor([12], strides: [1]), [row])
    #expect(bare.keys.sorted() == [""])
  }

  @Test("hold every type of numbers")
  func types() throws {
    let types: [(String, [UInt8], String, [Float])] = [
      ("HalfStorage", [0, 0x3C], "float16", [1]), ("BFloat16Storage", [0x80, 0x3F], "bfloat16", [1]),
      ("DoubleStorage", NumPySeed.little(0x3FF8_0000_0000_0000, 8), "float64", [1.5]),
      ("IntStorage", NumPySeed.little(-7, 4), "int32", [-7]), ("ShortStorage", [0xFE, 0xFF], "int16", [-2]),
      ("CharStorage", [0xFF], "int8", [-1]), ("ByteStorage", [0xFF], "uint8", [255]),
      ("BoolStorage", [1], "bool", [1]),
      ("ComplexFloatStorage", NumPySeed.floats([1, -2]), "complex64", [1, -2]),
      (
        "ComplexDoubleStorage", NumPySeed.little(0x3FF8_0000_0000_0000, 8) + NumPySeed.little(0, 8),
        "complex128", [1.5, 0]
      ),
    ]
    for (name, bytes, type, values) in types {
      let storage = TorchSeed.Storage("0", name, count: 1, bytes)
      let file = try contents(storage.tensor([1], strides: [1]), [storage])
      #expect(file[""] == .init(shape: values.count == 2 ? [1, 2] : [1], type: type, values: values))
    }
    // Types without a storage of their own name theirs beside a storage of bytes.
    let bytes = TorchSeed.Storage("0", "UntypedStorage", count: 4, [1, 0, 0xFF, 0xFF])
    let tensor = PickleSeed.call(
      .global("torch._utils", "_rebuild_tensor_v3"),
      [
        .persistent(
          .tuple([
            .text("storage"), .global("torch.storage", "UntypedStorage"), .text("0"), .text("cpu"),
            .integer(4),
          ])),
        .integer(0), .tuple([.integer(2)]), .tuple([.integer(1)]), .bool(false),
        .call(.global("collections", "OrderedDict"), []), .global("torch", "uint16"),
      ])
    #expect(try contents(tensor, [bytes])[""] == .init(shape: [2], type: "uint16", values: [1, 65535]))
  }

  @Test("of a big-endian machine, and those that were zipped again, are read")
  func otherForms() throws {
    let swapped = TorchSeed.Storage("0", "FloatStorage", count: 2, [0x3F, 0x80, 0, 0, 0x40, 0, 0, 0])
    let tensor = swapped.tensor([2], strides: [1])
    #expect(try files.contents(TorchSeed.zip(tensor, [swapped], byteOrder: "big"))[""]?.values == [1, 2])
    let zipped = try files.contents(TorchSeed.zip(row.tensor([2], strides: [6]), [row], isDeflated: true))
    #expect(zipped[""]?.values == [0, 6])
  }

  @Test(
    "that ask for a program are refused by its name",
    arguments: [
      ("posix", "system"), ("builtins", "eval"), ("os", "system"), ("torch", "load"), ("fno", "FNO1d"),
      ("torch.nn.modules.linear", "Linear"), ("collections", "OrderedDict.fromkeys"), ("subprocess", "Popen"),
    ])
  func refused(module: String, name: String) throws {
    for value in [
      PickleSeed.named(["state_dict": .call(.global(module, name), [.text("touch /tmp/x")])]),
      .named(["a": .global(module, name)]),
      .code(PickleSeed.text(module).instructions + PickleSeed.text(name).instructions + [0x93]),
      .code(Array("(i\(module)\n\(name)\n".utf8)),
    ] {
      for bytes in [TorchSeed.zip(value, []), TorchSeed.legacy(value, [])] {
        let path = try files.path(bytes)
        #expect(throws: ArrayFileError.refused(file: path, name: "\(module).\(name)")) {
          try ArrayFileFormats.open(path)
        }
      }
    }
  }

  @Test("may hold numbers of NumPy's, sizes, devices and namespaces")
  func plainValues() throws {
    let number = PickleSeed.call(
      .global("numpy.core.multiarray", "scalar"),
      [
        .built(
          .call(.global("numpy", "dtype"), [.text("f8"), .bool(false), .bool(true)]), .tuple([.integer(3)])),
        .call(.global("_codecs", "encode"), [.text("x"), .text("latin1")]),
      ])
    let space = PickleSeed.built(
      .call(.global("argparse", "Namespace"), []),
      .named(["width": .integer(20), "start": row.tensor([1], strides: [1])]))
    let file = try contents(
      .named([
        "loss": number, "device": .call(.global("torch", "device"), [.text("cpu")]), "args": space,
        "size": .call(.global("torch", "Size"), [.tuple([.integer(3)])]), "type": .global("torch", "float32"),
      ]), [row])
    #expect(file.keys.sorted() == ["args.start"])
  }
}
