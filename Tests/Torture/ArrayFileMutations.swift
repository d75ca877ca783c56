import TestSupport

/// The good files of arrays, and what damages them behind the checks of what is around them.
enum ArrayFileSeeds {
  private static let values = (0..<24).map { Float($0) }
  private static let storage = TorchSeed.Storage("0", values)
  private static let wide = TorchSeed.Storage("1", "ComplexFloatStorage", count: 12, NumPySeed.floats(values))

  static let array = NumPySeed.array("<f4", "(2, 3, 4)", NumPySeed.floats(values))
  static let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 4), }"

  static let numpy: KeyValuePairs<String, [UInt8]> = [
    "plain.npy": array,
    "columns.npy": NumPySeed.array(
      ">f8", "(2, 3)", [UInt8](repeating: 0x40, count: 48), isFortran: true, version: 2),
    "stored.npz": ZipSeed([.init("u.npy", array), .init("v.npy", array)]).bytes(),
    "packed.npz": ZipSeed([.init("u.npy", array, isDeflated: true)]).bytes(isLarge: true),
  ]

  static let matlab: KeyValuePairs<String, [UInt8]> = {
    let (little, big) = (MATLABSeed(), MATLABSeed(isBigEndian: true))
    let matrices = [
      little.doubles("u", shape: [2, 3, 2], (0..<12).map(Double.init)),
      little.matrix("small", kind: 6, shape: [1, 3], parts: [little.part(2, [1, 2, 3], isSmall: true)]),
      little.matrix("cells", kind: 1, shape: [1, 1], parts: [little.doubles("", shape: [1, 1], [1])]),
    ]
    return [
      "plain.mat": little.file(matrices), "packed.mat": little.file(matrices.map(little.compressed)),
      "big.mat": big.file([big.doubles("u", shape: [2, 3], [1, 2, 3, 4, 5, 6])]),
    ]
  }()

  static func checkpoint(isLegacy: Bool) -> PickleSeed {
    .named([
      "model_state_dict": .built(
        .built(
          .call(.global("collections", "OrderedDict"), []), .named(["_metadata": .dictionary([])])),
        .named([
          "module.fc.weight": storage.tensor([4, 6], strides: [6, 1], isLegacy: isLegacy),
          "module.fc.bias": storage.tensor([4], strides: [6], offset: 1, isLegacy: isLegacy),
          "module.conv.weights1": wide.tensor([3, 4], strides: [1, 3], isLegacy: isLegacy),
        ])),
      "optimizer_state_dict": .named([
        "state": .dictionary([(.integer(0), .named(["step": .integer(5)]))]),
        "param_groups": .list([.named(["betas": .tuple([.number(0.9), .number(0.999)])])]),
      ]),
      "epoch": .integer(499), "loss": .number(0.5),
    ])
  }

  static let pytorch: KeyValuePairs<String, [UInt8]> = [
    "zip.pt": torch(checkpoint(isLegacy: false), isLegacy: false),
    "legacy.pt": torch(checkpoint(isLegacy: true), isLegacy: true),
    "packed.pt": TorchSeed.zip(checkpoint(isLegacy: false), [storage, wide], isDeflated: true),
  ]

  static func torch(_ value: PickleSeed, isLegacy: Bool) -> [UInt8] {
    isLegacy ? TorchSeed.legacy(value, [storage, wide]) : TorchSeed.zip(value, [storage, wide])
  }
}

extension Mutator {
  /// A damaged file of NumPy's: the header's text with a length that fits, an array in a zip that is whole, or any byte.
  func numpy(_ bytes: [UInt8], _ generator: inout MutationGenerator) -> [UInt8] {
    switch generator.below(4) {
    case 0:
      var header = Array(ArrayFileSeeds.header.utf8)
      text(&header, &generator)
      let data = ArrayFileSeeds.array.suffix(96)
      return NumPySeed.file(
        String(decoding: header.prefix(60_000), as: UTF8.self), Array(data),
        version: generator.pick([1, 2, 3]))
    case 1:
      var array = ArrayFileSeeds.array
      damage(&array, &generator)
      return ZipSeed([.init("u.npy", array, isDeflated: generator.below(2) == 0)]).bytes()
    default:
      var bytes = bytes
      damage(&bytes, &generator)
      return bytes
    }
  }

  /// A damaged file of MATLAB's: a matrix in compressed data that are whole, or any byte.
  func matlab(_ bytes: [UInt8], _ generator: inout MutationGenerator) -> [UInt8] {
    guard generator.below(3) == 0 else {
      var bytes = bytes
      damage(&bytes, &generator)
      return bytes
    }
    let seed = MATLABSeed()
    var matrix = seed.doubles("u", shape: [2, 3, 2], (0..<12).map(Double.init))
    damage(&matrix, &generator)
    return seed.file([seed.compressed(matrix)])
  }

  /// A damaged file of PyTorch's: instructions of the pickle in a file that is whole, or any byte.
  func pytorch(_ bytes: [UInt8], _ generator: inout MutationGenerator) -> [UInt8] {
    guard generator.below(3) > 0 else {
      var bytes = bytes
      damage(&bytes, &generator)
      return bytes
    }
    let isLegacy = generator.below(2) == 0
    var code = ArrayFileSeeds.checkpoint(isLegacy: isLegacy).instructions
    let instructions =
      Array("(012NKMJGXTUBC]})tlaedsuqrhjciRbQ.".utf8) + [
        0x80, 0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x91, 0x93, 0x94,
        0x95,
        0x96,
      ]
    for _ in 0...generator.below(3) {
      let place = generator.below(code.count)
      switch generator.below(4) {
      case 0: code[place] = generator.pick(instructions)
      case 1: code.insert(generator.pick(instructions), at: place)
      case 2:
        code.insert(
          contentsOf: [UInt8](repeating: generator.pick(instructions), count: generator.below(2000)),
          at: place)
      default: damage(&code, at: place, &generator)
      }
    }
    return ArrayFileSeeds.torch(.code(code), isLegacy: isLegacy)
  }
}
