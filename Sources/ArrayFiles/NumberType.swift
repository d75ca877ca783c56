/// How a number is stored in a file.
///
/// Fields are read as 32-bit floats: integers and double precision are rounded to the nearest. Lists, such as coordinates, are
/// read in double precision.
package enum NumberType: String, CaseIterable, Sendable {
  /// A byte that is zero or not.
  case bool
  /// Integers without a sign.
  case uint8, uint16, uint32, uint64
  /// Integers in two's complement.
  case int8, int16, int32, int64
  /// IEEE 754's binary formats.
  case float16, float32, float64
  /// The upper half of a float32.
  case bfloat16
  /// A real part and an imaginary part, each of half the size.
  case complex64, complex128

  /// The size in bytes.
  package var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64, .complex64: 8
    case .complex128: 16
    }
  }

  /// Whether numbers are real or complex floating-point numbers.
  package var isFloatingPoint: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64, .complex64, .complex128: true
    default: false
    }
  }

  /// The type of the two parts of a complex number; nil for a real one.
  package var part: NumberType? {
    switch self {
    case .complex64: .float32
    case .complex128: .float64
    default: nil
    }
  }

  /// Turns stored numbers into floats.
  ///
  /// - Parameters:
  ///   - source: The first number.
  ///   - step: The distance of stored numbers in bytes.
  ///   - isBigEndian: Whether the first byte of a number is its highest.
  ///   - target: The place of the first float.
  ///   - stride: The distance of the floats, in floats.
  ///   - count: How many numbers.
  /// - Precondition: The type is real.
  package func decode(
    _ source: UnsafeRawPointer, step: Int, isBigEndian: Bool = false,
    into target: UnsafeMutablePointer<Float>, stride: Int = 1, count: Int
  ) {
    func each<Stored: FixedWidthInteger>(_: Stored.Type, _ value: (Stored) -> Float) {
      if isBigEndian {
        for index in 0..<count {
          let stored = source.loadUnaligned(fromByteOffset: index * step, as: Stored.self)
          target[index * stride] = value(Stored(bigEndian: stored))
        }
      } else if step == MemoryLayout<Stored>.size, stride == 1 {
        for index in 0..<count {
          let place = index * MemoryLayout<Stored>.size
          target[index] = value(
            Stored(littleEndian: source.loadUnaligned(fromByteOffset: place, as: Stored.self)))
        }
      } else {
        for index in 0..<count {
          let stored = source.loadUnaligned(fromByteOffset: index * step, as: Stored.self)
          target[index * stride] = value(Stored(littleEndian: stored))
        }
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
    case .float32: each(UInt32.self) { Float(bitPattern: $0) }
    case .uint64: each(UInt64.self) { Float($0) }
    case .int64: each(Int64.self) { Float($0) }
    case .float64: each(UInt64.self) { Float(Double(bitPattern: $0)) }
    case .complex64, .complex128: preconditionFailure("a complex number is read by its parts")
    }
  }

  /// One stored number in double precision.
  ///
  /// - Parameters:
  ///   - source: The number.
  ///   - isBigEndian: Whether its first byte is its highest.
  /// - Returns: The number, rounded to the nearest where it is an integer of more than 53 bits.
  /// - Precondition: The type is real.
  func double(_ source: UnsafeRawPointer, isBigEndian: Bool) -> Double {
    func stored<Stored: FixedWidthInteger>(_: Stored.Type) -> Stored {
      let bits = source.loadUnaligned(fromByteOffset: 0, as: Stored.self)
      return isBigEndian ? Stored(bigEndian: bits) : Stored(littleEndian: bits)
    }
    switch self {
    case .float64: return Double(bitPattern: stored(UInt64.self))
    case .uint32: return Double(stored(UInt32.self))
    case .int32: return Double(stored(Int32.self))
    case .uint64: return Double(stored(UInt64.self))
    case .int64: return Double(stored(Int64.self))
    default:
      // A 32-bit float holds each of the others.
      var value: Float = 0
      decode(source, step: byteCount, isBigEndian: isBigEndian, into: &value, count: 1)
      return Double(value)
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
