/// The types of elements that a safetensors file may hold and we can read, under the format's names.
///
/// Integers and double precision are rounded to the nearest 32-bit float. A complex number is two floats.
enum SafetensorsElementType: String, CaseIterable {
  case bool = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case uint16 = "U16"
  case int16 = "I16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case uint32 = "U32"
  case int32 = "I32"
  case float32 = "F32"
  case uint64 = "U64"
  case int64 = "I64"
  case float64 = "F64"
  case complex64 = "C64"

  /// The size of one element in bytes.
  var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64, .complex64: 8
    }
  }

  /// Whether elements are real or complex floating-point numbers.
  var isFloatingPoint: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64, .complex64: true
    case .bool, .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64: false
    }
  }

  /// The axes of one element: none, or (real, imaginary).
  var trailingShape: [Int] { self == .complex64 ? [2] : [] }

  /// Converts little-endian bytes to floats, to fill the target.
  func decode(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
    func each<Stored: FixedWidthInteger>(_: Stored.Type, _ value: (Stored) -> Float) {
      for index in target.indices {
        let stored = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
        target[index] = value(Stored(littleEndian: stored))
      }
    }
    switch self {
    case .bool: each(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: each(UInt8.self) { Float($0) }
    case .int8: each(Int8.self) { Float($0) }
    case .uint16: each(UInt16.self) { Float($0) }
    case .int16: each(Int16.self) { Float($0) }
    case .float16: each(UInt16.self) { Self.float(half: $0) }
    case .bfloat16: each(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .uint32: each(UInt32.self) { Float($0) }
    case .int32: each(Int32.self) { Float($0) }
    case .float32, .complex64: each(UInt32.self) { Float(bitPattern: $0) }
    case .uint64: each(UInt64.self) { Float($0) }
    case .int64: each(Int64.self) { Float($0) }
    case .float64: each(UInt64.self) { Float(Double(bitPattern: $0)) }
    }
  }

  /// The value of an IEEE 754 half: `Float16` does not exist on every platform.
  private static func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0: return Float(bitPattern: sign | (Float(fraction) * 0x1p-24).bitPattern)
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
