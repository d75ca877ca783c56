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
/// A line is a text, a tab and its label; or, with a heading, the columns `text` (or `sentence`) and `label`. A language model takes
/// whole lines as texts where there is no tab. GLUE's pairs of sentences have a third column: `sentence1`, `sentence2`, `label`.
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

  private static let textColumns = ["text", "sentence", "sentence1", "question"]
  private static let secondColumns = ["text2", "sentence2"]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - task: What is asked.
  /// - Throws: ``Tokenizers/TextError`` for a file that cannot be read, is not UTF-8, has no texts, or a line without a label.
  public init(reading path: String, for task: TextTask) throws {
    self.path = path
    guard let data = FileManager.default.contents(atPath: path) else {
      throw TextError.content(path, nil, "it cannot be read; check that it is there and its permissions")
    }
    entries = []
    var columns: (text: Int, second: Int?, label: Int)?
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
      let heading = fields.map { $0.lowercased() }
      if index == 0, let text = heading.firstIndex(where: Self.textColumns.contains), fields.count > 1,
        let label = heading.firstIndex(where: { $0 == "label" || $0 == "score" })
      {
        columns = (text, heading.firstIndex(where: Self.secondColumns.contains), label)
        continue
      }
      if task == .languageModel {
        let text = columns.map { fields.count > $0.text ? fields[$0.text] : "" } ?? fields[0]
        entries.append(Entry(text: text, second: "", label: "", line: index + 1))
        continue
      }
      let (text, second, label) = columns ?? (0, nil, fields.count - 1)
      guard fields.count > 1, fields.count > max(text, label), !fields[label].allSatisfy(\.isWhitespace)
      else {
        throw TextError.content(
          path, place,
          "it has no label; write the text, a tab and the label, or name the columns in the first line")
      }
      entries.append(
        Entry(
          text: fields[text], second: second.map { fields.count > $0 ? fields[$0] : "" } ?? "",
          label: fields[label], line: index + 1))
    }
    guard !entries.isEmpty else {
      throw TextError.content(path, nil, "it has no texts; give a file of lines")
    }
  }

  /// The labels as classes, in the order of their names.
  public var classes: [String] { Set(entries.map(\.label)).sorted() }
}

/// A text as tokens with what is to be predicted.
public struct Example: Sendable, Equatable {
  /// The tokens.
  public let tokens: [Int]
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
  /// - Throws: ``Tokenizers/TextError`` with the line of a label that is no number, or no class of the training texts.
  public func examples(
    for task: TextTask, _ tokenizer: any Tokenizer, length: Int, classes: [String]
  ) throws -> [Example] {
    let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    return try entries.compactMap { entry in
      var tokens = tokenizer.encode(entry.text, length: length)
      if !entry.second.isEmpty {
        // As BERT's and RoBERTa's pairs: a beginning, the first, an end (RoBERTa's two), the second, an end.
        let (before, after) = tokenizer.frame
        let between = after + (before.isEmpty || tokenizer is WordPiece ? [] : after)
        let pair = tokenizer.tokens(of: entry.text) + between + tokenizer.tokens(of: entry.second)
        tokens = before + pair.prefix(max(length - before.count - after.count, 0)) + after
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
        return Example(tokens: tokens, label: number, value: 0)
      case .regression:
        guard let value = Double(entry.label), value.isFinite else {
          throw TextError.content(path, "line \(entry.line)", "the label '\(entry.label)' is no number")
        }
        return Example(tokens: tokens, label: 0, value: value)
      case .languageModel:
        // One token predicts nothing.
        return tokens.count > 1 ? Example(tokens: tokens, label: 0, value: 0) : nil
      }
    }
  }
}
