/// Colors for numbers, linear between given ones.
struct ColorMap {
  private let colors: [UInt32]

  /// From dark to light, even to the eye (viridis).
  static let viridis = ColorMap(colors: [
    0x440154, 0x482878, 0x3E4989, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6ECE58, 0xB5DE2B, 0xFDE725,
  ])

  /// Blue below the middle, red above it.
  static let diverging = ColorMap(colors: [0x2166AC, 0x92C5DE, 0xF7F7F7, 0xF4A582, 0xB2182B])

  /// The given colors as `#rrggbb`, and where they stand between 0 and 1.
  var stops: [(place: Double, color: String)] {
    colors.enumerated().map { index, color in
      let digits = String(color, radix: 16)
      return (
        Double(index) / Double(colors.count - 1),
        "#" + String(repeating: "0", count: 6 - digits.count) + digits
      )
    }
  }

  /// The color of a number.
  ///
  /// - Parameter value: 0 for the first color, 1 for the last one; what is outside has those. Without a number it is gray.
  /// - Returns: The color.
  func callAsFunction(_ value: Float) -> ColorImage.Color {
    guard !value.isNaN else { return .init(red: 128, green: 128, blue: 128) }
    let place = min(max(value, 0), 1) * Float(colors.count - 1)
    let index = min(Int(place), colors.count - 2)
    let part = place - Float(index)
    func channel(_ shift: UInt32) -> UInt8 {
      let (low, high) = (Float(colors[index] >> shift & 0xFF), Float(colors[index + 1] >> shift & 0xFF))
      return UInt8((low + (high - low) * part).rounded())
    }
    return .init(red: channel(16), green: channel(8), blue: channel(0))
  }
}
