public import Autodiff

/// LLaMA as a causal language model.
///
/// ```
/// x ← x + W_o·attention(RMSNorm(x))      queries and keys turned by their positions, each row sees those before it
/// x ← x + W_down·(SiLU(W_gate·z) ∘ W_up·z)      z = RMSNorm(x)
/// logits = H·RMSNorm(x)
/// ```
///
/// Source: Touvron et al., *LLaMA: Open and Efficient Foundation Language Models*, arXiv:2302.13971; names and order as in the
/// library transformers.
public struct LLaMA: TextModel {
  /// What the folder says of it.
  public let configuration: TransformerConfiguration

  /// A model.
  public init(_ configuration: TransformerConfiguration) {
    precondition(configuration.architecture == .llama, "this is no LLaMA")
    self.configuration = configuration
  }

  /// The beginnings of the names of the head's layers.
  public var headPrefixes: [String] { [] }
  /// The projections to queries and values.
  public var adaptedLayers: [String] { ["q_proj", "v_proj"] }

  private var headName: String { configuration.tiesHead ? "model.embed_tokens.weight" : "lm_head.weight" }

  /// The names and shapes of all parameters.
  public var shapes: [(name: String, shape: [Int])] {
    let (width, inner) = (configuration.width, configuration.innerWidth)
    let (queries, keys) = (
      configuration.heads * configuration.headWidth, configuration.keyHeads * configuration.headWidth
    )
    var shapes: [(name: String, shape: [Int])] = [
      ("model.embed_tokens.weight", [configuration.vocabularySize, width])
    ]
    func linear(_ name: String, _ outputs: Int, _ inputs: Int, _ hasBias: Bool) {
      shapes.append(("\(name).weight", [outputs, inputs]))
      if hasBias { shapes.append(("\(name).bias", [outputs])) }
    }
    for layer in 0..<configuration.layers {
      let block = "model.layers.\(layer)"
      let (attention, feedForward) = configuration.biases
      linear("\(block).self_attn.q_proj", queries, width, attention)
      linear("\(block).self_attn.k_proj", keys, width, attention)
      linear("\(block).self_attn.v_proj", keys, width, attention)
      linear("\(block).self_attn.o_proj", width, queries, attention)
      linear("\(block).mlp.gate_proj", inner, width, feedForward)
      linear("\(block).mlp.up_proj", inner, width, feedForward)
      linear("\(block).mlp.down_proj", width, inner, feedForward)
      shapes.append(("\(block).input_layernorm.weight", [width]))
      shapes.append(("\(block).post_attention_layernorm.weight", [width]))
    }
    shapes.append(("model.norm.weight", [width]))
    if !configuration.tiesHead { shapes.append(("lm_head.weight", [configuration.vocabularySize, width])) }
    return shapes
  }

  /// The logits of every token: `[tokens, vocabulary]`.
  public func logits(_ batch: TokenBatch, _ parameters: TracedParameters, dropout: ModelDropout?) -> Variable
  {
    let (positions, tokens) = (batch.positions, batch.tokens)
    let layout = AttentionLayout(
      lengths: batch.lengths, heads: configuration.heads, keyHeads: configuration.keyHeads, isCausal: true)
    let (hasAttentionBias, hasBias) = configuration.biases
    func normalized(_ x: Variable, _ name: String) -> Variable {
      x.rootMeanSquareNormalized(scale: parameters["\(name).weight"], epsilon: configuration.epsilon)
    }
    func turned(_ x: Variable) -> Variable {
      x.rotated(positions: positions, headWidth: configuration.headWidth, base: configuration.rotaryBase)
    }
    var x = parameters["model.embed_tokens.weight"].embeddings(of: tokens, shape: [tokens.count])
    for layer in 0..<configuration.layers {
      let block = "model.layers.\(layer)"
      func projection(_ x: Variable, _ part: String) -> Variable {
        linear(x, "\(block).self_attn.\(part)_proj", parameters, hasBias: hasAttentionBias)
      }
      let z = normalized(x, "\(block).input_layernorm")
      let attended = turned(projection(z, "q")).attention(
        keys: turned(projection(z, "k")), values: projection(z, "v"), layout,
        dropout: dropout?.at(.attention, ofLayer: layer))
      x = x + projection(attended, "o")
      let y = normalized(x, "\(block).post_attention_layernorm")
      let gate = linear(y, "\(block).mlp.gate_proj", parameters, hasBias: hasBias).silu()
      let inner = gate * linear(y, "\(block).mlp.up_proj", parameters, hasBias: hasBias)
      x = x + linear(inner, "\(block).mlp.down_proj", parameters, hasBias: hasBias)
    }
    return normalized(x, "model.norm").linear(weight: parameters[headName])
  }
}
