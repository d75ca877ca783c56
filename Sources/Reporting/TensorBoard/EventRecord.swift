import Foundation

/// An event of a training run, as TensorBoard reads it.
///
/// A file of events is a row of records; a record is the length of its content in 8 bytes, that length's checksum, the content,
/// and the content's checksum, all with the lowest byte first. The content is a message `Event` in the encoding of protocol
/// buffers; checksums are CRC-32C, rotated by 15 bits and shifted by a constant.
///
/// Source: TensorFlow's formats `tfrecord`, `event.proto` and `summary.proto`.
struct EventRecord {
  /// A value with the name that it is shown under; names with the same part before a slash stand in one group.
  enum Value {
    /// A point of a curve.
    case scalar(String, Double)
    /// A picture.
    case image(String, ColorImage)
  }

  /// When it happened, in seconds since 1970.
  let time: Double
  /// The number of steps that were done.
  let step: Int
  /// What happened.
  let content: Content

  enum Content {
    /// A file begins.
    case version
    /// The run begins here: what other files of the folder hold from this step on is void.
    case start
    /// What was measured.
    case values([Value])
  }

  /// The record's bytes.
  var bytes: [UInt8] {
    let message = message.bytes
    let length = littleEndianBytes(UInt64(message.count))
    return length + littleEndianBytes(Self.checksum(length)) + message
      + littleEndianBytes(Self.checksum(message))
  }

  private var message: ProtocolBuffer {
    var event = ProtocolBuffer()
    event.add(1, time)
    event.add(2, UInt64(step))
    switch content {
    case .version: event.add(3, Array("brain.Event:2".utf8))
    case .start:
      var session = ProtocolBuffer()
      session.add(1, UInt64(1))
      event.add(7, session.bytes)
    case .values(let values):
      var summary = ProtocolBuffer()
      for value in values { summary.add(1, Self.message(value).bytes) }
      event.add(5, summary.bytes)
    }
    return event
  }

  private static func message(_ value: Value) -> ProtocolBuffer {
    var message = ProtocolBuffer()
    switch value {
    case .scalar(let name, let number):
      message.add(1, Array(name.utf8))
      message.add(2, Float(number))
    case .image(let name, let image):
      var content = ProtocolBuffer()
      content.add(1, UInt64(image.height))
      content.add(2, UInt64(image.width))
      // Red, green and blue.
      content.add(3, UInt64(3))
      content.add(4, image.png)
      message.add(1, Array(name.utf8))
      message.add(4, content.bytes)
    }
    return message
  }

  /// CRC-32C, masked.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    let sum = ~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }

  /// The remainders of all bytes by Castagnoli's polynomial, its bits reversed.
  private static let table = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in rest >> 1 ^ (rest & 1 == 1 ? 0x82F6_3B78 : 0) }
  }
}

/// A message in the encoding of protocol buffers, field by field.
private struct ProtocolBuffer {
  private(set) var bytes: [UInt8] = []

  /// Adds a number of variable length.
  mutating func add(_ field: UInt64, _ value: UInt64) {
    begin(field, type: 0)
    append(value)
  }

  /// Adds a number in double precision.
  mutating func add(_ field: UInt64, _ value: Double) {
    begin(field, type: 1)
    bytes += littleEndianBytes(value.bitPattern)
  }

  /// Adds a number in single precision.
  mutating func add(_ field: UInt64, _ value: Float) {
    begin(field, type: 5)
    bytes += littleEndianBytes(value.bitPattern)
  }

  /// Adds a text, or a message inside of this one.
  mutating func add(_ field: UInt64, _ content: [UInt8]) {
    begin(field, type: 2)
    append(UInt64(content.count))
    bytes += content
  }

  private mutating func begin(_ field: UInt64, type: UInt64) { append(field << 3 | type) }

  private mutating func append(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// The bytes of a number, the lowest first.
private func littleEndianBytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  (0..<(Number.bitWidth / 8)).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
}
