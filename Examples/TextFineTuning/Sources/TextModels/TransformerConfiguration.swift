import Foundation
import Tokenizers

/// What `config.json` of a Hugging Face folder says of a model.
public struct TransformerConfiguration: Sendable {
  /// The architectures that are understood.
  public enum Architecture: String, Sendable, CaseIterable {
    /// BERT, with a pooler and a linear head.
    case bert
    /// RoBERTa, with a head of two layers.
    case roberta
    /// LLaMA, a causal language model.
    case llama
  }

  /// The architecture.
  public let architecture: Architecture
  /// Tokens.
  public let vocabularySize: Int
  /// Features of a token.
  public let width: Int
  /// Features between the two layers of a block's feed-forward part.
  public let innerWidth: Int
  /// Blocks.
  public let layers: Int
  /// Heads of attention.
  public let heads: Int
  /// Heads of keys and values.
  public let keyHeads: Int
  /// Features of a head.
  public let headWidth: Int
  /// Positions that the model knows.
  public let positions: Int
  /// Types of tokens.
  public let types: Int
  /// ε of the normalizations.
  public let epsilon: Double
  /// The token that fills up short texts.
  public let padding: Int
  /// The probability that an element is dropped in training.
  public let dropout: Double
  /// The probability that an attention is dropped in training.
  public let attentionDropout: Double
  /// The deviation of new weights.
  public let deviation: Double
  /// The base of rotary embeddings.
  public let rotaryBase: Double
  /// Whether the head of a language model is its table of tokens.
  public let tiesHead: Bool
  /// Whether the projections of attention, and the layers of the feed-forward part, have biases.
  public let biases: (attention: Bool, feedForward: Bool)
  /// The number of classes that the folder speaks of; nil where it does not, and for a language model.
  public let labels: Int?
  /// The names of the classes in the order of their logits; nil where the folder does not name each.
  public let classNames: [String]?
  /// The file.
  public let path: String
  /// The file's content, which is kept where weights are written.
  let content: [String: JSONItem]

  /// The most classes that a model may have.
  public static let mostLabels = 1 << 16

  private struct Raw: Decodable {
    var model_type: String?
    var vocab_size, hidden_size, intermediate_size, num_hidden_layers, num_attention_heads: Int?
    var num_key_value_heads, head_dim, max_position_embeddings, type_vocab_size, pad_token_id: Int?
    var layer_norm_eps, rms_norm_eps, rope_theta: Double?
    var hidden_dropout_prob, attention_probs_dropout_prob, attention_dropout, initializer_range: Double?
    var hidden_act, position_embedding_type: String?
    var tie_word_embeddings, attention_bias, mlp_bias: Bool?
    var num_labels: Int?
    var id2label: [String: String]?
    var rope_parameters, rope_scaling: Rope?
  }

  private struct Rope: Decodable {
    var rope_theta: Double?
    var rope_type, type: String?
  }

