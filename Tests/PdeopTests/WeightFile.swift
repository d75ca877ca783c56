import Foundation

/// A safetensors file of small tensors in any of the format's types of elements, written byte by byte.
struct WeightFile {
  /// How elements are stored.
  enum ElementType: String, CaseIterable {
    case half = "F16"
    case brain = "BF16"
    case single = "F32"
    case double = "F64"
    case integer = "I8"

    func bytes(_ value: Double) -> [UInt8] {
      func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
      }
      switch self {
      case .half: return little(Self.half(value))
      case .brain: return little(UInt16(Float(value).bitPattern >> 16))
      case .single: return little(Float(value).bitPattern)
      case .double: return little(value.bitPattern)
      case .integer: return little(Int8(value))
      }
    }

    /// The half of a number that is a small multiple of a power of two, or zero: its fraction is cut off.
    private static func half(_ value: Double) -> UInt16 {
      let sign: UInt16 = value < 0 ? 0x8000 : 0
      guard value != 0 else { return sign }
      let fraction = UInt16((value.significand - 1) * 1024)
      return sign | UInt16(value.exponent + 15) << 10 | fraction
    }
  }

  /// The tensors, in the order of the file.
  var tensors: [(name: String, shape: [Int], values: [Double])]

  /// Weights that every type holds exactly, with eigenvalues all different: sixteenths in ±1.
  static func values(_ count: Int, seed: Int = 1) -> [Double] {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(Int(state >> 59) - 16) / 16
    }
  }

  /// One linear layer with the given values.
  init(_ name: String = "fc.weight", shape: [Int], values: [Double]) {
    tensors = [(name, shape, values)]
  }

  /// Layers of the given names and shapes, all different.
  init(_ shapes: KeyValuePairs<String, [Int]>) {
    tensors = shapes.enumerated().map { index, layer in
      (layer.key, layer.value, Self.values(layer.value.reduce(1, *), seed: index + 1))
    }
  }

  /// Writes the file.
  func write(to path: String, as type: ElementType = .single) throws {
    var (entries, data): ([String: Any], [UInt8]) = ([:], [])
    for (name, shape, values) in tensors {
      let start = data.count
      data += values.flatMap(type.bytes)
      entries[name] = ["dtype": type.rawValue, "shape": shape, "data_offsets": [start, data.count]]
    }
    let header = try JSONSerialization.data(withJSONObject: entries)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
    try (length + header + Data(data)).write(to: URL(filePath: path))
  }
}
