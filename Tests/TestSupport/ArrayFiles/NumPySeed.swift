/// A file of NumPy's, made byte by byte.
public enum NumPySeed {
  /// An `.npy` file.
  ///
  /// - Parameters:
  ///   - description: The type of the elements, as in `<f4`.
  ///   - shape: The shape as Python writes it, as in `(2, 3)`.
  ///   - data: The elements.
  ///   - isFortran: Whether the first index changes fastest.
  ///   - version: The format's version, 1 to 3.
  public static func array(
    _ description: String, _ shape: String, _ data: [UInt8], isFortran: Bool = false, version: UInt8 = 1
  ) -> [UInt8] {
    file(
      "{'descr': '\(description)', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': \(shape), }",
      data,
      version: version)
  }

  /// An `.npy` file with a header of any text.
  public static func file(_ text: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
    var header = Array(text.utf8)
    let lengthSize = version == 1 ? 2 : 4
    let padding = 63 - (8 + lengthSize + header.count) % 64
    header += [UInt8](repeating: 0x20, count: padding) + [0x0A]
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + little(header.count, lengthSize) + header + data
  }

  /// The bytes of a number, the lowest first.
  public static func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: number >> (8 * $0)) : 0 }
  }

  /// The bytes of floats, the lowest first.
  public static func floats(_ values: [Float]) -> [UInt8] {
    values.flatMap { little(Int($0.bitPattern), 4) }
  }
}
