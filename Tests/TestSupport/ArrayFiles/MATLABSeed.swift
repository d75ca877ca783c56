/// A MATLAB file of version 5 to 7, made byte by byte.
public struct MATLABSeed: Sendable {
  /// Whether the highest byte of a number comes first.
  public let isBigEndian: Bool

  /// Files in one order of bytes.
  public init(isBigEndian: Bool = false) {
    self.isBigEndian = isBigEndian
  }

  /// The bytes of a number.
  public func number(_ value: Int, _ count: Int) -> [UInt8] {
    let bytes = NumPySeed.little(value, count)
    return isBigEndian ? bytes.reversed() : bytes
  }

  /// What a file begins with, and its elements.
  public func file(_ elements: [[UInt8]]) -> [UInt8] {
    var head = Array("MATLAB 5.0 MAT-file, made for tests".utf8)
    head += [UInt8](repeating: 0x20, count: 116 - head.count) + [UInt8](repeating: 0, count: 8)
    return head + number(0x100, 2) + number(0x4D49, 2) + elements.flatMap { $0 }
  }

  /// A part of an element: within its tag if it is small.
  public func part(_ type: Int, _ data: [UInt8], isSmall: Bool = false) -> [UInt8] {
    if isSmall {
      return number(data.count << 16 | type, 4) + data + [UInt8](repeating: 0, count: 4 - data.count)
    }
    return number(type, 4) + number(data.count, 4) + data
      + [UInt8](repeating: 0, count: (8 - data.count % 8) % 8)
  }

  /// A matrix.
  ///
  /// - Parameters:
  ///   - name: The variable.
  ///   - kind: The number of its class; 6 for double.
  ///   - flags: The flags; 8 for complex, 2 for logical.
  ///   - shape: The extents.
  ///   - parts: What follows the name: the numbers.
  public func matrix(_ name: String, kind: Int, flags: Int = 0, shape: [Int], parts: [[UInt8]]) -> [UInt8] {
    var content = part(6, number(flags << 8 | kind, 4) + number(0, 4))
    content += part(5, shape.flatMap { number($0, 4) })
    content += part(1, Array(name.utf8), isSmall: (1...4).contains(name.utf8.count))
    content += parts.flatMap { $0 }
    return number(14, 4) + number(content.count, 4) + content
  }

  /// An array of doubles.
  public func doubles(_ name: String, shape: [Int], _ values: [Double]) -> [UInt8] {
    let data = values.flatMap { number(Int(bitPattern: UInt($0.bitPattern)), 8) }
    return matrix(name, kind: 6, shape: shape, parts: [part(9, data)])
  }

  /// An element compressed.
  public func compressed(_ element: [UInt8]) -> [UInt8] {
    let data = ZipSeed.compressed(element)
    return number(15, 4) + number(data.count, 4) + data
  }
}
