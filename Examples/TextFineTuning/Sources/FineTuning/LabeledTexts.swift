import Foundation
public import Tokenizers

/// What is asked of a text.
public enum TextTask: String, Sendable, CaseIterable, Codable {
  /// Its class.
  case classification
  /// A number.
  case regression
  /// Each next token.
  case languageModel = "language-model"
}

/// Texts with their labels, from a file of tab-separated values.
///
/// A line is a text, a tab and its label; or the first line names the columns, as in GLUE's files: `text` (`sentence`,
/// `sentence1`, `question` or `question1`), for pairs `text2` (`sentence2`, `question2`, `sentence` or `passage`), and
/// `label` (`score`, `is_duplicate` or `gold_label`). A language model takes whole lines as texts where there is no
/// tab, and needs no labels.
public struct LabeledTexts: Sendable {
  /// A text.
  public struct Entry: Sendable, Equatable {
    /// The text.
    public var text: String
    /// The second text of a pair, empty where there is none.
    public var second: String
    /// The label as it is written; empty for a language model.
    public var label: String
    /// The number of the line, from 1.
    public var line: Int
  }

  /// The file.
  public let path: String
  /// The texts.
  public var entries: [Entry]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - task: What is asked.
  /// - Throws: ``Tokenizers/TextError`` for a file that cannot be read, is not UTF-8, has no texts, a line without a
  ///   label, or a first line that names texts but no labels.
  public init(reading path: String, for task: TextTask) throws {
    self.path = path
    guard let data = FileManager.default.contents(atPath: path) else {
      throw TextError.content(path, nil, "it cannot be read; check that it is there and its permissions")
    }
    entries = []
    var named: TextColumns?
    for (index, bytes) in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .enumerated()
    {
      let place = "line \(index + 1)"
      guard var line = String(validating: bytes, as: UTF8.self) else {
        throw TextError.content(path, place, "it is not UTF-8; convert the file")
      }
      if line.hasSuffix("\r") { line.removeLast() }
      if line.isEmpty { continue }
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      if index == 0, let found = try TextColumns(heading: fields, for: task, in: path) {
        named = found
        continue
      }
      let columns = named ?? TextColumns(of: fields.count)
      if task == .languageModel {
        let text = fields.count > columns.text ? fields[columns.text] : ""
        entries.append(Entry(text: text, second: "", label: "", line: index + 1))
        continue
      }
      guard fields.count > 1, let label = columns.label, fields.count > max(columns.text, label),
        !fields[label].allSatisfy(\.isWhitespace)
      else {
        throw TextError.content(
          path, place,
          "it has no label; write the text, a tab and the label, or name the columns in the first line")
      }
      let second = columns.second.map { fields.count > $0 ? fields[$0] : "" } ?? ""
      entries.append(
        Entry(text: fields[columns.text], second: second, label: fields[label], line: index + 1))
    }
    guard !entries.isEmpty else {
      throw TextError.content(path, nil, "it has no texts; give a file of lines")
    }
  }

  /// The labels as classes: in the order of the numbers where all are numbers, else in that of their names.
  public var classes: [String] {
    let names = Set(entries.map(\.label)).sorted()
    let numbers = names.compactMap { name in Double(name).flatMap { $0.isFinite ? $0 : nil } }
    guard numbers.count == names.count else { return names }
    return zip(numbers, names).sorted { $0 < $1 }.map(\.1)
  }
}

/// A text as tokens with what is to be predicted.
public struct Example: Sendable, Equatable {
  /// The tokens.
  public let tokens: [Int]
  /// The type of each token: 0, or 1 for the second text of a pair of BERT's.
  public let types: [Int]
  /// The class, or 0.
  public let label: Int
  /// The number, or 0.
  public let value: Double
}

extension LabeledTexts {
  /// The texts as tokens.
  ///
  /// - Parameters:
  ///   - task: What is asked.
  ///   - tokenizer: The tokenizer.
  ///   - length: The most tokens of a text.
  ///   - classes: The names of the classes.
  /// - Returns: An example for each text.
  /// - Throws: ``Tokenizers/TextError`` with the line of a label that is no number, or no class of the training texts,
  ///   or of a pair for which there is no room.
  public func examples(
    for task: TextTask, _ tokenizer: any Tokenizer, length: Int, classes: [String]
  ) throws -> [Example] {
    let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    return try entries.compactMap { entry in
      let (tokens, types) = try encoded(entry, tokenizer, length: length)
      func example(label: Int = 0, value: Double = 0) -> Example {
        Example(tokens: tokens, types: types, label: label, value: value)
      }
      if tokens.isEmpty {
        if task == .languageModel { return nil }
        throw TextError.content(
          path, "line \(entry.line)", "its text has no token; write one or remove the line")
      }
      switch task {
      case .classification:
        guard let number = numbers[entry.label] else {
          throw TextError.content(
            path, "line \(entry.line)",
            "the label '\(entry.label)' is none of the training texts' (\(classes.prefix(8).joined(separator: ", ")))"
          )
        }
        return example(label: number)
      case .regression:
        guard let value = Double(entry.label), value.isFinite else {
          throw TextError.content(path, "line \(entry.line)", "the label '\(entry.label)' is no number")
        }
        return example(value: value)
      case .languageModel:
        // One token predicts nothing.
        return tokens.count > 1 ? example() : nil
      }
    }
  }

  private func encoded(
    _ entry: Entry, _ tokenizer: any Tokenizer, length: Int
  ) throws -> (tokens: [Int], types: [Int]) {
    guard !entry.second.isEmpty else {
      let tokens = tokenizer.encode(entry.text, length: length)
      return (tokens, [Int](repeating: 0, count: tokens.count))
    }
    guard length >= tokenizer.marksOfPair else {
      throw TextError.content(
        path, "line \(entry.line)",
        "the marks of a pair take \(tokenizer.marksOfPair) tokens, and a text may have \(length); "
          + "allow more tokens, or a model of more positions")
    }
    return tokenizer.encode(entry.text, and: entry.second, length: length)
  }
}
