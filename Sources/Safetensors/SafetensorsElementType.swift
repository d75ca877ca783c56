import ArrayFiles

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

  /// The type under the name that all formats have in common.
  private var number: NumberType {
    switch self {
    case .bool: .bool
    case .uint8: .uint8
    case .int8: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .uint32: .uint32
    case .int32: .int32
    case .float32: .float32
    case .uint64: .uint64
    case .int64: .int64
    case .float64: .float64
    case .complex64: .complex64
    }
  }

  /// The size of one element in bytes.
  var byteCount: Int { number.byteCount }

  /// Whether elements are real or complex floating-point numbers.
  var isFloatingPoint: Bool { number.isFloatingPoint }

  /// The axes of one element: none, or (real, imaginary).
  var trailingShape: [Int] { number.part == nil ? [] : [2] }

  /// Converts little-endian bytes to floats, to fill the target.
  func decode(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
    guard let source = bytes.baseAddress, let floats = target.baseAddress else { return }
    let part = number.part ?? number
    part.decode(source, step: part.byteCount, into: floats, count: target.count)
  }
}
