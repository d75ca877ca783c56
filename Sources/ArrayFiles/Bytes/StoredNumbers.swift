extension Collection<UInt8> where Index == Int {
  /// The number that `count` bytes at a place make, the lowest first; zero where they are not all there.
  ///
  /// - Parameters:
  ///   - place: Where the bytes begin, counted from the collection's first.
  ///   - count: How many, up to eight.
  ///   - isBigEndian: Whether the highest byte is the first instead.
  func number(at place: Int, _ count: Int, isBigEndian: Bool = false) -> UInt64 {
    guard place >= 0, place <= self.count - count else { return 0 }
    let bytes = self[startIndex + place..<startIndex + place + count]
    return isBigEndian
      ? bytes.reduce(0) { $0 << 8 | UInt64($1) } : bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
