import CZlib

/// A picture of colored points.
struct ColorImage {
  /// The color of a point.
  struct Color {
    var red: UInt8 = 255
    var green: UInt8 = 255
    var blue: UInt8 = 255
  }

  let width: Int
  let height: Int
  /// Row by row, from the top.
  private var points: [Color]

  /// A white picture.
  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    points = Array(repeating: Color(), count: width * height)
  }

  /// The color of a point.
  subscript(row: Int, column: Int) -> Color {
    get { points[row * width + column] }
    set { points[row * width + column] = newValue }
  }

  /// The picture as a PNG file.
  ///
  /// Source: Portable Network Graphics, ISO/IEC 15948; 8 bits a color, rows unfiltered.
  var png: [UInt8] {
    var rows: [UInt8] = []
    rows.reserveCapacity(height * (1 + 3 * width))
    for row in 0..<height {
      rows.append(0)
      for point in points[(row * width)..<((row + 1) * width)] {
        rows += [point.red, point.green, point.blue]
      }
    }
    let header = Self.bytes(UInt32(width)) + Self.bytes(UInt32(height)) + [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Self.chunk("IHDR", header)
      + Self.chunk("IDAT", Self.deflated(rows)) + Self.chunk("IEND", [])
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    return bytes(UInt32(content.count)) + body + bytes(UInt32(crc32(0, body, UInt32(body.count))))
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var count = compressBound(UInt(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(count))
    let code = compress2(&result, &count, bytes, UInt(bytes.count), Z_DEFAULT_COMPRESSION)
    // There is room, so only memory can be lacking.
    precondition(code == Z_OK, "zlib cannot compress \(bytes.count) bytes: \(code)")
    return Array(result.prefix(Int(count)))
  }

  /// The bytes of a number, the highest first.
  private static func bytes(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}