  /// Reads `config.json`.
  ///
  /// - Parameter path: The file.
  /// - Throws: ``Tokenizers/TextError`` for a file that cannot be read, an unknown architecture, or sizes that no model has.
  public init(reading path: String) throws {
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
      throw TextError.content(path, nil, "it cannot be read; check that it is there and its permissions")
    }
    let raw: Raw
    do {
      raw = try JSONDecoder().decode(Raw.self, from: data)
      content = try JSONDecoder().decode([String: JSONItem].self, from: data)
    } catch let error as DecodingError {
      throw TextError.content(path, error.place, "\(error.reason); give the model's own config.json")
    }
    let known = Architecture.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    guard let type = raw.model_type, let architecture = Architecture(rawValue: type) else {
      throw TextError.content(
        path, "model_type",
        "the architecture \(raw.model_type.map { "'\($0)'" } ?? "is not named and") is none of \(known); "
          + "give a folder of one of these")
    }
    func size(_ key: String, _ value: Int?, default standard: Int? = nil, upTo most: Int) throws -> Int {
      guard let number = value ?? standard else {
        throw TextError.content(path, key, "a \(type) needs it; give the model's own config.json")
      }
      guard (1...most).contains(number) else {
        throw TextError.content(path, key, "it is \(number), expected 1 to \(most)")
      }
      return number
    }
    func real(_ key: String, _ value: Double?, default standard: Double, _ range: Range<Double>) throws
      -> Double
    {
      let number = value ?? standard
      guard range.contains(number) else {
        throw TextError.content(
          path, key, "it is \(number), expected \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }
    self.path = path
    self.architecture = architecture
    let isLlama = architecture == .llama
    vocabularySize = try size("vocab_size", raw.vocab_size, upTo: 1 << 24)
    width = try size("hidden_size", raw.hidden_size, upTo: 1 << 16)
    innerWidth = try size("intermediate_size", raw.intermediate_size, upTo: 1 << 18)
    layers = try size("num_hidden_layers", raw.num_hidden_layers, upTo: 900)
    heads = try size("num_attention_heads", raw.num_attention_heads, upTo: width)
    keyHeads =
      isLlama ? try size("num_key_value_heads", raw.num_key_value_heads, default: heads, upTo: heads) : heads
    // The width of a head is LLaMA's to choose: the others ignore head_dim.
    guard isLlama && raw.head_dim != nil || width.isMultiple(of: heads) else {
      throw TextError.content(path, "num_attention_heads", "\(heads) heads cannot share \(width) features")
    }
    headWidth =
      isLlama ? try size("head_dim", raw.head_dim, default: width / heads, upTo: 1 << 14) : width / heads
    guard heads.isMultiple(of: keyHeads), !isLlama || headWidth.isMultiple(of: 2),
      heads * headWidth <= 1 << 18
    else {
      throw TextError.content(
        path, "num_key_value_heads",
        "\(heads) heads of \(headWidth) features cannot share \(keyHeads) heads of keys and turn in pairs")
    }
    positions = try size("max_position_embeddings", raw.max_position_embeddings, default: 512, upTo: 1 << 24)
    types = try size("type_vocab_size", raw.type_vocab_size, default: isLlama ? 1 : 2, upTo: 1 << 16)
    epsilon = try real(
      isLlama ? "rms_norm_eps" : "layer_norm_eps", isLlama ? raw.rms_norm_eps : raw.layer_norm_eps,
      default: isLlama ? 1e-6 : 1e-12, 0..<1)
    padding = raw.pad_token_id ?? (architecture == .roberta ? 1 : 0)
    guard (-1..<vocabularySize).contains(padding) else {
      throw TextError.content(path, "pad_token_id", "it is \(padding) in a vocabulary of \(vocabularySize)")
    }
    dropout = try real(
      "hidden_dropout_prob", isLlama ? 0 : raw.hidden_dropout_prob, default: isLlama ? 0 : 0.1, 0..<1)
    attentionDropout = try real(
      isLlama ? "attention_dropout" : "attention_probs_dropout_prob",
      isLlama ? raw.attention_dropout : raw.attention_probs_dropout_prob, default: isLlama ? 0 : 0.1, 0..<1)
    deviation = try real("initializer_range", raw.initializer_range, default: 0.02, 0..<10)
    let rope = raw.rope_parameters ?? raw.rope_scaling
    rotaryBase = try real(
      "rope_theta", raw.rope_parameters?.rope_theta ?? raw.rope_theta, default: 10000, 1..<1e12)
    if let kind = rope?.rope_type ?? rope?.type, kind != "default", isLlama {
      throw TextError.content(
        path, "rope_type",
        "rotary embeddings of the kind '\(kind)' are not computed, only 'default'; give another model")
    }
    let activation = raw.hidden_act ?? (isLlama ? "silu" : "gelu")
    guard activation == (isLlama ? "silu" : "gelu") else {
      throw TextError.content(
        path, "hidden_act",
        "the activation '\(activation)' is not computed, only '\(isLlama ? "silu" : "gelu")'")
    }
    if let kind = raw.position_embedding_type, kind != "absolute", !isLlama {
      throw TextError.content(path, "position_embedding_type", "'\(kind)' is not computed, only 'absolute'")
    }
    tiesHead = raw.tie_word_embeddings ?? !isLlama
    biases = isLlama ? (raw.attention_bias ?? false, raw.mlp_bias ?? false) : (true, true)
    labels = isLlama ? nil : raw.id2label?.count ?? raw.num_labels
    classNames = raw.id2label.flatMap { names in
      let ordered = (0..<names.count).compactMap { names["\($0)"] }
      return ordered.count == names.count && !isLlama ? ordered : nil
    }
    guard labels.map({ (1...Self.mostLabels).contains($0) }) ?? true else {
      throw TextError.content(
        path, raw.id2label == nil ? "num_labels" : "id2label",
        "there are \(labels ?? 0) classes, expected 1 to \(Self.mostLabels); give the model's own config.json"
      )
    }
    guard isLlama || longestText >= Self.shortestText else {
      let lost = architecture == .roberta ? "those up to pad_token_id \(padding) are not used" : "no more"
      throw TextError.content(
        path, "max_position_embeddings",
        "there are \(positions) positions, \(lost), and a text takes \(Self.shortestText) at least; "
          + "give the model's own config.json")
    }
  }

  /// A beginning, a token and an end.
  private static let shortestText = 3

  /// The first positions of a text that the model knows.
  public var longestText: Int { architecture == .roberta ? positions - padding - 1 : positions }
}

/// Any JSON, to be written back as it was.
enum JSONItem: Codable, Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONItem])
  case object([String: JSONItem])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let item = try? value.decode(Bool.self) {
      self = .bool(item)
    } else if let item = try? value.decode(Int.self) {
      self = .integer(item)
    } else if let item = try? value.decode(Double.self) {
      self = .number(item)
    } else if let item = try? value.decode(String.self) {
      self = .string(item)
    } else if let item = try? value.decode([JSONItem].self) {
      self = .array(item)
    } else {
      self = .object(try value.decode([String: JSONItem].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .null: try value.encodeNil()
    case .bool(let item): try value.encode(item)
    case .integer(let item): try value.encode(item)
    case .number(let item): try value.encode(item)
    case .string(let item): try value.encode(item)
    case .array(let item): try value.encode(item)
    case .object(let item): try value.encode(item)
    }
  }
}

extension DecodingError {
  /// The key that was being read.
  var place: String? {
    let path: [any CodingKey] =
      switch self {
      case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
        context.codingPath
      case .keyNotFound(let key, let context): context.codingPath + [key]
      @unknown default: []
      }
    return path.isEmpty ? nil : path.map(\.stringValue).joined(separator: ".")
  }

  /// What is wrong with it.
  var reason: String {
    switch self {
    case .typeMismatch(let type, _): "it is no \(type)"
    case .valueNotFound(let type, _): "it is null, expected a \(type)"
    case .keyNotFound: "it is missing"
    default: "it is no JSON"
    }
  }
}
