import SystemFiles

/// Random numbers of one damaged copy: SplitMix64, from the seed and the copy's number.
struct MutationGenerator: RandomNumberGenerator {
  /// The number of the copy.
  let index: Int
  private var state: UInt64

  init(seed: UInt64, index: Int) {
    self.index = index
    state = seed &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: index) &* 0xD1B5_4A32_D192_ED03
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

/// Damages files in the ways that their format makes interesting.
struct Mutator {
  let format: MutatedFormat
  let seeds: [[UInt8]]

  /// A damaged copy of a good file.
  func mutated(_ place: Int, _ generator: inout MutationGenerator) -> [UInt8] {
    var bytes = seeds[place]
    switch format {
    case .safetensors, .state:
      // Mostly the header, whose length is then put right: else nothing behind that check is ever tried.
      if generator.below(4) > 0 {
        bytes = header(of: bytes, &generator)
      } else {
        damage(&bytes, &generator)
      }
      // Nor is anything behind the checksum, unless that is put right as well.
      if generator.below(2) == 0 { correctChecksum(of: &bytes) }
    case .yaml, .jsonLines, .index:
      text(&bytes, &generator)
    case .hdf5:
      for _ in 0...generator.below(4) { structure(&bytes, &generator) }
    case .sqlite:
      damage(&bytes, &generator)
    case .numpy: return numpy(bytes, &generator)
    case .matlab: return matlab(bytes, &generator)
    case .pytorch: return pytorch(bytes, &generator)
    }
    return bytes
  }

  // MARK: Bytes

  private static let numbers: [UInt64] = [
    0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 32,
    1 << 40, 1 << 62, 1 << 63, .max - 1, .max,
  ]

  func damage(_ bytes: inout [UInt8], _ generator: inout MutationGenerator) {
    for _ in 0...generator.below(6) { damage(&bytes, at: generator.below(bytes.count), &generator) }
  }

  /// One change at a place.
  func damage(_ bytes: inout [UInt8], at place: Int, _ generator: inout MutationGenerator) {
    guard place < bytes.count else { return bytes.append(UInt8(truncatingIfNeeded: generator.next())) }
    switch generator.below(10) {
    case 0: bytes[place] ^= 1 << UInt8(generator.below(8))
    case 1: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
    case 2, 3, 4, 5:
      let number = generator.pick(Self.numbers) &+ UInt64(generator.below(3)) &- 1
      for offset in 0..<generator.pick([1, 2, 4, 8]) where place + offset < bytes.count {
        bytes[place + offset] = UInt8(truncatingIfNeeded: number >> UInt64(8 * offset))
      }
    case 6: bytes.removeSubrange(place..<min(place + 1 + generator.below(16), bytes.count))
    case 7:
      let piece = bytes[place..<min(place + 1 + generator.below(64), bytes.count)]
      bytes.insert(contentsOf: Array(piece), at: generator.below(bytes.count))
    case 8:
      let other = generator.pick(seeds)
      let from = generator.below(other.count)
      for (offset, byte) in other[from...].prefix(1 + generator.below(64)).enumerated()
      where place + offset < bytes.count {
        bytes[place + offset] = byte
      }
    default: if generator.below(4) == 0 { bytes.removeSubrange(place...) }
    }
  }

  // MARK: HDF5

  /// A change of a file's structure: near the signatures of its parts, and where messages lie, not in the fields.
  private func structure(_ bytes: inout [UInt8], _ generator: inout MutationGenerator) {
    guard generator.below(10) > 0 else { return damage(&bytes, at: generator.below(bytes.count), &generator) }
    let marks = Self.marks(in: bytes)
    guard !marks.isEmpty else { return damage(&bytes, at: generator.below(bytes.count), &generator) }
    // Sizes stay as they are, mostly: a shift breaks every address behind it in the same way.
    let place = min(generator.pick(marks) + generator.below(400), max(bytes.count - 1, 0))
    if generator.below(8) == 0 { return damage(&bytes, at: place, &generator) }
    guard place < bytes.count else { return }
    if generator.below(2) == 0 {
      bytes[place] =
        generator.below(3) > 0 ? UInt8(generator.below(32)) : UInt8(truncatingIfNeeded: generator.next())
    } else {
      let number = generator.below(2) == 0 ? generator.pick(Self.numbers) : UInt64(generator.pick(marks))
      let start = place / 8 * 8
      for offset in 0..<generator.pick([1, 2, 4, 8]) where start + offset < bytes.count {
        bytes[start + offset] = UInt8(truncatingIfNeeded: number >> UInt64(8 * offset))
      }
    }
  }

