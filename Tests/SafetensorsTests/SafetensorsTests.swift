import Foundation
import Safetensors
import SystemFiles
import TensorCore
import TestSupport
import Testing

/// A file of the given header and data, whatever they are.
private func write(header: String, data: [UInt8] = [], to path: String) throws {
  let text = Array(header.utf8)
  let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
  try Data(length + text + data).write(to: URL(filePath: path))
}

private func bytes<Element: FixedWidthInteger>(_ values: [Element]) -> [UInt8] {
  values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}

@Suite("Safetensors") struct SafetensorsTests {
  @Test("what is written is read back, bit by bit and in order")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("weights.safetensors")
    var generator = CounterGenerator(seed: 3, purpose: .test)
    // More than one piece of a megabyte, one element, none, and a scalar.
    let tensors: [(name: String, tensor: Tensor)] = [
      ("conv0.weights1", Tensor((0..<300_007).map { _ in generator.uniform() - 0.5 }, shape: [300_007])),
      ("é \"quoted\" \\ \n\u{1} 🌊", Tensor([.infinity, -0.0, .leastNonzeroMagnitude], shape: [3, 1])),
      ("empty", Tensor.zeros([4, 0])),
      ("also empty", Tensor.zeros([0])),
      ("a scalar", Tensor(7.5)),
    ]
    let metadata = ["model": "fno2d", "note": "two\nlines \"and\" \u{7} more"]
    try SafetensorsFile.write(tensors, metadata: metadata, to: path)
    let file = try SafetensorsFile(reading: path)
    #expect(file.names == tensors.map(\.name))
    #expect(file.metadata == metadata)
    for (name, tensor) in tensors {
      #expect(file.shape(of: name) == tensor.shape)
      let read = try file.tensor(named: name)
      #expect(read.shape == tensor.shape)
      #expect(read.elements.map(\.bitPattern) == tensor.elements.map(\.bitPattern))
    }
    #expect(file.shape(of: "another") == nil)
  }

  @Test("the same tensors give the same bytes, with an aligned header")
  func determinism() throws {
    let folder = try TemporaryFolder()
    let tensors: [(name: String, tensor: Tensor)] = [("b", Tensor([1, 2], shape: [2])), ("a", Tensor(3))]
    for (name, keys) in [("one", ["x", "y", "z"]), ("two", ["z", "y", "x"])] {
      let metadata = Dictionary(uniqueKeysWithValues: keys.map { ($0, "value of \($0)") })
      try SafetensorsFile.write(tensors, metadata: metadata, to: folder.file(name))
    }
    let one = try Data(contentsOf: URL(filePath: folder.file("one")))
    #expect(try one == Data(contentsOf: URL(filePath: folder.file("two"))))
    #expect(one[0] % 8 == 0)
    #expect(Array(one.suffix(12)) == bytes([Float(1).bitPattern, Float(2).bitPattern, Float(3).bitPattern]))
    #expect(try folder.content == ["one", "two"])
  }

  @Test("every type of element is read as floats")
  func elementTypes() throws {
    let folder = try TemporaryFolder()
    let half: [UInt16] = [0x3C00, 0xC000, 0x0001, 0x83FF, 0x7BFF, 0x7C00, 0xFC00, 0x7E00, 0x8000, 0x3555]
    let cases: [(type: String, data: [UInt8], values: [Float])] = [
      ("BOOL", [0, 1, 1], [0, 1, 1]),
      ("U8", [0, 200, 255], [0, 200, 255]),
      ("I8", [127, 0x80, 0xFF], [127, -128, -1]),
      ("U16", bytes([UInt16.max, 1]), [65535, 1]),
      ("I16", bytes([Int16.min, 12]), [-32768, 12]),
      ("U32", bytes([UInt32.max, 77]), [4_294_967_296, 77]),
      ("I32", bytes([Int32(-5), 1 << 20]), [-5, 1_048_576]),
      ("U64", bytes([UInt64.max, 3]), [0x1p64, 3]),
      ("I64", bytes([Int64.min, 3]), [-0x1p63, 3]),
      ("BF16", bytes([UInt16(0x3F80), 0xC049, 0x7F80]), [1, -3.140625, .infinity]),
      (
        "F16", bytes(half),
        [1, -2, 0x1p-24, -0x1.FF8p-15, 65504, .infinity, -.infinity, .nan, -0.0, 0x1.554p-2]
      ),
      ("F32", bytes([Float.pi.bitPattern]), [.pi]),
      (
        "F64", bytes([Double.pi.bitPattern, Double.greatestFiniteMagnitude.bitPattern]),
        [Float(Double.pi), .infinity]
      ),
    ]
    for (type, data, values) in cases {
      let path = folder.file(type)
      let header =
        #"{"t":{"dtype":"\#(type)","shape":[\#(values.count)],"data_offsets":[0,\#(data.count)]}}"#
      try write(header: header, data: data, to: path)
      let tensor = try SafetensorsFile(reading: path).tensor(named: "t")
      #expect(tensor.shape == [values.count])
      let agree = zip(tensor.elements, values).allSatisfy {
        $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN
      }
      #expect(agree, "\(type): \(tensor.elements) instead of \(values)")
    }
  }

  @Test("a complex tensor is read with a last axis of real and imaginary part")
  func complexTensor() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("complex")
    let floats: [Float] = [1, 2, 3, 4, 5, 6]
    let header = #"{"w":{"dtype":"C64","shape":[3,1],"data_offsets":[0,24]}}"#
    try write(header: header, data: bytes(floats.map(\.bitPattern)), to: path)
    let file = try SafetensorsFile(reading: path)
    #expect(file.shape(of: "w") == [3, 1, 2])
    #expect(try file.tensor(named: "w") == Tensor(floats, shape: [3, 1, 2]))
  }

  @Test("tensors are listed in the order of their data, whatever the header's order and spacing")
  func order() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("order")
    let header = """
      { "second" : {"data_offsets":[4, 8],"shape":[],"dtype":"F32"},\t
        "__metadata__": {"\\u00e9\\ud83c\\udf0a": "\\t\\/"},
        "first": {"dtype":"F32","shape":[1],"data_offsets":[0,4],"other":[null,true,{"a":-1.5e3}]} }
      """
    try write(header: header, data: bytes([Float(1).bitPattern, Float(2).bitPattern]), to: path)
    let file = try SafetensorsFile(reading: path)
    #expect(file.names == ["first", "second"])
    #expect(file.metadata == ["é🌊": "\t/"])
    #expect(try file.tensor(named: "second").scalar == 2)
  }

  @Test("a missing tensor is named, and so are those that are there")
  func missing() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("weights")
    try SafetensorsFile.write([("fc0.weight", Tensor(1))], to: path)
    let file = try SafetensorsFile(reading: path)
    let error = SafetensorsError.missingTensor(file: path, tensor: "fc9.weight", found: ["fc0.weight"])
    #expect(throws: error) { try file.tensor(named: "fc9.weight") }
    #expect(error.description.contains(path) && error.description.contains("fc0.weight"))
  }
}

