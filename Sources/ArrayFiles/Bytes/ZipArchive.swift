import SystemFiles

/// The entries of a zip file, stored or deflated, read in place.
///
/// The directory at the file's end says where entries are and how large; what an entry says of itself is used for its length
/// alone. Entries that lie over each other or over the directory are refused, and so are sizes that deflate cannot come to: a
/// file that unfolds to more than its entries' sizes together, as zip bombs do, cannot be written in this way.
///
/// Source: PKWARE, *.ZIP File Format Specification*, 6.3.10.
struct ZipArchive {
  /// A file in the archive.
  struct Entry {
    let name: String
    /// The number of its bytes.
    let count: Int
    /// Its bytes. Their checksum is compared when they are first read.
    let content: any ByteSource
    /// What is stored of it.
    fileprivate let stored: FileBytes
    /// Its bytes, where they are compressed.
    fileprivate let inflated: InflatedBytes?

    /// Its first bytes, without a look at the rest, and so without its checksum.
    func prefix(_ limit: Int) throws(ArrayFileError) -> [UInt8] {
      if let inflated { return try inflated.prefix(limit) }
      return try stored.bytes(at: 0, upTo: limit)
    }
  }

  let entries: [Entry]

  /// What a zip begins with: an entry, or the end of an empty one.
  static let marks: [[UInt8]] = [Array("PK\u{3}\u{4}".utf8), Array("PK\u{5}\u{6}".utf8)]

  private static let endMark: UInt64 = 0x0605_4B50
  private static let endSize = 22
  private static let longEndMark: UInt64 = 0x0606_4B50
  private static let longEndSize = 56
  private static let locatorMark: UInt64 = 0x0706_4B50
  private static let locatorSize = 20
  private static let directoryMark: UInt64 = 0x0201_4B50
  private static let directorySize = 46
  private static let entryMark: UInt64 = 0x0403_4B50
  private static let entrySize = 30
  /// Longer directories are refused: they take memory, and this is one of 100,000 entries.
  private static let longestDirectory = 16 << 20
  /// Deflate never folds more than this many bytes into one.
  static let deflateRatio = 1032

  /// Reads the directory of a file.
  init(_ file: OpenedFile) throws(ArrayFileError) {
    let (place, count, entryCount) = try Self.directory(of: file)
    let directory = try file.content.bytes(at: place, upTo: count)
    var entries: [Entry] = []
    var ranges: [Range<Int>] = []
    var position = 0
    while position < directory.count {
      guard directory.number(at: position, 4) == Self.directoryMark,
        position + Self.directorySize <= directory.count
      else {
        throw file.damaged("the zip's directory", "breaks off at byte \(position)", expected: "an entry")
      }
      let (entry, range, size) = try Self.entry(file, directory[position...], directoryPlace: place)
      entries.append(entry)
      ranges.append(range)
      position += size
    }
    guard entries.count == entryCount else {
      throw file.damaged("the zip", "lists \(entries.count) entries", expected: "\(entryCount)")
    }
    let order = ranges.indices.sorted { ranges[$0].lowerBound < ranges[$1].lowerBound }
    for (first, second) in zip(order, order.dropFirst())
    where ranges[first].upperBound > ranges[second].lowerBound {
      throw file.damaged(
        "the entry \(ArrayFileError.quoted(entries[second].name))",
        "lies over \(ArrayFileError.quoted(entries[first].name))", expected: "entries one after the other")
    }
    self.entries = entries
  }

  /// Where the directory is, how long it is and how many entries it should list.
  private static func directory(of file: OpenedFile) throws(ArrayFileError) -> (Int, Int, Int) {
    let content = file.content
    let tailStart = max(content.count - endSize - 0xFFFF, 0)
    let tail = try content.bytes(at: tailStart, upTo: content.count - tailStart)
    // The comment at the end may contain anything; the last mark whose comment ends with the file is taken.
    var place = tail.count - endSize
    while place >= 0 {
      if tail.number(at: place, 4) == endMark,
        Int(tail.number(at: place + 20, 2)) == tail.count - place - endSize
      {
        break
      }
      place -= 1
    }
    guard place >= 0 else {
      throw file.damaged("the zip", "has no directory at its end", expected: "one: it may be cut short")
    }
    var end = tailStart + place
    var numbers = (
      entries: tail.number(at: place + 10, 2), size: tail.number(at: place + 12, 4),
      start: tail.number(at: place + 16, 4)
    )
    let locator = try content.bytes(at: max(end - locatorSize, 0), upTo: locatorSize)
    if locator.number(at: 0, 4) == locatorMark, end >= locatorSize {
      guard let start = Int(exactly: locator.number(at: 8, 8)), start <= end - locatorSize - longEndSize
      else {
        throw file.damaged("the zip's end", "leads out of the file", expected: "a place in it")
      }
      let long = try content.bytes(at: start, upTo: longEndSize)
      guard long.number(at: 0, 4) == longEndMark else {
        throw file.damaged("the zip's end", "leads to other data", expected: "the end of a large zip")
      }
      end = start
      numbers = (long.number(at: 32, 8), long.number(at: 40, 8), long.number(at: 48, 8))
    }
    guard let start = Int(exactly: numbers.start), let size = Int(exactly: numbers.size), start <= end,
      size == end - start
    else {
      throw file.damaged(
        "the zip's directory", "is said to be \(numbers.size) bytes at \(numbers.start)",
        expected: "what ends at \(end)")
    }
    guard size <= longestDirectory else {
      throw file.damaged("the zip's directory", "has \(size) bytes", expected: "at most \(longestDirectory)")
    }
    return (start, size, Int(clamping: numbers.entries))
  }

