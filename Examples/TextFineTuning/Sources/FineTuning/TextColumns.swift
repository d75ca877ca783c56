import Tokenizers

/// Which columns of a file hold what, as its first line names them.
struct TextColumns {
  let text: Int
  let second: Int?
  /// Nil only for a language model, which needs none.
  let label: Int?

  /// Names of GLUE's files among others, in lower case.
  private static let texts = ["text", "sentence", "sentence1", "question", "question1"]
  /// What goes with such a text as the second of a pair, the likeliest first.
  private static let seconds = ["text2", "sentence2", "question2", "sentence", "passage", "question"]
  private static let labels = ["label", "score", "is_duplicate", "gold_label"]

  /// The columns where there is no line of names: a text, and its label at the end of the line.
  init(of fields: Int) { (text, second, label) = (0, nil, fields - 1) }

  /// Reads a first line; nil if it names no columns, and so is a text itself.
  ///
  /// - Parameters:
  ///   - fields: The line's.
  ///   - task: What is asked.
  ///   - path: The file.
  /// - Throws: ``Tokenizers/TextError`` if it names a text but no label, or a label but no text.
  init?(heading fields: [String], for task: TextTask, in path: String) throws {
    guard fields.count > 1 else { return nil }
    let names = fields.map { $0.lowercased() }
    let found = (
      text: names.firstIndex(where: Self.texts.contains), label: names.firstIndex(where: Self.labels.contains)
    )
    guard let text = found.text, found.label != nil || task == .languageModel else {
      guard task != .languageModel, let named = found.text ?? found.label else { return nil }
      let (lacking, known) = found.text == nil ? ("text", Self.texts) : ("label", Self.labels)
      throw TextError.content(
        path, "line 1",
        "it names the column '\(fields[named])' but no column of the kind \(lacking) "
          + "(\(known.joined(separator: ", "))); name both in the first line")
    }
    self.text = text
    second = Self.seconds.lazy.compactMap { names.firstIndex(of: $0) }.first { $0 != text }
    label = found.label
  }
}
