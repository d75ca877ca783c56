import Foundation
public import SystemFiles

/// A line that is not what a run writes.
public struct DamagedLine: Sendable, Equatable, Encodable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// The line's number, from 1.
  public let number: Int
  /// What is wrong with it.
  public let reason: String

  /// The place, and what is wrong there.
  public var description: String { "line \(number) of \(file) is damaged (\(reason))" }
}

/// The end of a file of records that a run needs, and does not have.
public struct MissingLines: Sendable, Equatable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// The number of the first line that is missing, from 1.
  public let first: Int
  /// Whether a piece of that line is there.
  public let isCutShort: Bool

  /// Where the file ends.
  public var description: String {
    isCutShort
      ? "line \(first) of \(file) is cut short, and those after it are missing"
      : "\(file) has no line \(first), and none after it"
  }
}

/// The lines of a run's file of records: those that can be read, and where the others are.
///
/// What follows the last end of a line is left out: it was cut short by a kill, or is being written.
public struct RunLines<Record: Decodable> {
  /// The records, in order.
  public let records: [Record]
  /// The lines that hold none.
  public let damaged: [DamagedLine]

  /// Each line with its record, if it has one, in order.
  let lines: [(bytes: Data, record: Record?)]
  /// The number of the line after the last one.
  let next: Int
  /// Whether there is something behind the last end of a line.
  let isCutShort: Bool

  /// Reads a file; it has no lines if it is not there.
  ///
  /// - Parameter path: The file.
  /// - Throws: If the file exists and cannot be read.
  public init(reading path: String) throws(FileError) {
    let decoder = JSONDecoder()
    var lines: [(bytes: Data, record: Record?)] = []
    var damaged: [DamagedLine] = []
    let content: Data = try Self.content(of: path)
    let pieces: [Data] = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, bytes) in pieces.dropLast().enumerated() where !bytes.isEmpty {
      do {
        lines.append((bytes, try decoder.decode(Record.self, from: bytes)))
      } catch {
        lines.append((bytes, nil))
        damaged.append(DamagedLine(file: path, number: index + 1, reason: Self.reason(error)))
      }
    }
    self.lines = lines
    next = max(pieces.count, 1)
    isCutShort = pieces.last?.isEmpty == false
    self.damaged = damaged
    records = lines.compactMap(\.record)
  }

  private static func content(of path: String) throws(FileError) -> Data {
    do {
      let file = try InputFile(path)
      return Data(try file.bytes(at: 0, count: file.count))
    } catch {
      guard error.code == ENOENT else { throw error }
      return Data()
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "it has no '\(key.stringValue)'"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "'\(context.codingPath.first?.stringValue ?? "the line")' is of the wrong kind"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty: context.debugDescription
    default: "it is no JSON"
    }
  }
}

extension RunFolder {
  /// All lines of a file of records, in order; none if there is no such file.
  ///
  /// - Parameters:
  ///   - type: What a line holds.
  ///   - path: The file.
  /// - Returns: The records.
  /// - Throws: ``RunFolderError/damaged(_:)`` if there is a damaged line, or a `FileError`.
  public static func lines<Record: Decodable>(_ type: Record.Type, in path: String) throws -> [Record] {
    let lines = try RunLines<Record>(reading: path)
    if let first = lines.damaged.first { throw RunFolderError.damaged(first) }
    return lines.records
  }
}

/// A file of records that grows, line by line.
final class LineFile {
  /// The lines that were damaged when the file was opened. They stay where they are.
  let damaged: [DamagedLine]
  /// What the file does not have of what it must have at the position; nil if it has all.
  let missing: MissingLines?
  private let output: OutputFile
  private let encoder: JSONEncoder

  /// Opens the file; its lines from the first one on that `keep` does not accept are removed, and so is what a kill has
  /// cut short.
  ///
  /// A kill cuts lines short that are removed anyway; `isComplete` says whether the file may end with a record, or with
  /// none.
  init<Record: Decodable>(
    _ path: String, keeping type: Record.Type, where keep: (Record) -> Bool,
    isComplete: (_ last: Record?) -> Bool
  ) throws {
    encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let found = try RunLines<Record>(reading: path)
    damaged = found.damaged
    // What a damaged line held is not known, and it is named as such.
    let isKnown = found.lines.isEmpty || found.lines.last?.record != nil
    let endsEarly = isKnown && (found.lines.last?.record.map(keep) ?? true)
    missing =
      endsEarly && !isComplete(found.lines.last?.record)
      ? MissingLines(file: path, first: found.next, isCutShort: found.isCutShort) : nil
    if let size = FileStamp(path)?.size, size > 0 {
      let kept = found.lines.prefix { $0.record.map(keep) ?? true }
      var content = Data()
      for line in kept {
        content.append(line.bytes)
        content.append(UInt8(ascii: "\n"))
      }
      if content.count != size {
        var file = try AtomicFile(replacing: path)
        try content.withUnsafeBytes { try file.write($0) }
        try file.commit()
      }
    }
    output = try OutputFile(path, mode: .append)
  }

  /// Adds lines at the end.
  func append(_ lines: [some Encodable]) throws {
    let text = try lines.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
    try output.append(text.joined())
  }
}

/// Checks an epoch or step that was read: counted from 0, and no more than a run can have.
func checkedCount<Key: CodingKey>(
  _ key: Key, in values: KeyedDecodingContainer<Key>
) throws -> Int {
  let count = try values.decode(Int.self, forKey: key)
  guard (0..<Int(Int32.max)).contains(count) else {
    throw DecodingError.dataCorruptedError(
      forKey: key, in: values, debugDescription: "'\(key.stringValue)' is \(count)")
  }
  return count
}