  /// The entry that a part of the directory begins with, the range of the file that it takes, and its size in the directory.
  private static func entry(
    _ file: OpenedFile, _ record: ArraySlice<UInt8>, directoryPlace: Int
  ) throws(ArrayFileError) -> (Entry, Range<Int>, Int) {
    let lengths = [28, 30, 32].map { Int(record.number(at: $0, 2)) }
    let size = directorySize + lengths.reduce(0, +)
    guard size <= record.count else {
      throw file.damaged("the zip's directory", "breaks off in an entry", expected: "whole entries")
    }
    let bytes = record.dropFirst(directorySize)
    let name = String(decoding: bytes.prefix(lengths[0]), as: UTF8.self)
    let label = "the entry \(ArrayFileError.quoted(name))"
    var sizes = (
      count: record.number(at: 24, 4), stored: record.number(at: 20, 4), place: record.number(at: 42, 4)
    )
    Self.extend(&sizes, by: bytes.dropFirst(lengths[0]).prefix(lengths[1]))
    let method = record.number(at: 10, 2)
    guard record.number(at: 8, 2) & 1 == 0, method == 0 || method == 8 else {
      throw .unsupported(
        file: file.path, place: label, found: "is encrypted or packed by method \(method)",
        expected: "one that is stored or deflated", wayOut: "write it without")
    }
    guard let place = Int(exactly: sizes.place), let stored = Int(exactly: sizes.stored),
      let count = Int(exactly: sizes.count), place <= directoryPlace - entrySize
    else {
      throw file.damaged(
        label, "is said to be at byte \(sizes.place)", expected: "a place before the directory")
    }
    let header = try file.content.bytes(at: place, upTo: entrySize)
    let start = place + entrySize + Int(header.number(at: 26, 2)) + Int(header.number(at: 28, 2))
    guard header.number(at: 0, 4) == entryMark else {
      throw file.damaged(label, "does not begin at byte \(place)", expected: "its header there")
    }
    guard start <= directoryPlace, stored <= directoryPlace - start,
      let data = file.content.part(at: start, count: stored)
    else {
      throw file.damaged(
        label, "is said to take \(stored) bytes at \(start)", expected: "at most \(directoryPlace - start)")
    }
    let isPossible = method == 0 ? count == stored : count / deflateRatio <= stored
    guard isPossible else {
      throw file.damaged(
        label, "is said to be \(count) bytes of \(stored) stored ones", expected: "no more than fit")
    }
    let checksum = UInt32(record.number(at: 16, 4))
    let inflated =
      method == 0 ? nil : InflatedBytes(data, as: .raw, count: count, checksum: checksum, place: label)
    let entry = Entry(
      name: name, count: count, content: inflated ?? CheckedBytes(data, checksum: checksum, place: label),
      stored: data, inflated: inflated)
    return (entry, place..<start + stored, size)
  }

  /// Takes the sizes of a large entry, which stand behind its name.
  private static func extend(
    _ sizes: inout (count: UInt64, stored: UInt64, place: UInt64), by extra: ArraySlice<UInt8>
  ) {
    var rest = extra
    while rest.count >= 4 {
      let (kind, length) = (rest.number(at: 0, 2), Int(rest.number(at: 2, 2)))
      rest = rest.dropFirst(4)
      if kind == 1 {
        var field = rest.prefix(length)
        func next(_ value: inout UInt64) {
          guard value == 0xFFFF_FFFF, field.count >= 8 else { return }
          value = field.number(at: 0, 8)
          field = field.dropFirst(8)
        }
        next(&sizes.count)
        next(&sizes.stored)
        next(&sizes.place)
        return
      }
      rest = rest.dropFirst(length)
    }
  }
}