  /// Where parts of an HDF5 file begin that bear a name; object headers of the old form, which bear none, lie near them.
  private static func marks(in bytes: [UInt8]) -> [Int] {
    let names = ["\u{89}HDF", "TREE", "HEAP", "SNOD", "GCOL", "OHDR", "OCHK", "FRHP", "BTHD", "BTLF"]
      .map { Array($0.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }) }
    var marks: [Int] = []
    guard bytes.count > 8 else { return [] }
    for place in stride(from: 0, to: bytes.count - 4, by: 8) {
      let word = Array(bytes[place..<place + 4])
      if names.contains(word) { marks += [place, max(place - 200, 0)] }
      // A version-1 object header: version 1, a zero, and fewer than 20 messages.
      if word[0] == 1, word[1] == 0, word[2] > 0, word[2] < 20, word[3] == 0 { marks.append(place) }
    }
    return marks
  }

  // MARK: Texts

  private static let words = [
    "-1", "0", "1e308", "-1e308", "1e999", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808",
    "1.5", "nan", "null", "true", "\"x\"", "[]", "{}", "[1,2]", "{\"a\":1}", "~", "''", "\u{1B}[31m", "\u{0}",
    "é", "4294967296",
    "2147483648", "*a", "&a b", "!!binary x", "- -", ": :", "|", "[[[[[[[[", "\"", "\\", "\\ud800", "..",
    "../../etc/passwd", "/dev/zero",
  ]

  func text(_ bytes: inout [UInt8], _ generator: inout MutationGenerator) {
    for _ in 0...generator.below(4) {
      switch generator.below(8) {
      case 0: damage(&bytes, at: generator.below(bytes.count), &generator)
      case 1, 2, 3, 4: replaceToken(&bytes, &generator)
      case 5: swapLines(&bytes, &generator)
      case 6:
        bytes.insert(contentsOf: Array(generator.pick(Self.words).utf8), at: generator.below(bytes.count + 1))
      default:
        let nest = Array(
          repeating: generator.pick(Array("[{\"(-".utf8)), count: generator.pick([10, 600, 20_000]))
        if generator.below(20) == 0 { bytes.insert(contentsOf: nest, at: generator.below(bytes.count + 1)) }
      }
    }
  }

  /// Puts another value in the place of a number or word.
  private func replaceToken(_ bytes: inout [UInt8], _ generator: inout MutationGenerator) {
    guard !bytes.isEmpty else { return }
    func isOfToken(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    var start = generator.below(bytes.count)
    while start < bytes.count, !isOfToken(bytes[start]) { start += 1 }
    while start > 0, start < bytes.count, isOfToken(bytes[start - 1]) { start -= 1 }
    var end = start
    while end < bytes.count, isOfToken(bytes[end]) { end += 1 }
    guard start < end else { return }
    bytes.replaceSubrange(start..<end, with: Array(generator.pick(Self.words).utf8))
  }

  private func swapLines(_ bytes: inout [UInt8], _ generator: inout MutationGenerator) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
    let (a, b) = (generator.below(lines.count), generator.below(lines.count))
    switch generator.below(3) {
    case 0: lines.swapAt(a, b)
    case 1: lines.insert(lines[a], at: b)
    default: lines.remove(at: a)
    }
    bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
  }

  // MARK: Safetensors

  private func header(of bytes: [UInt8], _ generator: inout MutationGenerator) -> [UInt8] {
    guard bytes.count > 8 else { return bytes }
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var header = Array(bytes[8..<min(8 + length, bytes.count)])
    text(&header, &generator)
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return prefix + header + bytes[min(8 + length, bytes.count)...]
  }

  /// Writes the right checksum of a file into it, if it states one.
  private func correctChecksum(of bytes: inout [UInt8]) {
    let digits = 16
    guard let key = bytes.firstRange(of: Array("\"xxh64\":\"".utf8)),
      key.upperBound + digits <= bytes.count
    else { return }
    let place = key.upperBound..<key.upperBound + digits
    bytes.replaceSubrange(place, with: repeatElement(UInt8(ascii: "0"), count: digits))
    var checksum = Checksum()
    bytes.withUnsafeBytes { checksum.update($0) }
    bytes.replaceSubrange(place, with: checksum.text.utf8)
  }
}