@Suite("Broken safetensors") struct BrokenSafetensorsTests {
  private static let four = [UInt8](repeating: 0, count: 4)

  private static func header(_ entries: String...) -> String { "{\(entries.joined(separator: ","))}" }

  private static func entry(_ name: String, _ begin: Int, _ end: Int, shape: String = "[1]") -> String {
    #""\#(name)":{"dtype":"F32","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let header: String
    var data: [UInt8] = four
    let error: @Sendable (_ file: String) -> SafetensorsError
  }

  static let cases: [Case] = [
    Case(testDescription: "not JSON", header: "{\"a\":") {
      .headerSyntax(file: $0, offset: 5, expected: "a value")
    },
    Case(testDescription: "a text after the header's object", header: "{} x") {
      .headerSyntax(file: $0, offset: 3, expected: "the end of the JSON text")
    },
    Case(testDescription: "an open string", header: "{\"a") {
      .headerSyntax(file: $0, offset: 3, expected: "the closing quote of a string")
    },
    Case(testDescription: "half a surrogate pair", header: #"{"\ud800x":1}"#) {
      .headerSyntax(file: $0, offset: 8, expected: "the second half of a surrogate pair")
    },
    Case(testDescription: "endless nesting", header: String(repeating: "[", count: 100_000)) {
      .headerSyntax(file: $0, offset: 16, expected: "at most 16 levels of nesting")
    },
    Case(testDescription: "an array", header: "[1,2]") {
      .headerForm(file: $0, expected: "an object of tensors by name")
    },
    Case(testDescription: "metadata that are not strings", header: #"{"__metadata__":{"modes":12}}"#) {
      .headerForm(file: $0, expected: "__metadata__ to be an object of strings with unique names")
    },
    Case(testDescription: "a name that occurs twice", header: header(entry("a", 0, 4), entry("a", 0, 4))) {
      .duplicateTensor(file: $0, tensor: "a")
    },
    Case(testDescription: "no object", header: #"{"a":[]}"#) {
      .tensorDescription(file: $0, tensor: "a", expected: "an object")
    },
    Case(testDescription: "no type", header: #"{"a":{"shape":[1],"data_offsets":[0,4]}}"#) {
      .tensorDescription(file: $0, tensor: "a", expected: "a dtype")
    },
    Case(testDescription: "a negative extent", header: header(entry("a", 0, 4, shape: "[-1]"))) {
      .tensorDescription(file: $0, tensor: "a", expected: "a shape of whole numbers")
    },
    Case(testDescription: "a fraction of an extent", header: header(entry("a", 0, 4, shape: "[1.0]"))) {
      .tensorDescription(file: $0, tensor: "a", expected: "a shape of whole numbers")
    },
    Case(
      testDescription: "an extent beyond 64 bits", header: header(entry("a", 0, 4, shape: "[1\(UInt64.max)]"))
    ) {
      .tensorDescription(file: $0, tensor: "a", expected: "a shape of whole numbers")
    },
    Case(testDescription: "descending offsets", header: header(entry("a", 4, 0))) {
      .tensorDescription(
        file: $0, tensor: "a", expected: "data_offsets of two ascending whole numbers")
    },
    Case(
      testDescription: "three offsets", header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}"#
    ) {
      .tensorDescription(
        file: $0, tensor: "a", expected: "data_offsets of two ascending whole numbers")
    },
    Case(testDescription: "bytes that do not fit the shape", header: header(entry("a", 0, 4, shape: "[2]"))) {
      .tensorSize(file: $0, tensor: "a", shape: [2], type: "F32", bytes: 4)
    },
    Case(
      testDescription: "a shape whose product overflows",
      header: header(entry("a", 0, 4, shape: "[\(Int.max),\(Int.max),0]"))
    ) {
      .tensorSize(file: $0, tensor: "a", shape: [.max, .max, 0], type: "F32", bytes: 4)
    },
    Case(
      testDescription: "a size whose bytes overflow", header: header(entry("a", 0, 4, shape: "[\(1 << 62)]"))
    ) {
      .tensorSize(file: $0, tensor: "a", shape: [1 << 62], type: "F32", bytes: 4)
    },
    Case(testDescription: "a tensor beyond the end", header: header(entry("a", 0, 4), entry("b", 4, 8))) {
      .outOfRange(file: $0, tensor: "b", begin: 4, end: 8, available: 4)
    },
    Case(
      testDescription: "tensors over each other",
      header: header(entry("b", 4, 12, shape: "[2]"), entry("a", 0, 8, shape: "[2]")),
      data: four + four + four
    ) {
      .overlap(file: $0, tensor: "b", other: "a")
    },
    Case(testDescription: "a gap before a tensor", header: header(entry("a", 4, 8)), data: four + four) {
      .unusedBytes(file: $0, offset: 0, count: 4)
    },
    Case(testDescription: "bytes after the last tensor", header: header(entry("a", 0, 4)), data: four + [9]) {
      .unusedBytes(file: $0, offset: 4, count: 1)
    },
  ]

  @Test("a broken header is refused with what is wrong", arguments: cases)
  func brokenHeader(_ broken: Case) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("broken.safetensors")
    try write(header: broken.header, data: broken.data, to: path)
    let error = broken.error(path)
    #expect(throws: error) { try SafetensorsFile(reading: path) }
    #expect(error.fault == .data)
    #expect(error.description.hasPrefix(path) && !error.description.contains("\n"))
    #expect(!error.description.contains("  "))
  }

  @Test("an unknown type of element is named with those that are supported")
  func unknownType() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("unknown")
    try write(
      header: #"{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}"#, data: Self.four, to: path)
    let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(reading: path) }
    guard case .elementType(path, "a", "F8_E4M3", let supported) = error else {
      Issue.record("unexpected error \(String(describing: error))")
      return
    }
    #expect(supported.contains("F32") && supported.contains("BF16"))
  }

  @Test("a file that ends early is refused, wherever it ends")
  func truncation() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("whole")
    try SafetensorsFile.write(
      [("a", Tensor([1, 2], shape: [2])), ("b", Tensor(3))], metadata: ["k": "v"], to: path)
    let whole = try Data(contentsOf: URL(filePath: path))
    let cut = folder.file("cut")
    for count in 0..<whole.count {
      try whole.prefix(count).write(to: URL(filePath: cut))
      let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(reading: cut) }
      switch error {
      case .truncatedHeader(cut, _, count), .outOfRange(cut, _, _, _, _): break
      default: Issue.record("\(count) bytes: unexpected error \(String(describing: error))")
      }
    }
  }

  @Test("a length that is no length is refused", arguments: [0, 1, 100_000_001, UInt64.max])
  func headerLength(length: UInt64) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("length")
    try Data(bytes([length]) + Array("{}".utf8)).write(to: URL(filePath: path))
    #expect(throws: SafetensorsError.headerLength(file: path, found: length, limit: 16 << 20)) {
      try SafetensorsFile(reading: path)
    }
  }

  @Test("a missing file and a folder are refused")
  func noFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("absent")
    #expect(throws: SafetensorsError.file(FileError(.open, path, code: ENOENT))) {
      try SafetensorsFile(reading: path)
    }
    #expect(throws: SafetensorsError.file(FileError(.open, folder.path, code: EISDIR))) {
      try SafetensorsFile(reading: folder.path)
    }
  }

  @Test("any changed byte gives tensors or an error, never a crash")
  func mutation() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("whole")
    try SafetensorsFile.write(
      [("a.weight", Tensor([1, 2], shape: [2, 1])), ("b", Tensor.zeros([0, 3])), ("c", Tensor(3))],
      metadata: ["model": "fno1d"], to: path)
    let whole = try Data(contentsOf: URL(filePath: path))
    let alphabet = Array("{}[]\":,0123456789-+eE.\\unFI aé\u{0}".utf8)
    var refused = 0
    for trial in 0..<1500 {
      var generator = CounterGenerator(seed: 11, purpose: .test, index: trial)
      var changed = whole
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<changed.count, using: &generator)
        changed[place] = alphabet.randomElement(using: &generator) ?? 0
      }
      let changedPath = folder.file("changed")
      try changed.write(to: URL(filePath: changedPath))
      do {
        let file = try SafetensorsFile(reading: changedPath)
        for name in file.names {
          let tensor = try file.tensor(named: name)
          #expect(tensor.shape == file.shape(of: name))
        }
      } catch {
        refused += 1
      }
    }
    #expect((300..<1500).contains(refused))
  }
}

