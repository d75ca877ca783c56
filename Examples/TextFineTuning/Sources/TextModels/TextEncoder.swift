public import Autodiff

/// BERT and RoBERTa with a head for classification or regression.
///
/// ```
/// x = LayerNorm(word[t] + position[p] + type[s])      s is 1 for the second text of a pair of BERT's, otherwise 0
/// x ← LayerNorm(x + W·attention(x))      x ← LayerNorm(x + W₂·GELU(W₁·x))      in each block
/// BERT:     logits = C·tanh(P·x₀)        RoBERTa: logits = C₂·tanh(C₁·x₀)      x₀ is the first token's
/// ```
///
/// Sources: Devlin et al., arXiv:1810.04805; Liu et al., arXiv:1907.11692; names and order as in the library transformers.
public struct TextEncoder: TextModel {
  /// What the folder says of it.
  public let configuration: TransformerConfiguration
  /// The number of logits of a text.
  public let labels: Int

  /// A model.
  ///
  /// - Parameters:
  ///   - configuration: The sizes of a BERT or a RoBERTa.
  ///   - labels: The number of logits of a text.
  public init(_ configuration: TransformerConfiguration, labels: Int) {
    precondition(configuration.architecture != .llama && labels > 0, "an encoder has labels and is no LLaMA")
    (self.configuration, self.labels) = (configuration, labels)
  }

  private var isRoberta: Bool { configuration.architecture == .roberta }
  var prefix: String { configuration.architecture.rawValue }

  /// The beginnings of the names of the head's layers.
  public var headPrefixes: [String] { isRoberta ? ["classifier."] : ["bert.pooler.", "classifier."] }
  /// The layer that the logits come from.
  public var outputLayer: String { Self.outputLayer(of: configuration.architecture) }
  static func outputLayer(of architecture: TransformerConfiguration.Architecture) -> String {
    architecture == .roberta ? "classifier.out_proj" : "classifier"
  }
  /// The projections to queries and values.
  public var adaptedLayers: [String] { ["query", "value"] }

  /// The names and shapes of all parameters.
  public var shapes: [(name: String, shape: [Int])] {
    let (width, inner) = (configuration.width, configuration.innerWidth)
    var shapes: [(name: String, shape: [Int])] = []
    func norm(_ name: String) { shapes += [("\(name).weight", [width]), ("\(name).bias", [width])] }
    func linear(_ name: String, _ outputs: Int, _ inputs: Int) {
      shapes += [("\(name).weight", [outputs, inputs]), ("\(name).bias", [outputs])]
    }
    let tables = "\(prefix).embeddings"
    shapes.append(("\(tables).word_embeddings.weight", [configuration.vocabularySize, width]))
    shapes.append(("\(tables).position_embeddings.weight", [configuration.positions, width]))
    shapes.append(("\(tables).token_type_embeddings.weight", [configuration.types, width]))
    norm("\(tables).LayerNorm")
    for layer in 0..<configuration.layers {
      let block = "\(prefix).encoder.layer.\(layer)"
      for part in ["query", "key", "value"] { linear("\(block).attention.self.\(part)", width, width) }
      linear("\(block).attention.output.dense", width, width)
      norm("\(block).attention.output.LayerNorm")
      linear("\(block).intermediate.dense", inner, width)
      linear("\(block).output.dense", width, inner)
      norm("\(block).output.LayerNorm")
    }
    if isRoberta {
      linear("classifier.dense", width, width)
    } else {
      linear("bert.pooler.dense", width, width)
    }
    linear(outputLayer, labels, width)
    return shapes
  }

  /// The logits of every text: `[texts, labels]`.
  public func logits(_ batch: TokenBatch, _ parameters: TracedParameters, dropout: ModelDropout?) -> Variable
  {
    let tables = "\(prefix).embeddings"
    func normalized(_ x: Variable, _ name: String) -> Variable {
      x.layerNormalized(
        scale: parameters["\(name).weight"], shift: parameters["\(name).bias"], epsilon: configuration.epsilon
      )
    }
    let (tokens, layout) = (batch.tokens, AttentionLayout(lengths: batch.lengths, heads: configuration.heads))
    let shift = isRoberta ? configuration.padding + 1 : 0
    func rows(_ table: String, _ indices: [Int]) -> Variable {
      parameters["\(tables).\(table).weight"].embeddings(of: indices, shape: [indices.count])
    }
    let sum =
      rows("word_embeddings", tokens) + rows("position_embeddings", batch.positions.map { $0 + shift })
      + rows("token_type_embeddings", batch.tokenTypes)
    var x = normalized(sum, "\(tables).LayerNorm").dropping(dropout?.at(.embeddings))
    for layer in 0..<configuration.layers {
      let block = "\(prefix).encoder.layer.\(layer)"
      let attended = linear(x, "\(block).attention.self.query", parameters).attention(
        keys: linear(x, "\(block).attention.self.key", parameters),
        values: linear(x, "\(block).attention.self.value", parameters), layout,
        dropout: dropout?.at(.attention, ofLayer: layer))
      let mixed = linear(attended, "\(block).attention.output.dense", parameters)
        .dropping(dropout?.at(.attended, ofLayer: layer))
      x = normalized(mixed + x, "\(block).attention.output.LayerNorm")
      let inner = linear(x, "\(block).intermediate.dense", parameters).gelu()
      let output = linear(inner, "\(block).output.dense", parameters)
        .dropping(dropout?.at(.output, ofLayer: layer))
      x = normalized(output + x, "\(block).output.LayerNorm")
    }
    var first = x.selected(axis: 0, batch.firstRows)
    if isRoberta { first = first.dropping(dropout?.at(.pooled)) }
    let pooled = linear(first, isRoberta ? "classifier.dense" : "bert.pooler.dense", parameters).tanh()
    return linear(pooled.dropping(dropout?.at(.head)), outputLayer, parameters)
  }
}
