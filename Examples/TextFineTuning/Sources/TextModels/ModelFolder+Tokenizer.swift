import Foundation
public import Tokenizers

extension ModelFolder {
  /// The folder's tokenizer.
  ///
  /// - Returns: WordPiece for BERT, byte-level BPE for the others.
  /// - Throws: ``Tokenizers/TextError`` if a file is missing or damaged, does not fit the model, or asks for what is
  ///   not done here.
  public func tokenizer() throws -> any Tokenizer {
    let tokenizer: any Tokenizer
    let file: String
    if configuration.architecture == .bert {
      file = "vocab.txt"
      guard has(file) else {
        throw TextError.missing(file, in: path, "a BERT needs its vocabulary; copy it beside the weights")
      }
      let settings = try contents(of: "tokenizer_config.json", as: WordPieceSettings.self)
      tokenizer = try WordPiece(
        vocabulary: "\(path)/\(file)", isLowerCase: settings?.do_lower_case ?? true,
        stripsAccents: settings?.strip_accents, separatesIdeographs: settings?.tokenize_chinese_chars ?? true)
    } else {
      file = "vocab.json"
      for name in [file, "merges.txt"] where !has(name) {
        throw TextError.missing(
          name, in: path,
          "byte-level BPE needs vocab.json and merges.txt, other vocabularies are not read; "
            + "copy them beside the weights, or give numbers of tokens instead of text")
      }
      if configuration.architecture == .llama { try checkWords() }
      tokenizer = try ByteLevelBPE(vocabulary: "\(path)/\(file)", merges: "\(path)/merges.txt")
    }
    guard tokenizer.vocabularySize <= configuration.vocabularySize else {
      throw TextError.content(
        "\(path)/\(file)", nil,
        "it has \(tokenizer.vocabularySize) tokens, and the model \(configuration.vocabularySize) "
          + "(vocab_size in config.json); give the vocabulary of this model")
    }
    return tokenizer
  }

  /// What is read of a BERT's `tokenizer_config.json`.
  private struct WordPieceSettings: Decodable {
    var do_lower_case, strip_accents, tokenize_chinese_chars: Bool?
  }

  /// What is read of `tokenizer.json`.
  private struct TokenizerParts: Decodable { var pre_tokenizer: WordCutter? }

  /// A part of a tokenizer that cuts text into words.
  private struct WordCutter: Decodable {
    var type: String
    var add_prefix_space, use_regex: Bool?
    var pretokenizers: [WordCutter]?

    /// Whether it is GPT-2's, which alone is implemented.
    var isKnown: Bool {
      if type == "Sequence", let parts = pretokenizers, parts.count == 1 { return parts[0].isKnown }
      return type == "ByteLevel" && add_prefix_space == false && use_regex ?? true
    }

    var name: String {
      if type == "Sequence" {
        return "'Sequence' of " + (pretokenizers ?? []).map(\.name).joined(separator: " and ")
      }
      guard type == "ByteLevel" else { return "'\(type)'" }
      return "'ByteLevel'" + (add_prefix_space == false ? "" : " with add_prefix_space")
        + (use_regex ?? true ? "" : " without use_regex")
    }
  }

  /// A LLaMA's text may be cut into words in many ways; another one than here would give other tokens.
  private func checkWords() throws {
    guard let parts = try contents(of: "tokenizer.json", as: TokenizerParts.self) else { return }
    guard parts.pre_tokenizer?.isKnown != true else { return }
    throw TextError.content(
      "\(path)/tokenizer.json", "pre_tokenizer",
      "it is \(parts.pre_tokenizer?.name ?? "none"), and words are cut only as 'ByteLevel' does without "
        + "add_prefix_space, by GPT-2's pattern; give numbers of tokens instead of text")
  }

  /// What a file of the folder says; nil if there is none.
  private func contents<Content: Decodable>(of file: String, as type: Content.Type) throws -> Content? {
    guard has(file) else { return nil }
    let name = "\(path)/\(file)"
    guard let data = FileManager.default.contents(atPath: name) else {
      throw TextError.content(name, nil, "it cannot be read; check its permissions")
    }
    do { return try JSONDecoder().decode(type, from: data) } catch let error as DecodingError {
      throw TextError.content(name, error.place, "\(error.reason); give the model's own \(file)")
    }
  }
}