@Suite("Safetensors of others")
struct ForeignSafetensorsTests {
  @Test("an FNO's file is read with its configuration", arguments: Reference.sets)
  func fno(set: Reference) throws {
    let file = try SafetensorsFile(reading: set.path("fno2d.safetensors"))
    #expect(file.metadata["model"] == "fno2d")
    let modes = try #require(file.metadata["modes"].flatMap { Int($0) })
    let width = try #require(file.metadata["width"].flatMap { Int($0) })
    #expect(file.names.count == 22)
    #expect(file.names.prefix(3) == ["conv0.weights1", "conv0.weights2", "conv1.weights1"])
    #expect(file.shape(of: "conv0.weights1") == [width, width, modes, modes, 2])
    // Initial spectral weights are uniform in [0, 1) over the number of channel pairs.
    let weights = try file.tensor(named: "conv3.weights2")
    let mean = weights.sum / Double(weights.count)
    let pairs = Double(width * width)
    // Four standard deviations of the mean.
    #expect(abs(mean * pairs - 0.5) < 4 * (1 / 12 / Double(weights.count)).squareRoot())
    #expect(weights.elements.allSatisfy { (0..<1).contains(Double($0) * pairs) })
  }

  @Test("a U-Net's integers are read as floats", arguments: Reference.sets)
  func integers(set: Reference) throws {
    let file = try SafetensorsFile(reading: set.path("unet2d.safetensors"))
    #expect(file.shape(of: "bottleneck.bottlenecknorm1.num_batches_tracked") == [])
    let batches = try file.tensor(named: "bottleneck.bottlenecknorm1.num_batches_tracked").scalar
    #expect(batches >= 0 && batches < 100 && batches == batches.rounded())
    #expect(try file.tensor(named: "encoder1.enc1conv1.weight").isFinite)
  }

  @Test("a file that is read and written again holds the same", arguments: Reference.sets)
  func rewriting(set: Reference) throws {
    let folder = try TemporaryFolder()
    let original = try SafetensorsFile(reading: set.path("trace_fno1d.init.safetensors"))
    let tensors = try original.names.map { (name: $0, tensor: try original.tensor(named: $0)) }
    let path = folder.file("copy")
    try SafetensorsFile.write(tensors, metadata: original.metadata, to: path)
    let copy = try SafetensorsFile(reading: path)
    #expect(copy.metadata == original.metadata && copy.names == original.names)
    for (name, tensor) in tensors { #expect(try copy.tensor(named: name) == tensor) }
  }
}
