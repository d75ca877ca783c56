/// XXH64, a fast 64-bit hash that detects damaged files. It does not protect against forgery.
///
/// ```swift
/// var checksum = Checksum()
/// checksum.update(bytes)
/// print(checksum.text)  // 16 hexadecimal digits, as `xxhsum -H64` prints them
/// ```
///
/// Source: Yann Collet, *xxHash fast digest algorithm*, specification 0.1.1.
package struct Checksum: Sendable {
  private static let primes: [UInt64] = [
    0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63,
    0x27D4_EB2F_1656_67C5,
  ]
  /// Four lanes of a 64-bit word each are mixed at a time.
  private static let stripe = 32
  private static let (prime1, prime2, prime3, prime4, prime5) = (
    primes[0], primes[1], primes[2], primes[3], primes[4]
  )

  private var lanes: SIMD4<UInt64>
  private var rest: [UInt8] = []
  private var count: UInt64 = 0

  /// The checksum of nothing yet.
  package init() {
    lanes = [Self.prime1 &+ Self.prime2, Self.prime2, 0, 0 &- Self.prime1]
  }

  /// Adds bytes after those added before, or numbers as they lie in memory.
  package mutating func update<Element: BitwiseCopyable>(_ elements: [Element]) {
    elements.withUnsafeBytes { update($0) }
  }

  /// Adds bytes after those added before.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    count &+= UInt64(bytes.count)
    var bytes = bytes[...]
    if !rest.isEmpty {
      let head = bytes.prefix(Self.stripe - rest.count)
      rest.append(contentsOf: head)
      bytes = bytes.dropFirst(head.count)
      guard rest.count == Self.stripe else { return }
      var lanes = lanes
      rest.withUnsafeBytes { Self.mix($0, into: &lanes) }
      self.lanes = lanes
      rest.removeAll(keepingCapacity: true)
    }
    let whole = bytes.count / Self.stripe * Self.stripe
    Self.mix(UnsafeRawBufferPointer(rebasing: bytes.prefix(whole)), into: &lanes)
    rest.append(contentsOf: bytes.dropFirst(whole))
  }

  /// Adds the bytes of a text in UTF-8.
  package mutating func update(_ text: String) { update(Array(text.utf8)) }

  /// The checksum of everything that was added.
  package var value: UInt64 {
    var hash: UInt64
    if count >= UInt64(Self.stripe) {
      hash =
        Self.rotated(lanes[0], 1) &+ Self.rotated(lanes[1], 7) &+ Self.rotated(lanes[2], 12)
        &+ Self.rotated(lanes[3], 18)
      for lane in 0..<4 {
        hash = (hash ^ Self.round(0, lanes[lane])) &* Self.prime1 &+ Self.prime4
      }
    } else {
      hash = Self.prime5
    }
    hash &+= count
    var place = 0
    while place + 8 <= rest.count {
      hash = Self.rotated(hash ^ Self.round(0, word(at: place, bytes: 8)), 27) &* Self.prime1 &+ Self.prime4
      place += 8
    }
    if place + 4 <= rest.count {
      hash =
        Self.rotated(hash ^ word(at: place, bytes: 4) &* Self.prime1, 23) &* Self.prime2 &+ Self.prime3
      place += 4
    }
    for byte in rest[place...] {
      hash = Self.rotated(hash ^ UInt64(byte) &* Self.prime5, 11) &* Self.prime1
    }
    hash = (hash ^ hash >> 33) &* Self.prime2
    hash = (hash ^ hash >> 29) &* Self.prime3
    return hash ^ hash >> 32
  }

  /// The checksum as 16 hexadecimal digits.
  package var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// A little-endian word of the bytes that fill no stripe.
  private func word(at place: Int, bytes: Int) -> UInt64 {
    (0..<bytes).reduce(0) { $0 | UInt64(rest[place + $1]) << (8 * $1) }
  }

  private static func mix(_ stripes: UnsafeRawBufferPointer, into lanes: inout SIMD4<UInt64>) {
    var (first, second, third, fourth) = (lanes[0], lanes[1], lanes[2], lanes[3])
    for place in Swift.stride(from: 0, to: stripes.count, by: stripe) {
      func word(_ lane: Int) -> UInt64 {
        UInt64(littleEndian: stripes.loadUnaligned(fromByteOffset: place + 8 * lane, as: UInt64.self))
      }
      first = round(first, word(0))
      second = round(second, word(1))
      third = round(third, word(2))
      fourth = round(fourth, word(3))
    }
    lanes = [first, second, third, fourth]
  }

  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotated(lane &+ word &* prime2, 31) &* prime1
  }

  private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 {
    word << bits | word >> (64 - bits)
  }
}
